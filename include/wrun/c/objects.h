#ifndef WRUN_C_OBJECTS_H
#define WRUN_C_OBJECTS_H

/* More of a store's objects: tags, exceptions, garbage-collected objects; and what <wasm.h> can't
 * say of functions, globals, tables and memories. */

#include <wasm.h>
#include <wrun/c/base.h>
#include <wrun/c/types.h>
#include <wrun/c/value.h>

#ifdef __cplusplus
extern "C" {
#endif

#define own

/* What is declared so has the functions that WASM_DECLARE_REF() describes:
 *   wrun_X_delete, _copy, _same, _get_host_info, _set_host_info, _set_host_info_with_finalizer,
 *   wrun_X_as_ref, wrun_ref_as_X and the same with _const */
#define WRUN_DECLARE_REF(name)                                                                    \
  typedef struct wrun_##name##_t wrun_##name##_t;                                                 \
  WASM_API_EXTERN void wrun_##name##_delete(own wrun_##name##_t*);                                \
  WASM_API_EXTERN own wrun_##name##_t* wrun_##name##_copy(const wrun_##name##_t*);                \
  WASM_API_EXTERN bool wrun_##name##_same(const wrun_##name##_t*, const wrun_##name##_t*);        \
  WASM_API_EXTERN void* wrun_##name##_get_host_info(const wrun_##name##_t*);                      \
  WASM_API_EXTERN void wrun_##name##_set_host_info(wrun_##name##_t*, void* info);                 \
  WASM_API_EXTERN void wrun_##name##_set_host_info_with_finalizer(wrun_##name##_t*, void* info,   \
                                                                  void (*finalizer)(void* info)); \
  WASM_API_EXTERN wasm_ref_t* wrun_##name##_as_ref(wrun_##name##_t*);                             \
  WASM_API_EXTERN wrun_##name##_t* wrun_ref_as_##name(wasm_ref_t*);                               \
  WASM_API_EXTERN const wasm_ref_t* wrun_##name##_as_ref_const(const wrun_##name##_t*);           \
  WASM_API_EXTERN const wrun_##name##_t* wrun_ref_as_##name##_const(const wasm_ref_t*);

/** A tag of exceptions. */
WRUN_DECLARE_REF(tag)
/** An exception: a tag and values. */
WRUN_DECLARE_REF(exception)
/** A structure, an array or an integer of 31 bits. */
WRUN_DECLARE_REF(anyref)

/* Casts borrow, as those of <wasm.h> do. */
WASM_API_EXTERN wasm_extern_t* wrun_tag_as_extern(wrun_tag_t*);
WASM_API_EXTERN wrun_tag_t* wrun_extern_as_tag(wasm_extern_t*);
WASM_API_EXTERN const wasm_extern_t* wrun_tag_as_extern_const(const wrun_tag_t*);
WASM_API_EXTERN const wrun_tag_t* wrun_extern_as_tag_const(const wasm_extern_t*);

/** A new global of that value, which is copied. Errors: usage (of another type), limit. */
WASM_API_EXTERN own wrun_error_t* wrun_global_new(wasm_store_t*, const wasm_globaltype_t*,
                                                  const wrun_val_t*, own wasm_global_t** out);
/** Its value. Errors: usage. */
WASM_API_EXTERN own wrun_error_t* wrun_global_get(const wasm_global_t*, own wrun_val_t* out);
/** Copies the value. Errors: usage (immutable, or another type). */
WASM_API_EXTERN own wrun_error_t* wrun_global_set(wasm_global_t*, const wrun_val_t*);

/** A new table, filled with `init`, which stays the caller's; NULL is null. Errors: usage, limit.
 */
WASM_API_EXTERN own wrun_error_t* wrun_table_new(wasm_store_t*, const wasm_tabletype_t*,
                                                 wasm_ref_t* init, own wasm_table_t** out);
/** In elements. Errors: usage. */
WASM_API_EXTERN own wrun_error_t* wrun_table_size(const wasm_table_t*, uint64_t* out);
/** An element. Errors: trap (out of bounds), usage. */
WASM_API_EXTERN own wrun_error_t* wrun_table_get(const wasm_table_t*, uint64_t index,
                                                 own wasm_ref_t** out);
/** The reference stays the caller's. Errors: trap (out of bounds), usage (of another type). */
WASM_API_EXTERN own wrun_error_t* wrun_table_set(wasm_table_t*, uint64_t index, wasm_ref_t*);
/** By elements, which become `init`, which stays the caller's; the former size is written to `out`,
 * if that isn't NULL. Errors: limit, usage. */
WASM_API_EXTERN own wrun_error_t* wrun_table_grow(wasm_table_t*, uint64_t count, wasm_ref_t* init,
                                                  uint64_t* out);

/** A new memory of the type's minimum, all zeros. Errors: usage (a type that can't be), limit. */
WASM_API_EXTERN own wrun_error_t* wrun_memory_new(wasm_store_t*, const wasm_memorytype_t*,
                                                  own wasm_memory_t** out);
