#ifndef WRUN_C_LINKER_H
#define WRUN_C_LINKER_H

/* Linkers: definitions by module and name, from which a module's imports are taken. A linker is for
 * one thread at a time; what was prepared, for any number. Names are NUL-terminated UTF-8. */

#include <wasm.h>
#include <wrun/c/base.h>
#include <wrun/c/objects.h>
#include <wrun/c/shared_memory.h>
#include <wrun/c/value.h>

#ifdef __cplusplus
extern "C" {
#endif

#define own

/** Who called a callback; valid during the call. */
typedef struct wrun_caller_t wrun_caller_t;

/** A function of the host's. The arguments are borrowed. It fills in the results, one of each kind
 * that is there already, whose references become the library's, and returns NULL; or it returns an
 * error, which comes out of the call unchanged (but that a trap gets a backtrace). An error of kind
 * WRUN_ERROR_EXCEPTION is thrown on in the caller, which may catch it. Called on whichever thread
 * runs the store, by several at once if several stores have the function. */
typedef own wrun_error_t* (*wrun_callback_t)(void* env, wrun_caller_t* caller,
                                             const wrun_val_t* args, size_t arg_count,
                                             own wrun_val_t* results, size_t result_count);

/** A function of this store that calls the callback; `finalizer`, if it isn't NULL, is called with
 * `env` when the function is gone, also if it couldn't be made. Errors: usage, limit. */
WASM_API_EXTERN own wrun_error_t* wrun_func_new(wasm_store_t*, const wasm_functype_t*,
                                                wrun_callback_t, void* env,
                                                void (*finalizer)(void* env),
                                                own wasm_func_t** out);
/** Calls a function. The results are written in case of success only. Errors: usage (arguments of
 * wrong number or types, another thread inside), trap, exhaustion, exception, limit, interrupted,
 * exit, and whatever a callback returned. */
WASM_API_EXTERN own wrun_error_t* wrun_func_call(const wasm_func_t*, const wrun_val_t* args,
                                                 size_t arg_count, own wrun_val_t* results,
                                                 size_t result_count);

/** The calling instance; NULL if the host called its own function. */
WASM_API_EXTERN own wasm_instance_t* wrun_caller_instance(wrun_caller_t*);
/** An export of the calling instance. Errors: usage (none of that name; no calling instance). */
WASM_API_EXTERN own wrun_error_t* wrun_caller_get(wrun_caller_t*, const char* name,
                                                  own wasm_extern_t** out);
/* The same, of one kind. Errors: usage (none of that name, or of another kind). */
WASM_API_EXTERN own wrun_error_t* wrun_caller_func(wrun_caller_t*, const char* name,
                                                   own wasm_func_t** out);
WASM_API_EXTERN own wrun_error_t* wrun_caller_memory(wrun_caller_t*, const char* name,
                                                     own wasm_memory_t** out);
WASM_API_EXTERN own wrun_error_t* wrun_caller_table(wrun_caller_t*, const char* name,
                                                    own wasm_table_t** out);
WASM_API_EXTERN own wrun_error_t* wrun_caller_global(wrun_caller_t*, const char* name,
                                                     own wasm_global_t** out);
WASM_API_EXTERN own wrun_error_t* wrun_caller_tag(wrun_caller_t*, const char* name,
                                                  own wrun_tag_t** out);
/** The store that the call runs in, borrowed. */
WASM_API_EXTERN wasm_store_t* wrun_caller_store(wrun_caller_t*);
/** Adds to what wrun_store_usage() says of the work of callbacks. `time_ns` may be
 * WRUN_NOT_MEASURED. */
WASM_API_EXTERN void wrun_caller_report(wrun_caller_t*, uint64_t bytes_in, uint64_t bytes_out,
                                        uint64_t time_ns);
/** The WebAssembly frames that are running, as those of an error of kind WRUN_ERROR_HOST. */
WASM_API_EXTERN own wrun_error_t* wrun_caller_backtrace(wrun_caller_t*);

/** The export of that name. Errors: usage (there's none; the message lists what there is). */
WASM_API_EXTERN own wrun_error_t* wrun_instance_get(const wasm_instance_t*, const char* name,
                                                    own wasm_extern_t** out);
/* The same, of one kind. Errors: usage (none of that name, or of another kind). */
WASM_API_EXTERN own wrun_error_t* wrun_instance_func(const wasm_instance_t*, const char* name,
                                                     own wasm_func_t** out);
WASM_API_EXTERN own wrun_error_t* wrun_instance_memory(const wasm_instance_t*, const char* name,
                                                       own wasm_memory_t** out);
WASM_API_EXTERN own wrun_error_t* wrun_instance_table(const wasm_instance_t*, const char* name,
                                                      own wasm_table_t** out);
WASM_API_EXTERN own wrun_error_t* wrun_instance_global(const wasm_instance_t*, const char* name,
                                                       own wasm_global_t** out);
WASM_API_EXTERN own wrun_error_t* wrun_instance_tag(const wasm_instance_t*, const char* name,
                                                    own wrun_tag_t** out);
/** What it was made from. Errors: usage. */
WASM_API_EXTERN own wrun_error_t* wrun_instance_module(const wasm_instance_t*,
                                                       own wasm_shared_module_t** out);

/** Definitions by module and name. */
typedef struct wrun_linker_t wrun_linker_t;

/** NULL without memory. */
WASM_API_EXTERN own wrun_linker_t* wrun_linker_new(wasm_engine_t*);
/** One with the same definitions. */
WASM_API_EXTERN own wrun_linker_t* wrun_linker_copy(const wrun_linker_t*);
/** Gives up ownership. NULL is allowed. */
WASM_API_EXTERN void wrun_linker_delete(own wrun_linker_t*);

/* A later definition of the same module and name replaces an earlier one. */

/** A function for any store; `finalizer` as that of wrun_func_new(). The type may be an
 * import's that names types of its module, as long as the module lives. Errors: usage (a type that
 * isn't there any more), limit. */
WASM_API_EXTERN own wrun_error_t* wrun_linker_define_func(wrun_linker_t*, const char* module,
                                                          const char* name, const wasm_functype_t*,
                                                          wrun_callback_t, void* env,
                                                          void (*finalizer)(void* env));
/** An object of a store, which the linker keeps: what is prepared with it is instantiated in that
 * store only. Errors: usage (another engine). */
WASM_API_EXTERN own wrun_error_t* wrun_linker_define(wrun_linker_t*, const char* module,
                                                     const char* name, const wasm_extern_t*);
/** A shared memory: good for all stores. Errors: usage (another engine). */
WASM_API_EXTERN own wrun_error_t* wrun_linker_define_shared_memory(wrun_linker_t*,
                                                                   const char* module,
                                                                   const char* name,
                                                                   const wrun_shared_memory_t*);
/** All exports of an instance, under `module`. Errors: usage. */
WASM_API_EXTERN own wrun_error_t* wrun_linker_define_instance(wrun_linker_t*, const char* module,
                                                              const wasm_instance_t*);
/** All that is defined under `module` now, also under `alias`. Errors: limit. */
WASM_API_EXTERN own wrun_error_t* wrun_linker_alias_module(wrun_linker_t*, const char* module,
                                                           const char* alias);
/** Whether there is a definition. */
WASM_API_EXTERN bool wrun_linker_defines(const wrun_linker_t*, const char* module,
                                         const char* name);

/** A module whose imports were looked up and checked once. Immutable, thread-safe. */
typedef struct wrun_prepared_t wrun_prepared_t;

/** Looks up and checks all imports. Errors: unlinkable (names the import, what it needs and what it
 * got), usage (another engine), limit. */
WASM_API_EXTERN own wrun_error_t* wrun_linker_prepare(const wrun_linker_t*,
                                                      const wasm_shared_module_t*,
                                                      own wrun_prepared_t** out);
/** wrun_linker_prepare() and wrun_prepared_instantiate() in one. */
WASM_API_EXTERN own wrun_error_t* wrun_linker_instantiate(const wrun_linker_t*, wasm_store_t*,
                                                          const wasm_shared_module_t*,
                                                          own wasm_instance_t** out);
/** A new instance; runs the start function. Errors: limit, trap (a segment out of bounds, the start
 * function), usage (another engine; a definition of another store), and whatever the start
 * function's calls return. */
WASM_API_EXTERN own wrun_error_t* wrun_prepared_instantiate(const wrun_prepared_t*, wasm_store_t*,
                                                            own wasm_instance_t** out);
/** What was prepared. */
WASM_API_EXTERN own wasm_shared_module_t* wrun_prepared_module(const wrun_prepared_t*);
/** Another reference to the same. */
WASM_API_EXTERN own wrun_prepared_t* wrun_prepared_copy(const wrun_prepared_t*);
/** Gives up ownership. NULL is allowed. */
WASM_API_EXTERN void wrun_prepared_delete(own wrun_prepared_t*);

#undef own

#ifdef __cplusplus
}
#endif

#endif
