#pragma once

// Floating-point operations on vectors, and conversions, named like the rows of opcodes.def. NaNs
// are as in numeric_float.hpp.
//
// https://webassembly.github.io/spec/core/exec/numerics.html#floating-point-operations

#include <limits>
#include <type_traits>

#include "lib/wasm/vector/native.hpp"

namespace wrun::inline v0::wasm {
inline namespace WRUN_ISA {

class VectorFloats : public NumericTypes {
  using Native = NativeVector;

  template <class F>
  static Vector sign() {
    return from_lanes(splat<F>(F(-0.0)));
  }
  template <class F>
  static Vector lt(Vector a, Vector b) {
    return from_lanes(lanes<F>(a) < lanes<F>(b));
  }
  template <class F>
  static Vector le(Vector a, Vector b) {
    return from_lanes(lanes<F>(a) <= lanes<F>(b));
  }
  template <class F>
  static Vector eq(Vector a, Vector b) {
    return from_lanes(lanes<F>(a) == lanes<F>(b));
  }
  template <class F>
  static Vector ne(Vector a, Vector b) {
    return from_lanes(lanes<F>(a) != lanes<F>(b));
  }
  template <class F>
  static Vector add(Vector a, Vector b) {
    return from_lanes(lanes<F>(a) + lanes<F>(b));
  }
  template <class F>
  static Vector sub(Vector a, Vector b) {
    return from_lanes(lanes<F>(a) - lanes<F>(b));
  }
  template <class F>
  static Vector mul(Vector a, Vector b) {
    return from_lanes(lanes<F>(a) * lanes<F>(b));
  }
  template <class F>
  static Vector div(Vector a, Vector b) {
    return from_lanes(lanes<F>(a) / lanes<F>(b));
  }
  template <class F>
  static Vector pmin(Vector a, Vector b) {
    const VectorOf<F> x = lanes<F>(a), y = lanes<F>(b);
    return from_lanes(y < x ? y : x);
  }
  template <class F>
  static Vector pmax(Vector a, Vector b) {
    const VectorOf<F> x = lanes<F>(a), y = lanes<F>(b);
    return from_lanes(x < y ? y : x);
  }
  /// Both orders give the same but for zeros of different signs and NaNs. The sum of a NaN and
  /// anything is a quiet NaN.
  template <class F>
  static Vector min(Vector a, Vector b) {
    const Vector unordered = ne<F>(a, a) | ne<F>(b, b);
    return choose(unordered, add<F>(a, b), pmin<F>(a, b) | pmin<F>(b, a));
  }
  template <class F>
  static Vector max(Vector a, Vector b) {
    const Vector unordered = ne<F>(a, a) | ne<F>(b, b);
    return choose(unordered, add<F>(a, b), pmax<F>(a, b) & pmax<F>(b, a));
  }

  /// NaN as 0, and what is beyond a bound as that bound.
  template <class F>
  static VectorOf<F> clamped(Vector a, F least, F greatest) {
    const VectorOf<F> x = lanes<F>(a & eq<F>(a, a));
    const VectorOf<F> low = splat<F>(least), high = splat<F>(greatest);
    const VectorOf<F> above = x < low ? low : x;
    return above > high ? high : above;
  }
  /// The greatest f32 below 2^31.
  static constexpr f32 top = 0x7fff'ff80;

  static Vector trunc_sat_s(Vector a) {
    const Vector result =
        from_lanes(__builtin_convertvector(clamped<f32>(a, -0x1p31f, top), VectorOf<s32>));
    const Vector beyond = from_lanes(lanes<f32>(a) >= splat<f32>(0x1p31f));
    return choose(beyond, from_lanes(splat<u32>(0x7fff'ffff)), result);
  }
  /// Those from 2^31 on are converted with 2^31 taken off.
  static Vector trunc_sat_u(Vector a) {
    const VectorOf<f32> x = clamped<f32>(a, 0, 0x1.fffffep31f);
    const Vector upper = from_lanes(x >= splat<f32>(0x1p31f));
    const Vector rest = from_lanes(x - lanes<f32>(upper & from_lanes(splat<f32>(0x1p31f))));
    const Vector result = from_lanes(__builtin_convertvector(lanes<f32>(rest), VectorOf<s32>));
    const Vector beyond = from_lanes(lanes<f32>(a) >= splat<f32>(0x1p32f));
    return (result ^ (upper & from_lanes(splat<u32>(0x8000'0000)))) | beyond;
  }
  /// The lower two 32-bit lanes as the lower halves of doubles that begin at 2^52.
  static VectorOf<f64> above_2_52(Vector a) {
    const Vector upper = from_lanes(splat<u32>(0x4330'0000));
    return lanes<f64>(
        from_lanes(__builtin_shufflevector(lanes<u32>(a), lanes<u32>(upper), 0, 4, 1, 5)));
  }
  static Vector convert_low_s(Vector a) {
    const Vector moved = a ^ from_lanes(splat<u32>(0x8000'0000));
    return from_lanes(above_2_52(moved) - splat<f64>(0x1p52 + 0x1p31));
  }
  static Vector convert_low_u(Vector a) { return from_lanes(above_2_52(a) - splat<f64>(0x1p52)); }
  static f32 fused(f32 a, f32 b, f32 c) { return __builtin_fmaf(a, b, c); }
  static f64 fused(f64 a, f64 b, f64 c) { return __builtin_fma(a, b, c); }

 protected:
  template <class F>
  static Vector madd(Vector a, Vector b, Vector c) {
    return add<F>(mul<F>(a, b), c);
  }
  template <class F>
  static Vector nmadd(Vector a, Vector b, Vector c) {
    return sub<F>(c, mul<F>(a, b));
  }

 public:
  static Vector f32x4_eq(Vector a, Vector b) { return eq<f32>(a, b); }
  static Vector f32x4_ne(Vector a, Vector b) { return ne<f32>(a, b); }
  static Vector f32x4_lt(Vector a, Vector b) { return lt<f32>(a, b); }
  static Vector f32x4_gt(Vector a, Vector b) { return lt<f32>(b, a); }
  static Vector f32x4_le(Vector a, Vector b) { return le<f32>(a, b); }
  static Vector f32x4_ge(Vector a, Vector b) { return le<f32>(b, a); }
  static Vector f32x4_abs(Vector a) { return a & ~sign<f32>(); }
  static Vector f32x4_neg(Vector a) { return a ^ sign<f32>(); }
  static Vector f32x4_ceil(Vector a) { return Native::ceil<f32>(a); }
  static Vector f32x4_floor(Vector a) { return Native::floor<f32>(a); }
  static Vector f32x4_trunc(Vector a) { return Native::trunc<f32>(a); }
  static Vector f32x4_nearest(Vector a) { return Native::nearest<f32>(a); }
  static Vector f32x4_sqrt(Vector a) { return Native::sqrt<f32>(a); }
  static Vector f32x4_add(Vector a, Vector b) { return add<f32>(a, b); }
  static Vector f32x4_sub(Vector a, Vector b) { return sub<f32>(a, b); }
  static Vector f32x4_mul(Vector a, Vector b) { return mul<f32>(a, b); }
  static Vector f32x4_div(Vector a, Vector b) { return div<f32>(a, b); }
  static Vector f32x4_min(Vector a, Vector b) { return min<f32>(a, b); }
  static Vector f32x4_max(Vector a, Vector b) { return max<f32>(a, b); }
  static Vector f32x4_pmin(Vector a, Vector b) { return pmin<f32>(a, b); }
  static Vector f32x4_pmax(Vector a, Vector b) { return pmax<f32>(a, b); }

  static Vector f64x2_eq(Vector a, Vector b) { return eq<f64>(a, b); }
  static Vector f64x2_ne(Vector a, Vector b) { return ne<f64>(a, b); }
  static Vector f64x2_lt(Vector a, Vector b) { return lt<f64>(a, b); }
  static Vector f64x2_gt(Vector a, Vector b) { return lt<f64>(b, a); }
  static Vector f64x2_le(Vector a, Vector b) { return le<f64>(a, b); }
  static Vector f64x2_ge(Vector a, Vector b) { return le<f64>(b, a); }
  static Vector f64x2_abs(Vector a) { return a & ~sign<f64>(); }
  static Vector f64x2_neg(Vector a) { return a ^ sign<f64>(); }
  static Vector f64x2_ceil(Vector a) { return Native::ceil<f64>(a); }
  static Vector f64x2_floor(Vector a) { return Native::floor<f64>(a); }
  static Vector f64x2_trunc(Vector a) { return Native::trunc<f64>(a); }
  static Vector f64x2_nearest(Vector a) { return Native::nearest<f64>(a); }
  static Vector f64x2_sqrt(Vector a) { return Native::sqrt<f64>(a); }
  static Vector f64x2_add(Vector a, Vector b) { return add<f64>(a, b); }
  static Vector f64x2_sub(Vector a, Vector b) { return sub<f64>(a, b); }
  static Vector f64x2_mul(Vector a, Vector b) { return mul<f64>(a, b); }
  static Vector f64x2_div(Vector a, Vector b) { return div<f64>(a, b); }
  static Vector f64x2_min(Vector a, Vector b) { return min<f64>(a, b); }
  static Vector f64x2_max(Vector a, Vector b) { return max<f64>(a, b); }
  static Vector f64x2_pmin(Vector a, Vector b) { return pmin<f64>(a, b); }
  static Vector f64x2_pmax(Vector a, Vector b) { return pmax<f64>(a, b); }

  static Vector i32x4_trunc_sat_f32x4_s(Vector a) { return trunc_sat_s(a); }
  static Vector i32x4_trunc_sat_f32x4_u(Vector a) { return trunc_sat_u(a); }
  static Vector i32x4_trunc_sat_f64x2_s_zero(Vector a) {
    return Native::trunc_to_s32(from_lanes(clamped<f64>(a, -0x1p31, 0x7fff'ffff)));
  }
  static Vector i32x4_trunc_sat_f64x2_u_zero(Vector a) {
    return Native::trunc_to_u32(from_lanes(clamped<f64>(a, 0, 0xffff'ffff)));
  }
  static Vector f32x4_convert_i32x4_s(Vector a) {
    return from_lanes(__builtin_convertvector(lanes<s32>(a), VectorOf<f32>));
  }
  static Vector f32x4_convert_i32x4_u(Vector a) {
    return from_lanes(__builtin_convertvector(lanes<u32>(a), VectorOf<f32>));
  }
  static Vector f64x2_convert_low_i32x4_s(Vector a) { return convert_low_s(a); }
  static Vector f64x2_convert_low_i32x4_u(Vector a) { return convert_low_u(a); }
  static Vector f32x4_demote_f64x2_zero(Vector a) { return Native::demote(a); }
  static Vector f64x2_promote_low_f32x4(Vector a) { return Native::promote_low(a); }

  /// Rounded once, where the one named like the row of opcodes.def is rounded twice.
  template <class F>
  static Vector fused_madd(Vector a, Vector b, Vector c) {
    const VectorOf<F> x = lanes<F>(a), y = lanes<F>(b), z = lanes<F>(c);
    VectorOf<F> sum = z;
    for (unsigned i = 0; i < 16 / sizeof(F); ++i) sum[i] = fused(x[i], y[i], z[i]);
    return from_lanes(sum);
  }
  template <class F>
  static Vector fused_nmadd(Vector a, Vector b, Vector c) {
    return fused_madd<F>(a ^ sign<F>(), b, c);
  }

  /// The positive canonical NaN for each lane that is a NaN.
  template <class F>
  static Vector canonicalize_lanes(Vector a) {
    const Vector nan = from_lanes(splat<F>(std::numeric_limits<F>::quiet_NaN()));
    return choose(ne<F>(a, a), nan, a);
  }
};

}  // namespace WRUN_ISA
}  // namespace wrun::inline v0::wasm
