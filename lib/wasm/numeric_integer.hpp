#pragma once

// Integer operations, named like the rows of opcodes.def.
//
// https://webassembly.github.io/spec/core/exec/numerics.html#integer-operations

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "lib/wasm/trapping.hpp"

namespace wrun::inline v0::wasm {

/// The results of wide arithmetic.
struct Pair {
  std::uint64_t lo = 0;
  std::uint64_t hi = 0;
  friend constexpr bool operator==(Pair, Pair) = default;
};

struct NumericTypes {
  using s8 = std::int8_t;
  using s16 = std::int16_t;
  using s32 = std::int32_t;
  using s64 = std::int64_t;
  using u8 = std::uint8_t;
  using u16 = std::uint16_t;
  using u32 = std::uint32_t;
  using u64 = std::uint64_t;
  using f32 = float;
  using f64 = double;
};

class IntegerNumerics : public NumericTypes {
  // Before their uses, since clang evaluates constant expressions in that order.
  template <class U>
  static constexpr Trapping<U> div_u(U a, U b) {
    if (b == 0) return TrapCode::integer_divide_by_zero;
    return a / b;
  }
  template <class U>
  static constexpr Trapping<U> rem_u(U a, U b) {
    if (b == 0) return TrapCode::integer_divide_by_zero;
    return a % b;
  }
  template <class U, class S = std::make_signed_t<U>>
  static constexpr Trapping<U> div_s(U a, U b) {
    if (b == 0) return TrapCode::integer_divide_by_zero;
    if (S(a) == std::numeric_limits<S>::min() && S(b) == -1) return TrapCode::integer_overflow;
    return U(S(a) / S(b));
  }
  /// The least integer over -1 leaves 0, where the CPU's instruction would fault.
  template <class U, class S = std::make_signed_t<U>>
  static constexpr Trapping<U> rem_s(U a, U b) {
    if (b == 0) return TrapCode::integer_divide_by_zero;
    if (S(b) == -1) return U{0};
    return U(S(a) % S(b));
  }

 public:
  static constexpr u32 i32_eqz(u32 a) { return a == 0; }
  static constexpr u32 i32_eq(u32 a, u32 b) { return a == b; }
  static constexpr u32 i32_ne(u32 a, u32 b) { return a != b; }
  static constexpr u32 i32_lt_s(u32 a, u32 b) { return s32(a) < s32(b); }
  static constexpr u32 i32_lt_u(u32 a, u32 b) { return a < b; }
  static constexpr u32 i32_gt_s(u32 a, u32 b) { return s32(a) > s32(b); }
  static constexpr u32 i32_gt_u(u32 a, u32 b) { return a > b; }
  static constexpr u32 i32_le_s(u32 a, u32 b) { return s32(a) <= s32(b); }
  static constexpr u32 i32_le_u(u32 a, u32 b) { return a <= b; }
  static constexpr u32 i32_ge_s(u32 a, u32 b) { return s32(a) >= s32(b); }
  static constexpr u32 i32_ge_u(u32 a, u32 b) { return a >= b; }

  static constexpr u32 i32_clz(u32 a) { return u32(std::countl_zero(a)); }
  static constexpr u32 i32_ctz(u32 a) { return u32(std::countr_zero(a)); }
  static constexpr u32 i32_popcnt(u32 a) { return u32(std::popcount(a)); }
  static constexpr u32 i32_add(u32 a, u32 b) { return a + b; }
  static constexpr u32 i32_sub(u32 a, u32 b) { return a - b; }
  static constexpr u32 i32_mul(u32 a, u32 b) { return a * b; }
  static constexpr Trapping<u32> i32_div_s(u32 a, u32 b) { return div_s(a, b); }
  static constexpr Trapping<u32> i32_div_u(u32 a, u32 b) { return div_u(a, b); }
  static constexpr Trapping<u32> i32_rem_s(u32 a, u32 b) { return rem_s(a, b); }
  static constexpr Trapping<u32> i32_rem_u(u32 a, u32 b) { return rem_u(a, b); }
  static constexpr u32 i32_and(u32 a, u32 b) { return a & b; }
  static constexpr u32 i32_or(u32 a, u32 b) { return a | b; }
  static constexpr u32 i32_xor(u32 a, u32 b) { return a ^ b; }
  static constexpr u32 i32_shl(u32 a, u32 b) { return a << (b & 31); }
  static constexpr u32 i32_shr_s(u32 a, u32 b) { return u32(s32(a) >> (b & 31)); }
  static constexpr u32 i32_shr_u(u32 a, u32 b) { return a >> (b & 31); }
  static constexpr u32 i32_rotl(u32 a, u32 b) { return std::rotl(a, int(b & 31)); }
  static constexpr u32 i32_rotr(u32 a, u32 b) { return std::rotr(a, int(b & 31)); }
  static constexpr u32 i32_extend8_s(u32 a) { return u32(s32(s8(a))); }
  static constexpr u32 i32_extend16_s(u32 a) { return u32(s32(s16(a))); }

