#pragma once

// Conversions, named like the rows of opcodes.def.
//
// https://webassembly.github.io/spec/core/exec/numerics.html#conversions

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "lib/wasm/numeric_integer.hpp"

namespace wrun::inline v0::wasm {

class ConversionNumerics : public NumericTypes {
  // Before their uses, since clang evaluates constant expressions in that order.
  /// 2^n, the first float above all values of I.
  template <class I, class F>
  static constexpr F upper = F(std::numeric_limits<I>::max() / 2 + 1) * 2;
  /// Whether `a`, cut off, is below the values of I.
  template <class I, class F>
  static constexpr bool below(F a) {
    if (std::is_unsigned_v<I>) return a <= F(-1);
    constexpr F lowest = F(std::numeric_limits<I>::min());
    // Where floats are fine enough, those between lowest - 1 and lowest are cut off to lowest.
    if (std::numeric_limits<F>::digits > std::numeric_limits<I>::digits) return a <= lowest - 1;
    return a < lowest;
  }

  template <class I, class F>
  static constexpr Trapping<std::make_unsigned_t<I>> trunc(F a) {
    using U = std::make_unsigned_t<I>;
    if (a != a) return TrapCode::invalid_conversion_to_integer;
    if (below<I>(a) || a >= upper<I, F>) return TrapCode::integer_overflow;
    return U(I(a));
  }
  template <class I, class F>
  static constexpr std::make_unsigned_t<I> trunc_sat(F a) {
    using U = std::make_unsigned_t<I>;
    if (a != a) return 0;
    if (below<I>(a)) return U(std::numeric_limits<I>::min());
    if (a >= upper<I, F>) return U(std::numeric_limits<I>::max());
    return U(I(a));
  }

 public:
  static constexpr u32 i32_wrap_i64(u64 a) { return u32(a); }
  static constexpr u64 i64_extend_i32_s(u32 a) { return u64(s64(s32(a))); }
  static constexpr u64 i64_extend_i32_u(u32 a) { return a; }

  static constexpr Trapping<u32> i32_trunc_f32_s(f32 a) { return trunc<s32>(a); }
  static constexpr Trapping<u32> i32_trunc_f32_u(f32 a) { return trunc<u32>(a); }
  static constexpr Trapping<u32> i32_trunc_f64_s(f64 a) { return trunc<s32>(a); }
  static constexpr Trapping<u32> i32_trunc_f64_u(f64 a) { return trunc<u32>(a); }
  static constexpr Trapping<u64> i64_trunc_f32_s(f32 a) { return trunc<s64>(a); }
  static constexpr Trapping<u64> i64_trunc_f32_u(f32 a) { return trunc<u64>(a); }
  static constexpr Trapping<u64> i64_trunc_f64_s(f64 a) { return trunc<s64>(a); }
  static constexpr Trapping<u64> i64_trunc_f64_u(f64 a) { return trunc<u64>(a); }

  static constexpr u32 i32_trunc_sat_f32_s(f32 a) { return trunc_sat<s32>(a); }
  static constexpr u32 i32_trunc_sat_f32_u(f32 a) { return trunc_sat<u32>(a); }
  static constexpr u32 i32_trunc_sat_f64_s(f64 a) { return trunc_sat<s32>(a); }
  static constexpr u32 i32_trunc_sat_f64_u(f64 a) { return trunc_sat<u32>(a); }
  static constexpr u64 i64_trunc_sat_f32_s(f32 a) { return trunc_sat<s64>(a); }
  static constexpr u64 i64_trunc_sat_f32_u(f32 a) { return trunc_sat<u64>(a); }
  static constexpr u64 i64_trunc_sat_f64_s(f64 a) { return trunc_sat<s64>(a); }
  static constexpr u64 i64_trunc_sat_f64_u(f64 a) { return trunc_sat<u64>(a); }

  static constexpr f32 f32_convert_i32_s(u32 a) { return f32(s32(a)); }
  static constexpr f32 f32_convert_i32_u(u32 a) { return f32(u32(a)); }
  static constexpr f32 f32_convert_i64_s(u64 a) { return f32(s64(a)); }
  static constexpr f32 f32_convert_i64_u(u64 a) { return f32(u64(a)); }
  static constexpr f64 f64_convert_i32_s(u32 a) { return f64(s32(a)); }
  static constexpr f64 f64_convert_i32_u(u32 a) { return f64(u32(a)); }
  static constexpr f64 f64_convert_i64_s(u64 a) { return f64(s64(a)); }
  static constexpr f64 f64_convert_i64_u(u64 a) { return f64(u64(a)); }

  static constexpr f32 f32_demote_f64(f64 a) { return f32(a); }
  static constexpr f64 f64_promote_f32(f32 a) { return a; }
  static constexpr u32 i32_reinterpret_f32(f32 a) { return std::bit_cast<u32>(a); }
  static constexpr u64 i64_reinterpret_f64(f64 a) { return std::bit_cast<u64>(a); }
  static constexpr f32 f32_reinterpret_i32(u32 a) { return std::bit_cast<f32>(a); }
  static constexpr f64 f64_reinterpret_i64(u64 a) { return std::bit_cast<f64>(a); }
};

}  // namespace wrun::inline v0::wasm
