#ifndef WASM_H
#define WASM_H

/* The standard C API of WebAssembly engines (wasm-c-api), as wrun has it: same names, same types,
 * same layouts, so that a program written for another engine's <wasm.h> compiles and links.
 * <wrun.h> adds what the standard lacks: error details, limits, fuel, linkers, WASI.
 *
 * Ownership. `own` marks what passes from one side to the other; it means nothing to the compiler.
 *   - An `own` result, and what is written to an `own ... out` parameter, is the caller's, who
 *     deletes it with the wasm_..._delete() of its type, once.
 *   - An `own` parameter becomes the library's: the caller doesn't delete it.
 *   - What isn't `own` is borrowed: a parameter for the call, a result as long as what it was
 *     taken from lives.
 *   - An own vector owns its array and the elements; delete functions take NULL.
 * Deleting a reference to an object of a store ends this reference, not the object: that lives as
 * long as a module, table, global or another reference reaches it. Objects keep their store alive,
 * and the store its engine, in whatever order they are deleted.
 *
 * Threads. Engines, configurations that nobody changes, shared modules and types that nobody
 * deletes may be used by any number of threads at once. A store, and whatever belongs to one
 * (modules, instances, functions, globals, tables, memories, foreign objects, traps and frames), is
 * for one thread at a time; it may move between threads. A call from a second thread while one is
 * inside fails as it would for lack of memory, or with a trap that says so.
 *
 * Failure. The library never aborts. Functions that return a pointer return NULL when they can't
 * do what was asked (invalid module, mismatched types, a limit, no memory), those that return bool
 * return false, those that fill a vector leave it empty. Functions of <wrun.h> say why. A failed
 * call, whatever the reason, is a trap whose message says it.
 *
 * Callbacks may use the store that calls them; docs/threads-and-reentrancy.md has the details. They
 * return: a longjmp out of one leaves the store unusable. A C++ exception that leaves a callback
 * becomes a trap. */

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* What marks the functions. Define WRUN_STATIC when linking the static library into a library of
 * your own that shall not export them again. */
#ifndef WASM_API_EXTERN
#if defined(_WIN32) && !defined(__MINGW32__) && !defined(LIBWASM_STATIC) && !defined(WRUN_STATIC)
#define WASM_API_EXTERN __declspec(dllimport)
#elif defined(__GNUC__) && !defined(WRUN_STATIC)
#define WASM_API_EXTERN __attribute__((visibility("default")))
#else
#define WASM_API_EXTERN
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define own

typedef char byte_t;
typedef float float32_t;
typedef double float64_t;

/* ---- Patterns: each macro declares the same functions for a type ---- */

/* An opaque type that has owners.
 *   wasm_X_delete(x)  gives up ownership of x. NULL is allowed. */
#define WASM_DECLARE_OWN(name)                    \
  typedef struct wasm_##name##_t wasm_##name##_t; \
  WASM_API_EXTERN void wasm_##name##_delete(own wasm_##name##_t*);

/* Vectors: `size` elements at `data`; for opaque types the elements are pointers. Both members may
 * be read and, while the vector is the caller's, the elements written.
 *   wasm_X_vec_new_empty(out)                makes one of no elements.
 *   wasm_X_vec_new_uninitialized(out, n)     makes one of n elements, all bytes zero.
 *   wasm_X_vec_new(out, n, elements)         takes ownership of n elements, not of the array.
 *   wasm_X_vec_copy(out, from)               copies the elements too.
 *   wasm_X_vec_delete(v)                     deletes elements and array, and leaves v empty.
 * Without memory the result is empty, and wasm_X_vec_new() has deleted the elements. */
#define WASM_DECLARE_VEC(name, ptr_or_none)                                                     \
  typedef struct wasm_##name##_vec_t {                                                          \
    size_t size;                                                                                \
    wasm_##name##_t ptr_or_none* data;                                                          \
  } wasm_##name##_vec_t;                                                                        \
  WASM_API_EXTERN void wasm_##name##_vec_new_empty(own wasm_##name##_vec_t* out);               \
  WASM_API_EXTERN void wasm_##name##_vec_new_uninitialized(own wasm_##name##_vec_t* out,        \
                                                           size_t size);                        \
  WASM_API_EXTERN void wasm_##name##_vec_new(own wasm_##name##_vec_t* out, size_t size,         \
                                             own wasm_##name##_t ptr_or_none const elements[]); \
  WASM_API_EXTERN void wasm_##name##_vec_copy(own wasm_##name##_vec_t* out,                     \
                                              const wasm_##name##_vec_t* from);                 \
  WASM_API_EXTERN void wasm_##name##_vec_delete(own wasm_##name##_vec_t*);

/* A type of WebAssembly's, as a value that belongs to no store.
 *   wasm_X_copy(x)  makes an equal one. */
