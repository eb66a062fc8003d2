#ifndef WRUN_C_MODULE_H
#define WRUN_C_MODULE_H

/* Modules that belong to an engine and not to a store: the wasm_shared_module_t of <wasm.h>, which
 * any number of threads may use at once. wasm_module_obtain() has one for a store. */

#include <wasm.h>
#include <wrun/c/base.h>

#ifdef __cplusplus
extern "C" {
#endif

#define own

/** The binary format, which is copied. Errors: malformed, invalid (both with an offset), limit. */
WASM_API_EXTERN own wrun_error_t* wrun_module_from_bytes(wasm_engine_t*, const void* bytes,
                                                         size_t size,
                                                         own wasm_shared_module_t** out);
/** The text format, `size` characters. Errors as above; messages have the line. */
WASM_API_EXTERN own wrun_error_t* wrun_module_from_text(wasm_engine_t*, const char* text,
                                                        size_t size,
                                                        own wasm_shared_module_t** out);
/** Binary, text, or either of them gzipped, told apart by content. Errors as above. */
WASM_API_EXTERN own wrun_error_t* wrun_module_from_content(wasm_engine_t*, const void* content,
                                                           size_t size,
                                                           own wasm_shared_module_t** out);
/** The content of a file. Errors as above, and io. */
WASM_API_EXTERN own wrun_error_t* wrun_module_from_file(wasm_engine_t*, const char* path,
                                                        own wasm_shared_module_t** out);
/** The module with the machine code of all its functions, for engines of the same build of the
 * library, on a CPU of the same kind, with the same configuration. Errors: usage (there is no
 * compiler), limit. */
WASM_API_EXTERN own wrun_error_t* wrun_module_serialize(const wasm_shared_module_t*,
                                                        own wasm_byte_vec_t* out);
/** What wrun_module_serialize() gave, which is copied. It is native code, which does whatever it
 * likes: the caller vouches for where it comes from. What is damaged or made for anything else is
 * an error (malformed, usage) and never run, and so is what there is no room for (limit). */
WASM_API_EXTERN own wrun_error_t* wrun_module_deserialize_trusted(wasm_engine_t*, const void* image,
                                                                  size_t size,
                                                                  own wasm_shared_module_t** out);
/** The same of a regular file's content, which is read to where it is used: sooner, and with less
 * memory. Nothing is kept open. Errors as above, and io. */
WASM_API_EXTERN own wrun_error_t* wrun_module_deserialize_trusted_file(
    wasm_engine_t*, const char* path, own wasm_shared_module_t** out);
/** Whether these look like what wrun_module_serialize() gives. */
WASM_API_EXTERN bool wrun_module_is_serialized(const void* content, size_t size);

/** Another reference to the same module. */
WASM_API_EXTERN own wasm_shared_module_t* wrun_module_copy(const wasm_shared_module_t*);
/** Whether both are the same module, not merely equal ones. */
WASM_API_EXTERN bool wrun_module_same(const wasm_shared_module_t*, const wasm_shared_module_t*);

/** Its engine. NULL without memory. */
WASM_API_EXTERN own wasm_engine_t* wrun_module_engine(const wasm_shared_module_t*);

/** As wasm_module_imports(). */
WASM_API_EXTERN void wrun_module_imports(const wasm_shared_module_t*,
                                         own wasm_importtype_vec_t* out);
/** As wasm_module_exports(). */
WASM_API_EXTERN void wrun_module_exports(const wasm_shared_module_t*,
                                         own wasm_exporttype_vec_t* out);
/** From the name section, without a NUL. False if it has none. */
WASM_API_EXTERN bool wrun_module_name(const wasm_shared_module_t*, own wasm_name_t* out);
/** The binary format, borrowed from the module. */
WASM_API_EXTERN const void* wrun_module_bytes(const wasm_shared_module_t*, size_t* size);
/** Whether the module uses the feature of that name (docs/features.md). */
WASM_API_EXTERN bool wrun_module_uses_feature(const wasm_shared_module_t*, const char* feature);

/** The line of source text of the instruction at an offset, as backtraces have them, if the module
 * was compiled with -g: the file's name, without a NUL, as the compiler was given it; line and
 * column from 1, the column 0 where it is unknown. False, and nothing given, if there is none. */
WASM_API_EXTERN bool wrun_module_source_location(const wasm_shared_module_t*, uint64_t offset,
                                                 own wasm_name_t* file, uint32_t* line,
                                                 uint32_t* column);

/** A function of the source that an instruction is of, if the module was compiled with -g: 0 is the
 * innermost of those that the compiler inlined, the last one that of the module. Its name as the
 * source has it, without scopes, and where the instruction, or the call of the function before, is:
 * as above, with an empty file and line 0 where that is unknown. False, and nothing given, if there
 * are not so many. */
WASM_API_EXTERN bool wrun_module_source_frame(const wasm_shared_module_t*, uint64_t offset,
                                              size_t index, own wasm_name_t* function,
                                              own wasm_name_t* file, uint32_t* line,
                                              uint32_t* column);

/** How many custom sections it has. */
WASM_API_EXTERN size_t wrun_module_custom_section_count(const wasm_shared_module_t*);

/** A custom section; both are borrowed from the module. */
typedef struct wrun_custom_section_t {
  size_t struct_size; /**< sizeof(wrun_custom_section_t) */
  const char* name;   /**< without a NUL */
  size_t name_size;
  const void* bytes;
  size_t size;
} wrun_custom_section_t;
#define WRUN_CUSTOM_SECTION_INIT \
  { sizeof(wrun_custom_section_t), NULL, 0, NULL, 0 }
/** The custom section of that number. False if there is none, or struct_size is wrong. */
WASM_API_EXTERN bool wrun_module_custom_section(const wasm_shared_module_t*, size_t index,
                                                wrun_custom_section_t* out);

#undef own

#ifdef __cplusplus
}
#endif

#endif
