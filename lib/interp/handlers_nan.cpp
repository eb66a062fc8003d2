#include "lib/interp/handlers_nan.hpp"

#include "lib/interp/bodies_numeric.hpp"

namespace wrun::inline v0::interp {

namespace {

using wasm::num;

template <auto function>
Handler by_destination(Dst dst) {
  return dst == Dst::acc ? &handler<Unary<function, Src::acc, Dst::acc>>
                         : &handler<Unary<function, Src::acc, Dst::store>>;
}

}  // namespace

Handler canonical_nan_handler(wasm::NewNan kind, Dst dst) {
  switch (kind) {
    case wasm::NewNan::f32:
      return by_destination<static_cast<float (*)(float)>(&num::canonicalize)>(dst);
    case wasm::NewNan::f64:
      return by_destination<static_cast<double (*)(double)>(&num::canonicalize)>(dst);
    case wasm::NewNan::f32x4:
      return by_destination<&num::canonicalize_lanes<float>>(dst);
    default:
      return by_destination<&num::canonicalize_lanes<double>>(dst);
  }
}

}  // namespace wrun::inline v0::interp