#define WASM_DECLARE_TYPE(name) \
  WASM_DECLARE_OWN(name)        \
  WASM_DECLARE_VEC(name, *)     \
  WASM_API_EXTERN own wasm_##name##_t* wasm_##name##_copy(const wasm_##name##_t*);

/* Something that can be referred to.
 *   wasm_X_copy(x)             another reference to the same object.
 *   wasm_X_same(x, y)          whether both refer to the same object.
 *   wasm_X_get_host_info(x)    what was set last; NULL if nothing was.
 *   wasm_X_set_host_info(x, info)
 *   wasm_X_set_host_info_with_finalizer(x, info, finalizer)
 *       Hangs a pointer on the object, the same for all references to it. The finalizer, if there
 *       is one, is called with the pointer when the object is gone, at the latest with its store,
 *       or when the pointer is replaced: on the thread that uses the store, never in the middle of
 *       WebAssembly code. A structure, array or exception of WebAssembly's, a trap and a module
 *       keep the pointer only while there is a reference to them. */
#define WASM_DECLARE_REF_BASE(name)                                                             \
  WASM_DECLARE_OWN(name)                                                                        \
  WASM_API_EXTERN own wasm_##name##_t* wasm_##name##_copy(const wasm_##name##_t*);              \
  WASM_API_EXTERN bool wasm_##name##_same(const wasm_##name##_t*, const wasm_##name##_t*);      \
  WASM_API_EXTERN void* wasm_##name##_get_host_info(const wasm_##name##_t*);                    \
  WASM_API_EXTERN void wasm_##name##_set_host_info(wasm_##name##_t*, void* info);               \
  WASM_API_EXTERN void wasm_##name##_set_host_info_with_finalizer(wasm_##name##_t*, void* info, \
                                                                  void (*finalizer)(void* info));

/* The same with casts. They borrow: the result is good while the argument is. The casts from
 * wasm_ref_t give NULL if it is something else.
 *   wasm_X_as_ref(x), wasm_ref_as_X(ref), wasm_X_as_ref_const(x), wasm_ref_as_X_const(ref) */
#define WASM_DECLARE_REF(name)                                                          \
  WASM_DECLARE_REF_BASE(name)                                                           \
  WASM_API_EXTERN wasm_ref_t* wasm_##name##_as_ref(wasm_##name##_t*);                   \
  WASM_API_EXTERN wasm_##name##_t* wasm_ref_as_##name(wasm_ref_t*);                     \
  WASM_API_EXTERN const wasm_ref_t* wasm_##name##_as_ref_const(const wasm_##name##_t*); \
  WASM_API_EXTERN const wasm_##name##_t* wasm_ref_as_##name##_const(const wasm_ref_t*);

/* The same for what several stores may use.
 *   wasm_X_share(x)           a form that belongs to no store and may go to any thread.
 *   wasm_X_obtain(store, s)   the same object in a store of the same engine; else NULL. */
