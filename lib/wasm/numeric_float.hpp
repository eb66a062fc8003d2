#pragma once

// Floating-point operations, named like the rows of opcodes.def. They expect the default rounding
// mode, and denormals as IEEE 754 has them. NaNs are those that the CPU makes, which are among
// those that the specification allows; canonicalize() picks one.
//
// https://webassembly.github.io/spec/core/exec/numerics.html#floating-point-operations

#include <bit>
#include <cstdint>
#include <type_traits>

#include "lib/wasm/numeric_integer.hpp"

namespace wrun::inline v0::wasm {

class FloatNumerics : public NumericTypes {
  // Before their uses, since clang evaluates constant expressions in that order.
  template <class F>
  using Bits = std::conditional_t<sizeof(F) == 4, u32, u64>;
  template <class F>
  static constexpr Bits<F> sign = Bits<F>{1} << (8 * sizeof(F) - 1);
  template <class F>
  static constexpr Bits<F> bits(F value) {
    return std::bit_cast<Bits<F>>(value);
  }
  template <class F>
  static constexpr F from_bits(Bits<F> value) {
    return std::bit_cast<F>(value);
  }

  /// Equal operands differ at most in the sign of zero. The sum of a NaN and anything is a quiet
  /// NaN.
  template <class F>
  static constexpr F min(F a, F b) {
    if (a < b) return a;
    if (b < a) return b;
    return a == b ? from_bits<F>(bits(a) | bits(b)) : a + b;
  }
  template <class F>
  static constexpr F max(F a, F b) {
    if (a > b) return a;
    if (b > a) return b;
    return a == b ? from_bits<F>(bits(a) & bits(b)) : a + b;
  }

  /// Where the CPU has no instruction for it, rounding is inlined code that hands a NaN on as it
  /// is; the sum is quiet.
  template <class F>
  static F rounded(F value, F result) {
    return value != value ? value + value : result;
  }

 public:
  static constexpr u32 f32_eq(f32 a, f32 b) { return a == b; }
  static constexpr u32 f32_ne(f32 a, f32 b) { return a != b; }
  static constexpr u32 f32_lt(f32 a, f32 b) { return a < b; }
  static constexpr u32 f32_gt(f32 a, f32 b) { return a > b; }
  static constexpr u32 f32_le(f32 a, f32 b) { return a <= b; }
  static constexpr u32 f32_ge(f32 a, f32 b) { return a >= b; }

  static constexpr f32 f32_abs(f32 a) { return from_bits<f32>(bits(a) & ~sign<f32>); }
  static constexpr f32 f32_neg(f32 a) { return from_bits<f32>(bits(a) ^ sign<f32>); }
  static constexpr f32 f32_copysign(f32 a, f32 b) {
    return from_bits<f32>((bits(a) & ~sign<f32>) | (bits(b) & sign<f32>));
  }
  static f32 f32_ceil(f32 a) { return rounded(a, __builtin_ceilf(a)); }
  static f32 f32_floor(f32 a) { return rounded(a, __builtin_floorf(a)); }
  static f32 f32_trunc(f32 a) { return rounded(a, __builtin_truncf(a)); }
  static f32 f32_nearest(f32 a) { return __builtin_nearbyintf(a); }
  static f32 f32_sqrt(f32 a) { return __builtin_sqrtf(a); }
  static constexpr f32 f32_add(f32 a, f32 b) { return a + b; }
  static constexpr f32 f32_sub(f32 a, f32 b) { return a - b; }
  static constexpr f32 f32_mul(f32 a, f32 b) { return a * b; }
  static constexpr f32 f32_div(f32 a, f32 b) { return a / b; }
  static constexpr f32 f32_min(f32 a, f32 b) { return min(a, b); }
  static constexpr f32 f32_max(f32 a, f32 b) { return max(a, b); }

  static constexpr u32 f64_eq(f64 a, f64 b) { return a == b; }
  static constexpr u32 f64_ne(f64 a, f64 b) { return a != b; }
  static constexpr u32 f64_lt(f64 a, f64 b) { return a < b; }
  static constexpr u32 f64_gt(f64 a, f64 b) { return a > b; }
  static constexpr u32 f64_le(f64 a, f64 b) { return a <= b; }
  static constexpr u32 f64_ge(f64 a, f64 b) { return a >= b; }

  static constexpr f64 f64_abs(f64 a) { return from_bits<f64>(bits(a) & ~sign<f64>); }
  static constexpr f64 f64_neg(f64 a) { return from_bits<f64>(bits(a) ^ sign<f64>); }
  static constexpr f64 f64_copysign(f64 a, f64 b) {
    return from_bits<f64>((bits(a) & ~sign<f64>) | (bits(b) & sign<f64>));
  }
  static f64 f64_ceil(f64 a) { return rounded(a, __builtin_ceil(a)); }
  static f64 f64_floor(f64 a) { return rounded(a, __builtin_floor(a)); }
  static f64 f64_trunc(f64 a) { return rounded(a, __builtin_trunc(a)); }
  static f64 f64_nearest(f64 a) { return __builtin_nearbyint(a); }
  static f64 f64_sqrt(f64 a) { return __builtin_sqrt(a); }
  static constexpr f64 f64_add(f64 a, f64 b) { return a + b; }
  static constexpr f64 f64_sub(f64 a, f64 b) { return a - b; }
  static constexpr f64 f64_mul(f64 a, f64 b) { return a * b; }
  static constexpr f64 f64_div(f64 a, f64 b) { return a / b; }
  static constexpr f64 f64_min(f64 a, f64 b) { return min(a, b); }
  static constexpr f64 f64_max(f64 a, f64 b) { return max(a, b); }

  /// The bits of the positive canonical NaN.
  template <class F>
  static constexpr Bits<F> canonical_nan = sizeof(F) == 4 ? 0x7fc0'0000 : 0x7ff8'0000'0000'0000;
  /// It, for any NaN.
  static constexpr f32 canonicalize(f32 a) {
    return a == a ? a : from_bits<f32>(canonical_nan<f32>);
  }
  static constexpr f64 canonicalize(f64 a) {
    return a == a ? a : from_bits<f64>(canonical_nan<f64>);
  }
};

}  // namespace wrun::inline v0::wasm
