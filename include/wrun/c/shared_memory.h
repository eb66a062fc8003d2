#ifndef WRUN_C_SHARED_MEMORY_H
#define WRUN_C_SHARED_MEMORY_H

/* Linear memories that several stores use at once, each on a thread of its own. Thread-safe. They
 * belong to an engine and live as long as a store or a reference has them. Others may write at any
 * time, so the program copies, and works on single numbers atomically. Addresses and lengths are in
 * bytes; an access out of bounds or unaligned is WRUN_ERROR_TRAP. */

#include <wasm.h>
#include <wrun/c/base.h>
#include <wrun/c/store.h>
#include <wrun/c/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define own

typedef struct wrun_shared_memory_t wrun_shared_memory_t;

/** A new one of the type's minimum, all zeros, counted by the budget if that isn't NULL. The type
 * is shared and has a maximum, which is reserved at once. Errors: usage (another type), limit. */
WASM_API_EXTERN own wrun_error_t* wrun_shared_memory_new(wasm_engine_t*, const wasm_memorytype_t*,
                                                         const wrun_budget_t*,
                                                         own wrun_shared_memory_t** out);
/** Another reference to the same memory. */
WASM_API_EXTERN own wrun_shared_memory_t* wrun_shared_memory_copy(const wrun_shared_memory_t*);
/** Gives up ownership. NULL is allowed. */
WASM_API_EXTERN void wrun_shared_memory_delete(own wrun_shared_memory_t*);
/** Whether both are the same memory. */
WASM_API_EXTERN bool wrun_shared_memory_same(const wrun_shared_memory_t*,
                                             const wrun_shared_memory_t*);

/** As a memory of a store, whose limits count it as well. Errors: usage, limit. */
WASM_API_EXTERN own wrun_error_t* wrun_shared_memory_in(const wrun_shared_memory_t*, wasm_store_t*,
                                                        own wasm_memory_t** out);
/** What other stores may share. Errors: usage (it isn't a shared memory). */
WASM_API_EXTERN own wrun_error_t* wrun_memory_shared(const wasm_memory_t*,
                                                     own wrun_shared_memory_t** out);

/** Its type, whose minimum is the present size. */
WASM_API_EXTERN own wasm_memorytype_t* wrun_shared_memory_type(const wrun_shared_memory_t*);
/** In bytes; never shrinks. */
WASM_API_EXTERN uint64_t wrun_shared_memory_size(const wrun_shared_memory_t*);
/** By pages; the former size in pages is written to `out`, if that isn't NULL. Errors: limit. */
WASM_API_EXTERN own wrun_error_t* wrun_shared_memory_grow(const wrun_shared_memory_t*,
                                                          uint64_t pages, uint64_t* out);
/** Copies from the memory. What others write meanwhile may be there in part. Errors: trap. */
WASM_API_EXTERN own wrun_error_t* wrun_shared_memory_read(const wrun_shared_memory_t*,
                                                          uint64_t address, void* to, size_t size);
/** Copies to the memory. Errors: trap. */
WASM_API_EXTERN own wrun_error_t* wrun_shared_memory_write(const wrun_shared_memory_t*,
                                                           uint64_t address, const void* from,
                                                           size_t size);

/** What wrun_shared_memory_atomic() does. */
typedef uint8_t wrun_atomic_t;
enum wrun_atomic_enum {
  WRUN_ATOMIC_LOAD,
  WRUN_ATOMIC_STORE,
  WRUN_ATOMIC_ADD,
  WRUN_ATOMIC_EXCHANGE,
  WRUN_ATOMIC_COMPARE_EXCHANGE
};
/** Works on an integer of 1, 2, 4 or 8 bytes, sequentially consistent. `value` is stored, added, or
 * exchanged if `expected` is there; loads ignore both. What was there before is written to `out`,
 * if that isn't NULL. Errors: trap, usage (another size or operation). */
WASM_API_EXTERN own wrun_error_t* wrun_shared_memory_atomic(const wrun_shared_memory_t*,
                                                            wrun_atomic_t what, uint64_t address,
                                                            size_t size, uint64_t value,
                                                            uint64_t expected, uint64_t* out);

/** How wrun_shared_memory_wait() ended. */
typedef uint8_t wrun_wait_t;
enum wrun_wait_enum { WRUN_WAIT_WOKEN, WRUN_WAIT_NOT_EQUAL, WRUN_WAIT_TIMED_OUT };
/** Sleeps if the integer of 4 or 8 bytes at the address is the expected one, until a notification
 * or the timeout; WRUN_UNLIMITED: none. Errors: trap, usage (another size). */
WASM_API_EXTERN own wrun_error_t* wrun_shared_memory_wait(const wrun_shared_memory_t*,
                                                          uint64_t address, size_t size,
                                                          uint64_t expected, uint64_t timeout_ns,
                                                          wrun_wait_t* out);
/** Wakes those that have waited longest, `count` at most; how many is written to `out`, if that
 * isn't NULL. Errors: trap. */
WASM_API_EXTERN own wrun_error_t* wrun_shared_memory_notify(const wrun_shared_memory_t*,
                                                            uint64_t address, uint32_t count,
                                                            uint32_t* out);

#undef own

#ifdef __cplusplus
}
#endif

#endif
