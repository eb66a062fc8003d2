#ifndef WRUN_C_RESUMABLE_H
#define WRUN_C_RESUMABLE_H

/* Calls that callbacks may set aside while they have no result, and that the program continues
 * later, on any thread. No thread waits meanwhile. */

#include <wasm.h>
#include <wrun/c/base.h>
#include <wrun/c/linker.h>
#include <wrun/c/value.h>

#ifdef __cplusplus
extern "C" {
#endif

#define own

/** A started call: it has finished, or is paused. Owns the call's frames, and keeps its store. For
 * one thread at a time, like the store; it may change threads while paused. */
typedef struct wrun_resumable_t wrun_resumable_t;

/** In a callback: whether the call can be set aside. It can if wrun_func_start() started it, and
 * there is no ordinary call of the program's in between. */
WASM_API_EXTERN bool wrun_caller_can_pause(const wrun_caller_t*);
/** In a callback: sets the call aside as soon as the callback returns NULL, instead of using its
 * results. Where that can't be, the call fails with WRUN_ERROR_USAGE. */
WASM_API_EXTERN void wrun_caller_pause(wrun_caller_t*);

/** Starts a call, and runs until it ends or is paused. Errors: as wrun_func_call(), and limit (no
 * address space for its stack). */
WASM_API_EXTERN own wrun_error_t* wrun_func_start(const wasm_func_t*, const wrun_val_t* args,
                                                  size_t arg_count, own wrun_resumable_t** out);
/** Waits for the results of the callback that paused it. */
WASM_API_EXTERN bool wrun_resumable_is_paused(const wrun_resumable_t*);
/** Has ended and has results. */
WASM_API_EXTERN bool wrun_resumable_is_finished(const wrun_resumable_t*);
/** Goes on with the results of the callback that paused it, which are borrowed, until the call ends
 * or is paused again. Errors: usage (not paused; values of other types; another thread inside),
 * after which it is still paused; and those of wrun_func_call(), after which it has ended. */
WASM_API_EXTERN own wrun_error_t* wrun_resumable_resume(wrun_resumable_t*, const wrun_val_t* values,
                                                        size_t count);
/** Goes on as if the callback had returned that error, which it takes. Errors: the same. */
WASM_API_EXTERN own wrun_error_t* wrun_resumable_fail(wrun_resumable_t*, own wrun_error_t*);
/** Takes the results of a call that has finished. Errors: usage (not finished, taken before, no
 * room for all results). */
WASM_API_EXTERN own wrun_error_t* wrun_resumable_results(wrun_resumable_t*, own wrun_val_t* results,
                                                         size_t count);
/** Gives up ownership. A paused call ends: its frames are freed, and no more of the guest runs.
 * NULL is allowed. */
WASM_API_EXTERN void wrun_resumable_delete(own wrun_resumable_t*);

#undef own

#ifdef __cplusplus
}
#endif

#endif
