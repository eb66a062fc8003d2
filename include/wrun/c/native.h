#ifndef WRUN_C_NATIVE_H
#define WRUN_C_NATIVE_H

/* Native functions, both ways: those of C libraries as imports, and WebAssembly functions as C
 * function pointers. Needs libffi: in a library that was built without it, every use is
 * WRUN_ERROR_USAGE. */

#include <wasm.h>
#include <wrun/c/base.h>
#include <wrun/c/linker.h>

#ifdef __cplusplus
extern "C" {
#endif

#define own

/** A function of whatever type; cast it to its own before calling it. */
typedef void (*wrun_native_function_t)(void);

/** Defines a function of the program's. The signature has the result, and in parentheses the
 * parameters:
 *
 * - `i32` `u32` `i64` `u64` `f32` `f64`: numbers, the same on both sides
 * - `i8` `u8` `i16` `u16`: `i32` in WebAssembly, cut to their size and extended back
 * - `usize`: `size_t`; `i32` in WebAssembly
 * - `ptr:SIZE`: an address in memory 0 of the calling instance, `i32` in WebAssembly; as many bytes
 *   from there on must be in the memory; SIZE is a product such as `8`, `$1` or `$1*$2`, where `$N`
 *   is parameter N, from 0
 * - `ptr:len`: two parameters: `ptr:SIZE`, and as a `usize` the SIZE
 * - `ptr?:SIZE`, `ptr?:len`: the same, but 0 is the null pointer
 * - `cstr`: like `ptr`, with a zero byte before the memory's end
 * - `ptr`: as a result: null is 0, others must point into the memory
 * - `void`: no result
 *
 * A pointer that isn't good is a trap. What the function does is beyond any sandbox. It must stay
 * loaded as long as it can be called. Errors: usage (the signature, no libffi). */
WASM_API_EXTERN own wrun_error_t* wrun_linker_define_native(wrun_linker_t*, const char* module,
                                                            const char* name, const char* signature,
                                                            wrun_native_function_t);
/** The same with a symbol of a shared library, which is loaded as dlopen(3) finds it while the
 * function can be called; NULL for what the process has loaded. Errors: usage (as above), io (no
 * such library or symbol). */
WASM_API_EXTERN own wrun_error_t* wrun_linker_define_symbol(wrun_linker_t*, const char* module,
                                                            const char* name, const char* signature,
                                                            const char* library,
                                                            const char* symbol);

/** What a C function takes and returns. Integers of up to 32 bits stand for i32, those of 64 for
 * i64, pointers for addresses in a memory, null for 0. */
typedef uint8_t wrun_native_kind_t;
enum wrun_native_kind_enum {
  WRUN_NATIVE_VOID,
  WRUN_NATIVE_I8,
  WRUN_NATIVE_U8,
  WRUN_NATIVE_I16,
  WRUN_NATIVE_U16,
  WRUN_NATIVE_I32,
  WRUN_NATIVE_U32,
  WRUN_NATIVE_I64,
  WRUN_NATIVE_U64,
  WRUN_NATIVE_F32,
  WRUN_NATIVE_F64,
  WRUN_NATIVE_POINTER
};

/** A C function pointer that calls a WebAssembly function; owns the code behind it, and keeps the
 * function alive.
 *
 * C code can't be unwound: when the call fails, the pointer returns zero. So does every later call,
 * at once and without running anything, until wrun_native_callback_check() has taken the failure.
 * The pointer may be called on any thread, but as every use of a store fails while another thread
 * is inside. */
typedef struct wrun_native_callback_t wrun_native_callback_t;

/** `memory` is what pointers point into; NULL if there are none. Errors: usage (another type,
 * pointers without a memory, a shared memory, no libffi), limit (the system gives no executable
 * memory). */
WASM_API_EXTERN own wrun_error_t* wrun_func_as_native(const wasm_func_t*, wasm_memory_t* memory,
                                                      wrun_native_kind_t result,
                                                      const wrun_native_kind_t* params,
                                                      size_t param_count,
                                                      own wrun_native_callback_t** out);
/** The pointer; good as long as the callback isn't deleted. */
WASM_API_EXTERN wrun_native_function_t wrun_native_callback_get(const wrun_native_callback_t*);
/** Takes the first failure since the last time, NULL if there was none, and lets calls run again.
 */
WASM_API_EXTERN own wrun_error_t* wrun_native_callback_check(wrun_native_callback_t*);
/** Gives up ownership; not while the pointer runs. NULL is allowed. */
WASM_API_EXTERN void wrun_native_callback_delete(own wrun_native_callback_t*);

#undef own

#ifdef __cplusplus
}
#endif

#endif
