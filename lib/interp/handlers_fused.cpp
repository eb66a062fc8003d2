#include "lib/interp/handlers_fused.hpp"

#include "lib/interp/bodies_vector.hpp"
#include "lib/wasm/numeric.hpp"

namespace wrun::inline v0::interp {

using wasm::num;

Handler fused_handler(wasm::Op op) {
  switch (op) {
    case wasm::Op::f32x4_relaxed_madd:
      return &handler<Ternary<&num::fused_madd<float>>>;
    case wasm::Op::f32x4_relaxed_nmadd:
      return &handler<Ternary<&num::fused_nmadd<float>>>;
    case wasm::Op::f64x2_relaxed_madd:
      return &handler<Ternary<&num::fused_madd<double>>>;
    case wasm::Op::f64x2_relaxed_nmadd:
      return &handler<Ternary<&num::fused_nmadd<double>>>;
    default:
      return nullptr;
  }
}

}  // namespace wrun::inline v0::interp
