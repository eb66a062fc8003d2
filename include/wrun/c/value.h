#ifndef WRUN_C_VALUE_H
#define WRUN_C_VALUE_H

/* Values of every type, and the references that <wasm.h> doesn't know. */

#include <wasm.h>
#include <wrun/c/base.h>
#include <wrun/c/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define own

/** A value and its kind: wasm_valkind_enum, WRUN_V128, WRUN_ANYREF or WRUN_EXNREF. */
typedef struct wrun_val_t {
  wasm_valkind_t kind;
  union {
    int32_t i32;
    int64_t i64;
    float32_t f32;
    float64_t f64;
    uint8_t v128[16]; /**< v128[0] is lane 0 of i8x16 */
    wasm_ref_t* ref;  /**< NULL is the null reference */
  } of;
} wrun_val_t;

/** Deletes the reference, if it is one, and leaves a null one. NULL is allowed. */
WASM_API_EXTERN void wrun_val_delete(own wrun_val_t*);
/** Copies the reference, if it is one. */
WASM_API_EXTERN void wrun_val_copy(own wrun_val_t* out, const wrun_val_t*);
/** As the text format has it, NUL-terminated: "(i32.const 7)", "(ref.null func)". Empty if there is
 * no such kind of value, or no memory. */
WASM_API_EXTERN void wrun_val_to_string(const wrun_val_t*, own wasm_name_t* out);
/** The same value where there is room for it; false, and a null externref, for a v128. The
 * reference is the result's, not `from`'s. */
WASM_API_EXTERN bool wrun_val_to_wasm(own wasm_val_t* out, own wrun_val_t* from);
/** The same value; the reference is the result's, not `from`'s. */
WASM_API_EXTERN void wrun_val_from_wasm(own wrun_val_t* out, own wasm_val_t* from);

#undef own

#ifdef __cplusplus
}
#endif

#endif