/** In bytes. Errors: usage. */
WASM_API_EXTERN own wrun_error_t* wrun_memory_size(const wasm_memory_t*, uint64_t* out);
/** By pages; the former size in pages is written to `out`, if that isn't NULL. Errors: limit,
 * usage. */
WASM_API_EXTERN own wrun_error_t* wrun_memory_grow(wasm_memory_t*, uint64_t pages, uint64_t* out);
/** Copies from the memory, a shared one too. Errors: trap (out of bounds), usage. */
WASM_API_EXTERN own wrun_error_t* wrun_memory_read(const wasm_memory_t*, uint64_t address, void* to,
                                                   size_t size);
/** Copies to the memory, a shared one too. Errors: trap (out of bounds), usage. */
WASM_API_EXTERN own wrun_error_t* wrun_memory_write(wasm_memory_t*, uint64_t address,
                                                    const void* from, size_t size);
/** The bytes from `address` on, until the memory grows, which any call into WebAssembly may bring.
 * Errors: trap (they aren't all there), usage (also for a shared memory). */
WASM_API_EXTERN own wrun_error_t* wrun_memory_span(wasm_memory_t*, uint64_t address, uint64_t size,
                                                   void** out);

/** A new tag. Errors: usage, limit. */
WASM_API_EXTERN own wrun_error_t* wrun_tag_new(wasm_store_t*, const wrun_tagtype_t*,
                                               own wrun_tag_t** out);
/** Its type. NULL if it can't be had. */
WASM_API_EXTERN own wrun_tagtype_t* wrun_tag_type(const wrun_tag_t*);

/** An exception that isn't thrown yet; the values are copied. Errors: usage (values of wrong number
 * or types), limit. */
WASM_API_EXTERN own wrun_error_t* wrun_exception_new(const wrun_tag_t*, const wrun_val_t* values,
                                                     size_t count, own wrun_exception_t** out);
/** What a callback returns to throw it. */
WASM_API_EXTERN own wrun_error_t* wrun_exception_error(const wrun_exception_t*);
/** What it was thrown with. NULL if it can't be had. */
WASM_API_EXTERN own wrun_tag_t* wrun_exception_tag(const wrun_exception_t*);
/** How many values it carries. */
WASM_API_EXTERN size_t wrun_exception_value_count(const wrun_exception_t*);
/** Its values, `count` of them, which must be all. Errors: usage. */
WASM_API_EXTERN own wrun_error_t* wrun_exception_values(const wrun_exception_t*,
                                                        own wrun_val_t* values, size_t count);
/** Of WRUN_ERROR_EXCEPTION: what was thrown, if it is of this store. Else NULL. */
WASM_API_EXTERN own wrun_exception_t* wrun_error_exception(wasm_store_t*, const wrun_error_t*);

/** The low 31 bits of an integer. Errors: usage, limit. */
WASM_API_EXTERN own wrun_error_t* wrun_anyref_new_i31(wasm_store_t*, int32_t value,
                                                      own wrun_anyref_t** out);
/** A structure of type `type` of the module's type section; the values are copied. May collect.
 * Errors: usage (no such type, values of wrong number or types), limit. */
WASM_API_EXTERN own wrun_error_t* wrun_anyref_new_struct(wasm_store_t*, const wasm_shared_module_t*,
                                                         uint32_t type, const wrun_val_t* fields,
                                                         size_t count, own wrun_anyref_t** out);
/** The same for an array. */
WASM_API_EXTERN own wrun_error_t* wrun_anyref_new_array(wasm_store_t*, const wasm_shared_module_t*,
                                                        uint32_t type, const wrun_val_t* elements,
                                                        size_t count, own wrun_anyref_t** out);
/** WRUN_HEAP_I31, WRUN_HEAP_STRUCT or WRUN_HEAP_ARRAY; WRUN_HEAP_ANY if it can't be had. */
WASM_API_EXTERN wrun_heapkind_t wrun_anyref_kind(const wrun_anyref_t*);
/** The integer, sign-extended. Errors: usage. */
WASM_API_EXTERN own wrun_error_t* wrun_anyref_i31_value(const wrun_anyref_t*, int32_t* out);
/** How many fields a structure has, or elements an array. Errors: usage. */
WASM_API_EXTERN own wrun_error_t* wrun_anyref_size(const wrun_anyref_t*, uint32_t* out);
/** A field or element; i8 and i16 are zero-extended. Errors: usage, trap (no such element). */
WASM_API_EXTERN own wrun_error_t* wrun_anyref_get(const wrun_anyref_t*, uint32_t index,
                                                  own wrun_val_t* out);
/** Copies the value. Errors: usage (immutable, another type), trap. */
WASM_API_EXTERN own wrun_error_t* wrun_anyref_set(wrun_anyref_t*, uint32_t index,
                                                  const wrun_val_t*);

#undef own

#ifdef __cplusplus
}
#endif

#endif
