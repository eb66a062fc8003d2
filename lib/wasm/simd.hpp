#pragma once

// Relaxed instructions, each by the choice of the specification's deterministic profile, which
// docs/relaxed-simd.md lists: the same result on every machine.
//
// https://webassembly.github.io/spec/core/exec/numerics.html#relaxed-operations

#include "lib/wasm/simd_float.hpp"
#include "lib/wasm/simd_integer.hpp"
#include "lib/wasm/simd_lanes.hpp"

namespace wrun::inline v0::wasm {
inline namespace WRUN_ISA {

/// All vector instructions.
class VectorNumerics : public VectorIntegers, public VectorFloats, public VectorLanes {
 public:
  static Vector i8x16_relaxed_swizzle(Vector a, Vector b) { return i8x16_swizzle(a, b); }
  static Vector i32x4_relaxed_trunc_f32x4_s(Vector a) { return i32x4_trunc_sat_f32x4_s(a); }
  static Vector i32x4_relaxed_trunc_f32x4_u(Vector a) { return i32x4_trunc_sat_f32x4_u(a); }
  static Vector i32x4_relaxed_trunc_f64x2_s_zero(Vector a) {
    return i32x4_trunc_sat_f64x2_s_zero(a);
  }
  static Vector i32x4_relaxed_trunc_f64x2_u_zero(Vector a) {
    return i32x4_trunc_sat_f64x2_u_zero(a);
  }

  // Two roundings. The files that use these are compiled without contraction.
  static Vector f32x4_relaxed_madd(Vector a, Vector b, Vector c) { return madd<float>(a, b, c); }
  static Vector f32x4_relaxed_nmadd(Vector a, Vector b, Vector c) { return nmadd<float>(a, b, c); }
  static Vector f64x2_relaxed_madd(Vector a, Vector b, Vector c) { return madd<double>(a, b, c); }
  static Vector f64x2_relaxed_nmadd(Vector a, Vector b, Vector c) { return nmadd<double>(a, b, c); }

  static Vector i8x16_relaxed_laneselect(Vector a, Vector b, Vector m) { return choose(m, a, b); }
  static Vector i16x8_relaxed_laneselect(Vector a, Vector b, Vector m) { return choose(m, a, b); }
  static Vector i32x4_relaxed_laneselect(Vector a, Vector b, Vector m) { return choose(m, a, b); }
  static Vector i64x2_relaxed_laneselect(Vector a, Vector b, Vector m) { return choose(m, a, b); }
  static Vector f32x4_relaxed_min(Vector a, Vector b) { return f32x4_min(a, b); }
  static Vector f32x4_relaxed_max(Vector a, Vector b) { return f32x4_max(a, b); }
  static Vector f64x2_relaxed_min(Vector a, Vector b) { return f64x2_min(a, b); }
  static Vector f64x2_relaxed_max(Vector a, Vector b) { return f64x2_max(a, b); }
  static Vector i16x8_relaxed_q15mulr_s(Vector a, Vector b) { return i16x8_q15mulr_sat_s(a, b); }
  static Vector i16x8_relaxed_dot_i8x16_i7x16_s(Vector a, Vector b) { return dot_bytes(a, b); }
  static Vector i32x4_relaxed_dot_i8x16_i7x16_add_s(Vector a, Vector b, Vector c) {
    return add_words(add_pairs(dot_bytes(a, b)), c);
  }
};

}  // namespace WRUN_ISA
}  // namespace wrun::inline v0::wasm
