#ifndef WRUN_C_POOL_H
#define WRUN_C_POOL_H

/* Pools: fresh instances of one module, each in a store of its own, some of them made ahead: one
 * for each request, thrown away afterwards. No instance is ever used twice. Thread-safe. */

#include <wasm.h>
#include <wrun/c/base.h>
#include <wrun/c/linker.h>
#include <wrun/c/store.h>

#ifdef __cplusplus
extern "C" {
#endif

#define own

/** Where instances of one module come from. */
typedef struct wrun_pool_t wrun_pool_t;

/** How a pool makes them. */
typedef struct wrun_pool_options_t {
  size_t struct_size;          /**< sizeof(wrun_pool_options_t) */
  size_t ready;                /**< how many wrun_pool_fill() makes ahead */
  const wrun_limits_t* limits; /**< of each store, set when it is made; NULL: none; copied */
  const wrun_budget_t* budget; /**< what the stores draw on, those that wait too; NULL: none */
} wrun_pool_options_t;
#define WRUN_POOL_OPTIONS_INIT \
  { sizeof(wrun_pool_options_t), 8, NULL, NULL }

/** The module's imports must be good for all stores. NULL stands for default options. Errors:
 * usage, limit. */
WASM_API_EXTERN own wrun_error_t* wrun_pool_new(const wrun_prepared_t*, const wrun_pool_options_t*,
                                                own wrun_pool_t** out);
/** Another reference to the same pool. NULL without memory. */
WASM_API_EXTERN own wrun_pool_t* wrun_pool_copy(const wrun_pool_t*);
/** Gives up ownership; what was taken stays. NULL is allowed. */
WASM_API_EXTERN void wrun_pool_delete(own wrun_pool_t*);
/** An instance that was made ahead, or else a new one, and its store. Errors: those of
 * wrun_prepared_instantiate() and wrun_store_set_limits(). */
WASM_API_EXTERN own wrun_error_t* wrun_pool_take(wrun_pool_t*, own wasm_store_t** store,
                                                 own wasm_instance_t** instance);
/** Makes instances until enough are ready; for a thread that has time. Errors: as
 * wrun_pool_take(). */
WASM_API_EXTERN own wrun_error_t* wrun_pool_fill(wrun_pool_t*);
/** How many are ready now. */
WASM_API_EXTERN size_t wrun_pool_ready(const wrun_pool_t*);

#undef own

#ifdef __cplusplus
}
#endif

#endif