#define WASM_DECLARE_SHARABLE_REF(name)                                                    \
  WASM_DECLARE_REF(name)                                                                   \
  WASM_DECLARE_OWN(shared_##name)                                                          \
  WASM_API_EXTERN own wasm_shared_##name##_t* wasm_##name##_share(const wasm_##name##_t*); \
  WASM_API_EXTERN own wasm_##name##_t* wasm_##name##_obtain(wasm_store_t*,                 \
                                                            const wasm_shared_##name##_t*);

/* ---- Bytes and names ---- */

typedef byte_t wasm_byte_t;
WASM_DECLARE_VEC(byte, )

/** UTF-8. */
typedef wasm_byte_vec_t wasm_name_t;

#define wasm_name wasm_byte_vec
#define wasm_name_new wasm_byte_vec_new
#define wasm_name_new_empty wasm_byte_vec_new_empty
#define wasm_name_new_uninitialized wasm_byte_vec_new_uninitialized
#define wasm_name_new_new_uninitialized wasm_byte_vec_new_uninitialized
#define wasm_name_copy wasm_byte_vec_copy
#define wasm_name_delete wasm_byte_vec_delete

/** The characters of a C string without its NUL. */
static inline void wasm_name_new_from_string(own wasm_name_t* out, const char* s) {
  wasm_name_new(out, strlen(s), s);
}

/** The characters of a C string and its NUL, as messages have it. */
static inline void wasm_name_new_from_string_nt(own wasm_name_t* out, const char* s) {
  wasm_name_new(out, strlen(s) + 1, s);
}

/* ---- Configuration, engines, stores ---- */

/** What an engine is made with; wrun_config_set() changes it. */
WASM_DECLARE_OWN(config)

/** The defaults: all of WebAssembly 3.0, interruptible, no fuel. */
WASM_API_EXTERN own wasm_config_t* wasm_config_new(void);

/** What modules and stores share. Thread-safe. Starts no threads, installs no handlers. */
WASM_DECLARE_OWN(engine)

/** One with the defaults. */
WASM_API_EXTERN own wasm_engine_t* wasm_engine_new(void);
/** One with this configuration; NULL stands for the defaults. */
WASM_API_EXTERN own wasm_engine_t* wasm_engine_new_with_config(own wasm_config_t*);

/** The objects of running modules, and the stack that they run on. One thread at a time. */
WASM_DECLARE_OWN(store)

/** An empty store; reserves nothing but a little memory. */
WASM_API_EXTERN own wasm_store_t* wasm_store_new(wasm_engine_t*);

/* ---- Types ---- */

typedef uint8_t wasm_mutability_t;
enum wasm_mutability_enum {
  WASM_CONST,
  WASM_VAR,
};

/** Of tables in elements, of memories in pages. 64-bit sizes beyond this type read as 0xffffffff;
 * wrun_memorytype_get() and wrun_tabletype_get() have them. */
typedef struct wasm_limits_t {
  uint32_t min;
  uint32_t max;
} wasm_limits_t;

/** As a maximum: there is none. */
static const uint32_t wasm_limits_max_default = 0xffffffff;

/** The type of a value. */
WASM_DECLARE_TYPE(valtype)

/** References of other types than these two, and vectors, are of the kinds in <wrun.h>. */
typedef uint8_t wasm_valkind_t;
enum wasm_valkind_enum {
  WASM_I32,
  WASM_I64,
  WASM_F32,
  WASM_F64,
  WASM_EXTERNREF = 128,
  WASM_FUNCREF,
};
/* What early versions of the standard called it. */
#define WASM_ANYREF WASM_EXTERNREF

/** The type of that kind, references nullable. NULL if there is no such kind. */
WASM_API_EXTERN own wasm_valtype_t* wasm_valtype_new(wasm_valkind_t);
/** Every function reference, whatever its exact type, is a WASM_FUNCREF here. */
WASM_API_EXTERN wasm_valkind_t wasm_valtype_kind(const wasm_valtype_t*);

/** Whether a kind is a number's (or a vector's). */
static inline bool wasm_valkind_is_num(wasm_valkind_t k) {
  return k < WASM_EXTERNREF;
}
/** Whether a kind is a reference's. */
static inline bool wasm_valkind_is_ref(wasm_valkind_t k) {
  return k >= WASM_EXTERNREF;
}
/** Whether a type is a number's (or a vector's). */
static inline bool wasm_valtype_is_num(const wasm_valtype_t* t) {
  return wasm_valkind_is_num(wasm_valtype_kind(t));
}
/** Whether a type is a reference's. */
static inline bool wasm_valtype_is_ref(const wasm_valtype_t* t) {
  return wasm_valkind_is_ref(wasm_valtype_kind(t));
}

/** The type of a function. */
WASM_DECLARE_TYPE(functype)

/** Takes both vectors and leaves them empty. */
WASM_API_EXTERN own wasm_functype_t* wasm_functype_new(own wasm_valtype_vec_t* params,
                                                       own wasm_valtype_vec_t* results);
/** Its parameters, borrowed. */
WASM_API_EXTERN const wasm_valtype_vec_t* wasm_functype_params(const wasm_functype_t*);
/** Its results, borrowed. */
WASM_API_EXTERN const wasm_valtype_vec_t* wasm_functype_results(const wasm_functype_t*);

/** The type of a global. */
WASM_DECLARE_TYPE(globaltype)

/** Of values of that type, WASM_CONST or WASM_VAR. */
WASM_API_EXTERN own wasm_globaltype_t* wasm_globaltype_new(own wasm_valtype_t*, wasm_mutability_t);
/** The type of its value, borrowed. */
WASM_API_EXTERN const wasm_valtype_t* wasm_globaltype_content(const wasm_globaltype_t*);
/** WASM_CONST or WASM_VAR. */
WASM_API_EXTERN wasm_mutability_t wasm_globaltype_mutability(const wasm_globaltype_t*);

/** The type of a table. */
WASM_DECLARE_TYPE(tabletype)

/** Of elements of that type; the limits are in elements. */
WASM_API_EXTERN own wasm_tabletype_t* wasm_tabletype_new(own wasm_valtype_t*, const wasm_limits_t*);
/** The type of its elements, borrowed. */
WASM_API_EXTERN const wasm_valtype_t* wasm_tabletype_element(const wasm_tabletype_t*);
/** In elements, borrowed. */
WASM_API_EXTERN const wasm_limits_t* wasm_tabletype_limits(const wasm_tabletype_t*);

/** The type of a memory. */
WASM_DECLARE_TYPE(memorytype)

/** The limits are in pages of 64 KiB. */
WASM_API_EXTERN own wasm_memorytype_t* wasm_memorytype_new(const wasm_limits_t*);
/** In pages, borrowed. */
WASM_API_EXTERN const wasm_limits_t* wasm_memorytype_limits(const wasm_memorytype_t*);

/** What an import asks for, or an export offers: one of the types above. Tags are of a kind in
 * <wrun.h>. */
WASM_DECLARE_TYPE(externtype)

typedef uint8_t wasm_externkind_t;
enum wasm_externkind_enum {
  WASM_EXTERN_FUNC,
  WASM_EXTERN_GLOBAL,
  WASM_EXTERN_TABLE,
  WASM_EXTERN_MEMORY,
};

/** Which of the types it is. */
WASM_API_EXTERN wasm_externkind_t wasm_externtype_kind(const wasm_externtype_t*);

/* Casts borrow: the result is good while the argument is. Those from wasm_externtype_t give NULL
 * if it is of another kind. */
WASM_API_EXTERN wasm_externtype_t* wasm_functype_as_externtype(wasm_functype_t*);
WASM_API_EXTERN wasm_externtype_t* wasm_globaltype_as_externtype(wasm_globaltype_t*);
WASM_API_EXTERN wasm_externtype_t* wasm_tabletype_as_externtype(wasm_tabletype_t*);
WASM_API_EXTERN wasm_externtype_t* wasm_memorytype_as_externtype(wasm_memorytype_t*);
WASM_API_EXTERN wasm_functype_t* wasm_externtype_as_functype(wasm_externtype_t*);
WASM_API_EXTERN wasm_globaltype_t* wasm_externtype_as_globaltype(wasm_externtype_t*);
WASM_API_EXTERN wasm_tabletype_t* wasm_externtype_as_tabletype(wasm_externtype_t*);
WASM_API_EXTERN wasm_memorytype_t* wasm_externtype_as_memorytype(wasm_externtype_t*);
WASM_API_EXTERN const wasm_externtype_t* wasm_functype_as_externtype_const(const wasm_functype_t*);
WASM_API_EXTERN const wasm_externtype_t* wasm_globaltype_as_externtype_const(
    const wasm_globaltype_t*);
WASM_API_EXTERN const wasm_externtype_t* wasm_tabletype_as_externtype_const(
    const wasm_tabletype_t*);
WASM_API_EXTERN const wasm_externtype_t* wasm_memorytype_as_externtype_const(
    const wasm_memorytype_t*);
WASM_API_EXTERN const wasm_functype_t* wasm_externtype_as_functype_const(const wasm_externtype_t*);
WASM_API_EXTERN const wasm_globaltype_t* wasm_externtype_as_globaltype_const(
    const wasm_externtype_t*);
WASM_API_EXTERN const wasm_tabletype_t* wasm_externtype_as_tabletype_const(
    const wasm_externtype_t*);
WASM_API_EXTERN const wasm_memorytype_t* wasm_externtype_as_memorytype_const(
    const wasm_externtype_t*);

/** An import of a module: two names and a type. */
WASM_DECLARE_TYPE(importtype)

/** Takes all three, and leaves the names empty. */
WASM_API_EXTERN own wasm_importtype_t* wasm_importtype_new(own wasm_name_t* module,
                                                           own wasm_name_t* name,
                                                           own wasm_externtype_t*);
/** The name of the module that it is from, borrowed. */
WASM_API_EXTERN const wasm_name_t* wasm_importtype_module(const wasm_importtype_t*);
/** Its name in that module, borrowed. */
WASM_API_EXTERN const wasm_name_t* wasm_importtype_name(const wasm_importtype_t*);
/** What it must be, borrowed. */
WASM_API_EXTERN const wasm_externtype_t* wasm_importtype_type(const wasm_importtype_t*);

/** An export of a module: a name and a type. */
WASM_DECLARE_TYPE(exporttype)

/** Takes both, and leaves the name empty. */
WASM_API_EXTERN own wasm_exporttype_t* wasm_exporttype_new(own wasm_name_t*,
                                                           own wasm_externtype_t*);
/** Its name, borrowed. */
WASM_API_EXTERN const wasm_name_t* wasm_exporttype_name(const wasm_exporttype_t*);
/** What it is, borrowed. */
WASM_API_EXTERN const wasm_externtype_t* wasm_exporttype_type(const wasm_exporttype_t*);

/* ---- Values and references ---- */

struct wasm_ref_t;

/** A value and its kind. Vectors have no room here: wrun_val_t has it. */
typedef struct wasm_val_t {
  wasm_valkind_t kind;
  union {
    int32_t i32;
    int64_t i64;
    float32_t f32;
    float64_t f64;
    struct wasm_ref_t* ref; /**< NULL is the null reference */
  } of;
} wasm_val_t;

/** Deletes the reference, if it is one. */
WASM_API_EXTERN void wasm_val_delete(own wasm_val_t* v);
/** Copies the reference, if it is one. */
WASM_API_EXTERN void wasm_val_copy(own wasm_val_t* out, const wasm_val_t*);

WASM_DECLARE_VEC(val, )

/** Any of the objects below. Any of them may also be passed to WebAssembly as an externref, which
 * comes back as the same object; a function as a funcref, too. */
WASM_DECLARE_REF_BASE(ref)

/* ---- Traps ---- */

/** A place in running code. */
WASM_DECLARE_OWN(frame)
WASM_DECLARE_VEC(frame, *)
/** Another of the same place. */
WASM_API_EXTERN own wasm_frame_t* wasm_frame_copy(const wasm_frame_t*);

/** Whose code it is, borrowed from the frame. */
WASM_API_EXTERN struct wasm_instance_t* wasm_frame_instance(const wasm_frame_t*);
/** In the module's function index space. */
WASM_API_EXTERN uint32_t wasm_frame_func_index(const wasm_frame_t*);
/** The instruction's, in bytes from the start of the function's body. */
WASM_API_EXTERN size_t wasm_frame_func_offset(const wasm_frame_t*);
/** The instruction's, in bytes from the start of the module. */
WASM_API_EXTERN size_t wasm_frame_module_offset(const wasm_frame_t*);

/** NUL-terminated; the size counts the NUL. */
typedef wasm_name_t wasm_message_t;

/** Why a call failed. wrun_trap_error() has more. */
WASM_DECLARE_REF(trap)

/** For a callback to return, with what wasm_trap_message() is to say. The message is copied. */
WASM_API_EXTERN own wasm_trap_t* wasm_trap_new(wasm_store_t*, const wasm_message_t*);
/** A sentence for a person. */
WASM_API_EXTERN void wasm_trap_message(const wasm_trap_t*, own wasm_message_t* out);
/** The innermost frame; NULL if no WebAssembly was running. */
WASM_API_EXTERN own wasm_frame_t* wasm_trap_origin(const wasm_trap_t*);
/** The frames, innermost first, at most 100. */
WASM_API_EXTERN void wasm_trap_trace(const wasm_trap_t*, own wasm_frame_vec_t* out);

/* ---- Foreign objects ---- */

/** Something of the host's that WebAssembly holds as an externref: an identity and host info. */
WASM_DECLARE_REF(foreign)

/** A new one, different from all others. */
WASM_API_EXTERN own wasm_foreign_t* wasm_foreign_new(wasm_store_t*);

/* ---- Modules ---- */

/** Decoded and validated code, as a store uses it. */
WASM_DECLARE_SHARABLE_REF(module)

/** From the binary format, which is copied. NULL if it isn't a valid module;
 * wrun_module_from_bytes() says why. */
WASM_API_EXTERN own wasm_module_t* wasm_module_new(wasm_store_t*, const wasm_byte_vec_t* binary);
/** Whether wasm_module_new() would succeed. */
WASM_API_EXTERN bool wasm_module_validate(wasm_store_t*, const wasm_byte_vec_t* binary);
/** In the module's order, which is that of wasm_instance_new(). */
WASM_API_EXTERN void wasm_module_imports(const wasm_module_t*, own wasm_importtype_vec_t* out);
/** In the module's order, which is that of wasm_instance_exports(). */
WASM_API_EXTERN void wasm_module_exports(const wasm_module_t*, own wasm_exporttype_vec_t* out);

/** The module in a form that wasm_module_deserialize() reads: for now its own bytes in a container
 * that names the format, not machine code. */
WASM_API_EXTERN void wasm_module_serialize(const wasm_module_t*, own wasm_byte_vec_t* out);
/** What wasm_module_serialize() of this version of the library wrote. The bytes needn't be trusted:
 * all is validated again. NULL if they are anything else. */
WASM_API_EXTERN own wasm_module_t* wasm_module_deserialize(wasm_store_t*, const wasm_byte_vec_t*);

/* ---- Functions ---- */

/** A function of WebAssembly's or of the host's. */
WASM_DECLARE_REF(func)

/** A function of the host's. The arguments are borrowed. It fills in the results, one of each kind
 * that is there already, whose references become the library's, and returns NULL; or it returns a
 * trap, and the results don't matter. Called on whichever thread runs the store. */
typedef own wasm_trap_t* (*wasm_func_callback_t)(const wasm_val_vec_t* args,
                                                 own wasm_val_vec_t* results);
/** The same with a pointer of the host's. */
typedef own wasm_trap_t* (*wasm_func_callback_with_env_t)(void* env, const wasm_val_vec_t* args,
                                                          own wasm_val_vec_t* results);

/** A function that calls the callback. */
WASM_API_EXTERN own wasm_func_t* wasm_func_new(wasm_store_t*, const wasm_functype_t*,
                                               wasm_func_callback_t);
/** The same; `finalizer`, if it isn't NULL, is called with `env` when the function is gone, also if
 * it couldn't be made. */
WASM_API_EXTERN own wasm_func_t* wasm_func_new_with_env(wasm_store_t*, const wasm_functype_t* type,
                                                        wasm_func_callback_with_env_t, void* env,
                                                        void (*finalizer)(void* env));
/** Its type. */
WASM_API_EXTERN own wasm_functype_t* wasm_func_type(const wasm_func_t*);
/** How many parameters it has. */
WASM_API_EXTERN size_t wasm_func_param_arity(const wasm_func_t*);
/** How many results it has. */
WASM_API_EXTERN size_t wasm_func_result_arity(const wasm_func_t*);
/** Calls it. `results` has room for all results, and is written only if NULL, for success, is
 * returned; what it held before isn't deleted. Wrong arguments are a trap, too. */
WASM_API_EXTERN own wasm_trap_t* wasm_func_call(const wasm_func_t*, const wasm_val_vec_t* args,
                                                own wasm_val_vec_t* results);

/* ---- Globals ---- */

/** A global variable. */
WASM_DECLARE_REF(global)

/** NULL if the value isn't of the type. The value is copied. */
WASM_API_EXTERN own wasm_global_t* wasm_global_new(wasm_store_t*, const wasm_globaltype_t*,
                                                   const wasm_val_t*);
/** Its type. */
WASM_API_EXTERN own wasm_globaltype_t* wasm_global_type(const wasm_global_t*);
/** Its value; one that a wasm_val_t can't hold reads as a null externref. */
WASM_API_EXTERN void wasm_global_get(const wasm_global_t*, own wasm_val_t* out);
/** Copies the value. Does nothing if the global is immutable or of another type;
 * wrun_global_set() says so. */
WASM_API_EXTERN void wasm_global_set(wasm_global_t*, const wasm_val_t*);

/* ---- Tables ---- */

/** A table of references. */
WASM_DECLARE_REF(table)

/** In elements. */
typedef uint32_t wasm_table_size_t;

/** Of the type's minimum, filled with `init`, which stays the caller's; NULL is null. */
WASM_API_EXTERN own wasm_table_t* wasm_table_new(wasm_store_t*, const wasm_tabletype_t*,
                                                 wasm_ref_t* init);
/** Its type, whose minimum is the present size. */
WASM_API_EXTERN own wasm_tabletype_t* wasm_table_type(const wasm_table_t*);
/** NULL for the null reference, and for an index out of bounds. */
WASM_API_EXTERN own wasm_ref_t* wasm_table_get(const wasm_table_t*, wasm_table_size_t index);
/** The reference stays the caller's. False if the index is out of bounds or the type another. */
WASM_API_EXTERN bool wasm_table_set(wasm_table_t*, wasm_table_size_t index, wasm_ref_t*);
/** In elements; 0xffffffff stands for whatever is above. */
WASM_API_EXTERN wasm_table_size_t wasm_table_size(const wasm_table_t*);
/** By elements, which become `init`, which stays the caller's. False if a limit forbids it. */
WASM_API_EXTERN bool wasm_table_grow(wasm_table_t*, wasm_table_size_t delta, wasm_ref_t* init);

/* ---- Memories ---- */

/** A linear memory. */
WASM_DECLARE_REF(memory)

typedef uint32_t wasm_memory_pages_t;

static const size_t MEMORY_PAGE_SIZE = 0x10000;

/** Of the type's minimum, all zeros. */
WASM_API_EXTERN own wasm_memory_t* wasm_memory_new(wasm_store_t*, const wasm_memorytype_t*);
/** Its type, whose minimum is the present size. */
WASM_API_EXTERN own wasm_memorytype_t* wasm_memory_type(const wasm_memory_t*);
/** Where its bytes are, until it grows, which any call into WebAssembly may bring. NULL for a
 * shared memory: wrun_memory_read() and wrun_memory_write() copy. */
WASM_API_EXTERN byte_t* wasm_memory_data(wasm_memory_t*);
/** In bytes. */
WASM_API_EXTERN size_t wasm_memory_data_size(const wasm_memory_t*);
/** In pages; 0xffffffff stands for whatever is above. */
WASM_API_EXTERN wasm_memory_pages_t wasm_memory_size(const wasm_memory_t*);
/** By pages. False if a limit forbids it. */
WASM_API_EXTERN bool wasm_memory_grow(wasm_memory_t*, wasm_memory_pages_t delta);

/* ---- Externals ---- */

/** What can be imported and exported: a function, global, table or memory, or a tag. */
WASM_DECLARE_REF(extern)
WASM_DECLARE_VEC(extern, *)

/** Which of these it is. */
WASM_API_EXTERN wasm_externkind_t wasm_extern_kind(const wasm_extern_t*);
/** Its type. */
WASM_API_EXTERN own wasm_externtype_t* wasm_extern_type(const wasm_extern_t*);

/* Casts borrow: the result is good while the argument is. Those from wasm_extern_t give NULL if it
 * is of another kind. */
WASM_API_EXTERN wasm_extern_t* wasm_func_as_extern(wasm_func_t*);
WASM_API_EXTERN wasm_extern_t* wasm_global_as_extern(wasm_global_t*);
WASM_API_EXTERN wasm_extern_t* wasm_table_as_extern(wasm_table_t*);
WASM_API_EXTERN wasm_extern_t* wasm_memory_as_extern(wasm_memory_t*);
WASM_API_EXTERN wasm_func_t* wasm_extern_as_func(wasm_extern_t*);
WASM_API_EXTERN wasm_global_t* wasm_extern_as_global(wasm_extern_t*);
WASM_API_EXTERN wasm_table_t* wasm_extern_as_table(wasm_extern_t*);
WASM_API_EXTERN wasm_memory_t* wasm_extern_as_memory(wasm_extern_t*);
WASM_API_EXTERN const wasm_extern_t* wasm_func_as_extern_const(const wasm_func_t*);
WASM_API_EXTERN const wasm_extern_t* wasm_global_as_extern_const(const wasm_global_t*);
WASM_API_EXTERN const wasm_extern_t* wasm_table_as_extern_const(const wasm_table_t*);
WASM_API_EXTERN const wasm_extern_t* wasm_memory_as_extern_const(const wasm_memory_t*);
WASM_API_EXTERN const wasm_func_t* wasm_extern_as_func_const(const wasm_extern_t*);
WASM_API_EXTERN const wasm_global_t* wasm_extern_as_global_const(const wasm_extern_t*);
WASM_API_EXTERN const wasm_table_t* wasm_extern_as_table_const(const wasm_extern_t*);
WASM_API_EXTERN const wasm_memory_t* wasm_extern_as_memory_const(const wasm_extern_t*);

/* ---- Instances ---- */

/** A module with its state in a store. */
WASM_DECLARE_REF(instance)

/** Instantiates a module with imports in the module's order, which stay the caller's, and runs its
 * start function. NULL with a trap in *trap, if `trap` isn't NULL, when an import is missing or has
 * another type, a segment doesn't fit, or the start function traps. */
WASM_API_EXTERN own wasm_instance_t* wasm_instance_new(wasm_store_t*, const wasm_module_t*,
                                                       const wasm_extern_vec_t* imports,
                                                       own wasm_trap_t** trap);
/** In the module's order. */
WASM_API_EXTERN void wasm_instance_exports(const wasm_instance_t*, own wasm_extern_vec_t* out);

/* ---- Short-hands ---- */

#define WASM_EMPTY_VEC \
  { 0, NULL }
#define WASM_ARRAY_VEC(array) \
  { sizeof(array) / sizeof(*(array)), array }

/** i32 */
static inline own wasm_valtype_t* wasm_valtype_new_i32(void) {
  return wasm_valtype_new(WASM_I32);
}
/** i64 */
static inline own wasm_valtype_t* wasm_valtype_new_i64(void) {
  return wasm_valtype_new(WASM_I64);
}
/** f32 */
static inline own wasm_valtype_t* wasm_valtype_new_f32(void) {
  return wasm_valtype_new(WASM_F32);
}
/** f64 */
static inline own wasm_valtype_t* wasm_valtype_new_f64(void) {
  return wasm_valtype_new(WASM_F64);
}
/** externref */
static inline own wasm_valtype_t* wasm_valtype_new_externref(void) {
  return wasm_valtype_new(WASM_EXTERNREF);
}
/** funcref */
static inline own wasm_valtype_t* wasm_valtype_new_funcref(void) {
  return wasm_valtype_new(WASM_FUNCREF);
}
/** externref, by the name of early versions of the standard */
static inline own wasm_valtype_t* wasm_valtype_new_anyref(void) {
  return wasm_valtype_new(WASM_EXTERNREF);
}

/* wasm_functype_new_P_R: P parameters, R results, whose types it takes. */

static inline own wasm_functype_t* wasm_functype_new_from_arrays_(size_t np, wasm_valtype_t* ps[],
                                                                  size_t nr, wasm_valtype_t* rs[]) {
  wasm_valtype_vec_t params, results;
  wasm_valtype_vec_new(&params, np, ps);
  wasm_valtype_vec_new(&results, nr, rs);
  return wasm_functype_new(&params, &results);
}
static inline own wasm_functype_t* wasm_functype_new_0_0(void) {
  return wasm_functype_new_from_arrays_(0, NULL, 0, NULL);
}
static inline own wasm_functype_t* wasm_functype_new_1_0(own wasm_valtype_t* p) {
  return wasm_functype_new_from_arrays_(1, &p, 0, NULL);
}
static inline own wasm_functype_t* wasm_functype_new_2_0(own wasm_valtype_t* p1,
                                                         own wasm_valtype_t* p2) {
  wasm_valtype_t* ps[2];
  ps[0] = p1, ps[1] = p2;
  return wasm_functype_new_from_arrays_(2, ps, 0, NULL);
}
static inline own wasm_functype_t* wasm_functype_new_3_0(own wasm_valtype_t* p1,
                                                         own wasm_valtype_t* p2,
                                                         own wasm_valtype_t* p3) {
  wasm_valtype_t* ps[3];
  ps[0] = p1, ps[1] = p2, ps[2] = p3;
  return wasm_functype_new_from_arrays_(3, ps, 0, NULL);
}
static inline own wasm_functype_t* wasm_functype_new_0_1(own wasm_valtype_t* r) {
  return wasm_functype_new_from_arrays_(0, NULL, 1, &r);
}
static inline own wasm_functype_t* wasm_functype_new_1_1(own wasm_valtype_t* p,
                                                         own wasm_valtype_t* r) {
  return wasm_functype_new_from_arrays_(1, &p, 1, &r);
}
static inline own wasm_functype_t* wasm_functype_new_2_1(own wasm_valtype_t* p1,
                                                         own wasm_valtype_t* p2,
                                                         own wasm_valtype_t* r) {
  wasm_valtype_t* ps[2];
  ps[0] = p1, ps[1] = p2;
  return wasm_functype_new_from_arrays_(2, ps, 1, &r);
}
static inline own wasm_functype_t* wasm_functype_new_3_1(own wasm_valtype_t* p1,
                                                         own wasm_valtype_t* p2,
                                                         own wasm_valtype_t* p3,
                                                         own wasm_valtype_t* r) {
  wasm_valtype_t* ps[3];
  ps[0] = p1, ps[1] = p2, ps[2] = p3;
  return wasm_functype_new_from_arrays_(3, ps, 1, &r);
}
static inline own wasm_functype_t* wasm_functype_new_0_2(own wasm_valtype_t* r1,
                                                         own wasm_valtype_t* r2) {
  wasm_valtype_t* rs[2];
  rs[0] = r1, rs[1] = r2;
  return wasm_functype_new_from_arrays_(0, NULL, 2, rs);
}
static inline own wasm_functype_t* wasm_functype_new_1_2(own wasm_valtype_t* p,
                                                         own wasm_valtype_t* r1,
                                                         own wasm_valtype_t* r2) {
  wasm_valtype_t* rs[2];
  rs[0] = r1, rs[1] = r2;
  return wasm_functype_new_from_arrays_(1, &p, 2, rs);
}
static inline own wasm_functype_t* wasm_functype_new_2_2(own wasm_valtype_t* p1,
                                                         own wasm_valtype_t* p2,
                                                         own wasm_valtype_t* r1,
                                                         own wasm_valtype_t* r2) {
  wasm_valtype_t *ps[2], *rs[2];
  ps[0] = p1, ps[1] = p2;
  rs[0] = r1, rs[1] = r2;
  return wasm_functype_new_from_arrays_(2, ps, 2, rs);
}
static inline own wasm_functype_t* wasm_functype_new_3_2(own wasm_valtype_t* p1,
                                                         own wasm_valtype_t* p2,
                                                         own wasm_valtype_t* p3,
                                                         own wasm_valtype_t* r1,
                                                         own wasm_valtype_t* r2) {
  wasm_valtype_t *ps[3], *rs[2];
  ps[0] = p1, ps[1] = p2, ps[2] = p3;
  rs[0] = r1, rs[1] = r2;
  return wasm_functype_new_from_arrays_(3, ps, 2, rs);
}

/** A host pointer as an integer of its size. */
static inline void wasm_val_init_ptr(own wasm_val_t* out, void* p) {
#if UINTPTR_MAX == UINT32_MAX
  out->kind = WASM_I32;
  out->of.i32 = (int32_t)(intptr_t)p;
#else
  out->kind = WASM_I64;
  out->of.i64 = (int64_t)(intptr_t)p;
#endif
}

/** The pointer that wasm_val_init_ptr() put there. */
static inline void* wasm_val_ptr(const wasm_val_t* val) {
#if UINTPTR_MAX == UINT32_MAX
  return (void*)(intptr_t)val->of.i32;
#else
  return (void*)(intptr_t)val->of.i64;
#endif
}

#define WASM_I32_VAL(i)                 \
  {                                     \
    .kind = WASM_I32, .of = {.i32 = i } \
  }
#define WASM_I64_VAL(i)                 \
  {                                     \
    .kind = WASM_I64, .of = {.i64 = i } \
  }
#define WASM_F32_VAL(z)                 \
  {                                     \
    .kind = WASM_F32, .of = {.f32 = z } \
  }
#define WASM_F64_VAL(z)                 \
  {                                     \
    .kind = WASM_F64, .of = {.f64 = z } \
  }
#define WASM_REF_VAL(r)                       \
  {                                           \
    .kind = WASM_EXTERNREF, .of = {.ref = r } \
  }
#define WASM_INIT_VAL                            \
  {                                              \
    .kind = WASM_EXTERNREF, .of = {.ref = NULL } \
  }

#undef own

#ifdef __cplusplus
}
#endif

#endif