  static constexpr u32 i64_eqz(u64 a) { return a == 0; }
  static constexpr u32 i64_eq(u64 a, u64 b) { return a == b; }
  static constexpr u32 i64_ne(u64 a, u64 b) { return a != b; }
  static constexpr u32 i64_lt_s(u64 a, u64 b) { return s64(a) < s64(b); }
  static constexpr u32 i64_lt_u(u64 a, u64 b) { return a < b; }
  static constexpr u32 i64_gt_s(u64 a, u64 b) { return s64(a) > s64(b); }
  static constexpr u32 i64_gt_u(u64 a, u64 b) { return a > b; }
  static constexpr u32 i64_le_s(u64 a, u64 b) { return s64(a) <= s64(b); }
  static constexpr u32 i64_le_u(u64 a, u64 b) { return a <= b; }
  static constexpr u32 i64_ge_s(u64 a, u64 b) { return s64(a) >= s64(b); }
  static constexpr u32 i64_ge_u(u64 a, u64 b) { return a >= b; }

  static constexpr u64 i64_clz(u64 a) { return u64(std::countl_zero(a)); }
  static constexpr u64 i64_ctz(u64 a) { return u64(std::countr_zero(a)); }
  static constexpr u64 i64_popcnt(u64 a) { return u64(std::popcount(a)); }
  static constexpr u64 i64_add(u64 a, u64 b) { return a + b; }
  static constexpr u64 i64_sub(u64 a, u64 b) { return a - b; }
  static constexpr u64 i64_mul(u64 a, u64 b) { return a * b; }
  static constexpr Trapping<u64> i64_div_s(u64 a, u64 b) { return div_s(a, b); }
  static constexpr Trapping<u64> i64_div_u(u64 a, u64 b) { return div_u(a, b); }
  static constexpr Trapping<u64> i64_rem_s(u64 a, u64 b) { return rem_s(a, b); }
  static constexpr Trapping<u64> i64_rem_u(u64 a, u64 b) { return rem_u(a, b); }
  static constexpr u64 i64_and(u64 a, u64 b) { return a & b; }
  static constexpr u64 i64_or(u64 a, u64 b) { return a | b; }
  static constexpr u64 i64_xor(u64 a, u64 b) { return a ^ b; }
  static constexpr u64 i64_shl(u64 a, u64 b) { return a << (b & 63); }
  static constexpr u64 i64_shr_s(u64 a, u64 b) { return u64(s64(a) >> (b & 63)); }
  static constexpr u64 i64_shr_u(u64 a, u64 b) { return a >> (b & 63); }
  static constexpr u64 i64_rotl(u64 a, u64 b) { return std::rotl(a, int(b & 63)); }
  static constexpr u64 i64_rotr(u64 a, u64 b) { return std::rotr(a, int(b & 63)); }
  static constexpr u64 i64_extend8_s(u64 a) { return u64(s64(s8(a))); }
  static constexpr u64 i64_extend16_s(u64 a) { return u64(s64(s16(a))); }
  static constexpr u64 i64_extend32_s(u64 a) { return u64(s64(s32(a))); }

  // https://github.com/WebAssembly/wide-arithmetic
  static constexpr Pair i64_add128(u64 a_lo, u64 a_hi, u64 b_lo, u64 b_hi) {
    const u64 lo = a_lo + b_lo;
    return {lo, a_hi + b_hi + (lo < a_lo)};
  }
  static constexpr Pair i64_sub128(u64 a_lo, u64 a_hi, u64 b_lo, u64 b_hi) {
    return {a_lo - b_lo, a_hi - b_hi - (a_lo < b_lo)};
  }
  static constexpr Pair i64_mul_wide_u(u64 a, u64 b) {
    __extension__ using u128 = unsigned __int128;
    const u128 product = u128(a) * b;
    return {u64(product), u64(product >> 64)};
  }
  static constexpr Pair i64_mul_wide_s(u64 a, u64 b) {
    __extension__ using s128 = __int128;
    const s128 product = s128(s64(a)) * s64(b);
    return {u64(product), u64(product >> 64)};
  }
};

}  // namespace wrun::inline v0::wasm
