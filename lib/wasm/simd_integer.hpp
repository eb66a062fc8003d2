#pragma once

// Integer operations on vectors, named like the rows of opcodes.def.
//
// https://webassembly.github.io/spec/core/exec/numerics.html#integer-operations

#include <type_traits>

#include "lib/wasm/vector/native.hpp"

namespace wrun::inline v0::wasm {
inline namespace WRUN_ISA {

class VectorIntegers : public NumericTypes {
  using Native = NativeVector;
  template <class T>
  static constexpr u32 bits = 8 * sizeof(T);

  template <class T>
  static Vector add(Vector a, Vector b) {
    return from_lanes(lanes<T>(a) + lanes<T>(b));
  }
  template <class T>
  static Vector sub(Vector a, Vector b) {
    return from_lanes(lanes<T>(a) - lanes<T>(b));
  }
  template <class T>
  static Vector mul(Vector a, Vector b) {
    return from_lanes(lanes<T>(a) * lanes<T>(b));
  }
  template <class T>
  static Vector eq(Vector a, Vector b) {
    return from_lanes(lanes<T>(a) == lanes<T>(b));
  }
  template <class T>
  static Vector ne(Vector a, Vector b) {
    return from_lanes(lanes<T>(a) != lanes<T>(b));
  }
  template <class T>
  static Vector lt(Vector a, Vector b) {
    return from_lanes(lanes<T>(a) < lanes<T>(b));
  }
  template <class T>
  static Vector le(Vector a, Vector b) {
    return from_lanes(lanes<T>(a) <= lanes<T>(b));
  }
  template <class T>
  static Vector min(Vector a, Vector b) {
    const VectorOf<T> x = lanes<T>(a), y = lanes<T>(b);
    return from_lanes(x < y ? x : y);
  }
  template <class T>
  static Vector max(Vector a, Vector b) {
    const VectorOf<T> x = lanes<T>(a), y = lanes<T>(b);
    return from_lanes(x > y ? x : y);
  }
  template <class T>
  static Vector neg(Vector a) {
    return from_lanes(VectorOf<T>{} - lanes<T>(a));
  }
  /// T: unsigned. The least number stays what it is.
  template <class T>
  static Vector abs(Vector a) {
    const Vector sign = lt<std::make_signed_t<T>>(a, Vector{});
    return sub<T>(a ^ sign, sign);
  }
  template <class T>
  static u32 all_true(Vector a) {
    return Native::is_zero(eq<T>(a, Vector{}));
  }

  // Shifts by a number modulo the lane's width. There is none of bytes in x86: bytes shift as
  // parts of wider lanes, and what came from the neighbour is cleared.
  template <class T>
  static Vector shl(Vector a, u32 by) {
    by %= bits<T>;
    if constexpr (sizeof(T) > 1) return from_lanes(lanes<T>(a) << splat<T>(T(by)));
    return shl<u16>(a, by) & splat<u8>(u8(0xff << by));
  }
  template <class T>
  static Vector shr_u(Vector a, u32 by) {
    by %= bits<T>;
    if constexpr (sizeof(T) > 1) return from_lanes(lanes<T>(a) >> splat<T>(T(by)));
    return shr_u<u16>(a, by) & splat<u8>(u8(0xff >> by));
  }
  /// T: unsigned. Where there is no instruction, the sign is spread by a subtraction.
  template <class T>
  static Vector shr_s(Vector a, u32 by) {
    by %= bits<T>;
    using S = std::make_signed_t<T>;
    if constexpr (sizeof(T) == 2 || sizeof(T) == 4)
      return from_lanes(lanes<S>(a) >> splat<S>(S(by)));
    const Vector sign = from_lanes(splat<T>(T(T{1} << (bits<T> - 1) >> by)));
    return sub<T>(shr_u<T>(a, by) ^ sign, sign);
  }

  /// The lower or upper half's lanes of From as lanes of To, which is twice as wide.
  template <class To, class From, bool high>
  static Vector extend(Vector a) {
    Vector above{};
    if constexpr (std::is_signed_v<From>) above = lt<From>(a, Vector{});
    constexpr int half = count_of_lanes<From> / 2;
    return interleave < From, high ? half : 0 > (a, above, std::make_index_sequence<2 * half>());
  }
  /// Lanes of a and b by turns, from lane `first` on, in the order of memory.
  template <class T, int first, std::size_t... i>
  static Vector interleave(Vector a, Vector b, std::index_sequence<i...>) {
    constexpr auto at = [](std::size_t lane) {
      const std::size_t pair = lane / 2;
      return int(lane % 2 ? count_of_lanes<T> + first + pair : first + pair);
    };
    return from_lanes(__builtin_shufflevector(lanes<T>(a), lanes<T>(b), at(i)...));
  }
  /// The sums of adjacent lanes of From as lanes of To, which is unsigned and twice as wide.
  template <class To, class From>
  static Vector extadd(Vector a) {
    using S = std::make_signed_t<To>;
    constexpr u32 width = bits<From>;
    if constexpr (std::is_signed_v<From>) {
      const Vector even = from_lanes(lanes<S>(shl<To>(a, width)) >> splat<S>(S(width)));
      return add<To>(even, from_lanes(lanes<S>(a) >> splat<S>(S(width))));
    } else {
      const Vector even = a & from_lanes(splat<To>(To(From(-1))));
      return add<To>(even, shr_u<To>(a, width));
    }
  }

 protected:
  /// Sums of two adjacent products of signed bytes; they wrap.
  static Vector dot_bytes(Vector a, Vector b) {
    const auto even = [](Vector v) { return shr_s<u16>(shl<u16>(v, 8), 8); };
    const auto odd = [](Vector v) { return shr_s<u16>(v, 8); };
    return add<u16>(mul<u16>(even(a), even(b)), mul<u16>(odd(a), odd(b)));
  }
  static Vector add_pairs(Vector a) { return extadd<u32, s16>(a); }
  static Vector add_words(Vector a, Vector b) { return add<u32>(a, b); }

 public:
  static Vector v128_not(Vector a) { return ~a; }
  static Vector v128_and(Vector a, Vector b) { return a & b; }
  static Vector v128_andnot(Vector a, Vector b) { return a & ~b; }
  static Vector v128_or(Vector a, Vector b) { return a | b; }
  static Vector v128_xor(Vector a, Vector b) { return a ^ b; }
  static Vector v128_bitselect(Vector a, Vector b, Vector mask) { return choose(mask, a, b); }
  static u32 v128_any_true(Vector a) { return !Native::is_zero(a); }

  static Vector i8x16_eq(Vector a, Vector b) { return eq<u8>(a, b); }
  static Vector i8x16_ne(Vector a, Vector b) { return ne<u8>(a, b); }
  static Vector i8x16_lt_s(Vector a, Vector b) { return lt<s8>(a, b); }
  static Vector i8x16_gt_s(Vector a, Vector b) { return lt<s8>(b, a); }
  static Vector i8x16_le_s(Vector a, Vector b) { return le<s8>(a, b); }
  static Vector i8x16_ge_s(Vector a, Vector b) { return le<s8>(b, a); }
  static Vector i8x16_lt_u(Vector a, Vector b) { return lt<u8>(a, b); }
  static Vector i8x16_gt_u(Vector a, Vector b) { return lt<u8>(b, a); }
  static Vector i8x16_le_u(Vector a, Vector b) { return le<u8>(a, b); }
  static Vector i8x16_ge_u(Vector a, Vector b) { return le<u8>(b, a); }
  static Vector i8x16_abs(Vector a) { return abs<u8>(a); }
  static Vector i8x16_neg(Vector a) { return neg<u8>(a); }
  static u32 i8x16_all_true(Vector a) { return all_true<u8>(a); }
  static u32 i8x16_bitmask(Vector a) { return Native::bitmask<s8>(a); }
  static Vector i8x16_shl(Vector a, u32 by) { return shl<u8>(a, by); }
  static Vector i8x16_shr_s(Vector a, u32 by) { return shr_s<u8>(a, by); }
  static Vector i8x16_shr_u(Vector a, u32 by) { return shr_u<u8>(a, by); }
  static Vector i8x16_add(Vector a, Vector b) { return add<u8>(a, b); }
  static Vector i8x16_sub(Vector a, Vector b) { return sub<u8>(a, b); }
  static Vector i8x16_min_s(Vector a, Vector b) { return min<s8>(a, b); }
  static Vector i8x16_min_u(Vector a, Vector b) { return min<u8>(a, b); }
  static Vector i8x16_max_s(Vector a, Vector b) { return max<s8>(a, b); }
  static Vector i8x16_max_u(Vector a, Vector b) { return max<u8>(a, b); }
  static Vector i8x16_add_sat_s(Vector a, Vector b) { return Native::add_sat<s8>(a, b); }
  static Vector i8x16_add_sat_u(Vector a, Vector b) { return Native::add_sat<u8>(a, b); }
  static Vector i8x16_sub_sat_s(Vector a, Vector b) { return Native::sub_sat<s8>(a, b); }
  static Vector i8x16_sub_sat_u(Vector a, Vector b) { return Native::sub_sat<u8>(a, b); }
  static Vector i8x16_avgr_u(Vector a, Vector b) { return Native::avgr<u8>(a, b); }

  static Vector i16x8_eq(Vector a, Vector b) { return eq<u16>(a, b); }
  static Vector i16x8_ne(Vector a, Vector b) { return ne<u16>(a, b); }
  static Vector i16x8_lt_s(Vector a, Vector b) { return lt<s16>(a, b); }
  static Vector i16x8_gt_s(Vector a, Vector b) { return lt<s16>(b, a); }
  static Vector i16x8_le_s(Vector a, Vector b) { return le<s16>(a, b); }
  static Vector i16x8_ge_s(Vector a, Vector b) { return le<s16>(b, a); }
  static Vector i16x8_lt_u(Vector a, Vector b) { return lt<u16>(a, b); }
  static Vector i16x8_gt_u(Vector a, Vector b) { return lt<u16>(b, a); }
  static Vector i16x8_le_u(Vector a, Vector b) { return le<u16>(a, b); }
  static Vector i16x8_ge_u(Vector a, Vector b) { return le<u16>(b, a); }
  static Vector i16x8_abs(Vector a) { return abs<u16>(a); }
  static Vector i16x8_neg(Vector a) { return neg<u16>(a); }
  static u32 i16x8_all_true(Vector a) { return all_true<u16>(a); }
  static u32 i16x8_bitmask(Vector a) { return Native::bitmask<s16>(a); }
  static Vector i16x8_shl(Vector a, u32 by) { return shl<u16>(a, by); }
  static Vector i16x8_shr_s(Vector a, u32 by) { return shr_s<u16>(a, by); }
  static Vector i16x8_shr_u(Vector a, u32 by) { return shr_u<u16>(a, by); }
  static Vector i16x8_add(Vector a, Vector b) { return add<u16>(a, b); }
  static Vector i16x8_sub(Vector a, Vector b) { return sub<u16>(a, b); }
  static Vector i16x8_mul(Vector a, Vector b) { return mul<u16>(a, b); }
  static Vector i16x8_min_s(Vector a, Vector b) { return min<s16>(a, b); }
  static Vector i16x8_min_u(Vector a, Vector b) { return min<u16>(a, b); }
  static Vector i16x8_max_s(Vector a, Vector b) { return max<s16>(a, b); }
  static Vector i16x8_max_u(Vector a, Vector b) { return max<u16>(a, b); }
  static Vector i16x8_add_sat_s(Vector a, Vector b) { return Native::add_sat<s16>(a, b); }
  static Vector i16x8_add_sat_u(Vector a, Vector b) { return Native::add_sat<u16>(a, b); }
  static Vector i16x8_sub_sat_s(Vector a, Vector b) { return Native::sub_sat<s16>(a, b); }
  static Vector i16x8_sub_sat_u(Vector a, Vector b) { return Native::sub_sat<u16>(a, b); }
  static Vector i16x8_avgr_u(Vector a, Vector b) { return Native::avgr<u16>(a, b); }

  static Vector i32x4_eq(Vector a, Vector b) { return eq<u32>(a, b); }
  static Vector i32x4_ne(Vector a, Vector b) { return ne<u32>(a, b); }
  static Vector i32x4_lt_s(Vector a, Vector b) { return lt<s32>(a, b); }
  static Vector i32x4_gt_s(Vector a, Vector b) { return lt<s32>(b, a); }
  static Vector i32x4_le_s(Vector a, Vector b) { return le<s32>(a, b); }
  static Vector i32x4_ge_s(Vector a, Vector b) { return le<s32>(b, a); }
  static Vector i32x4_lt_u(Vector a, Vector b) { return lt<u32>(a, b); }
  static Vector i32x4_gt_u(Vector a, Vector b) { return lt<u32>(b, a); }
  static Vector i32x4_le_u(Vector a, Vector b) { return le<u32>(a, b); }
  static Vector i32x4_ge_u(Vector a, Vector b) { return le<u32>(b, a); }
  static Vector i32x4_abs(Vector a) { return abs<u32>(a); }
  static Vector i32x4_neg(Vector a) { return neg<u32>(a); }
  static u32 i32x4_all_true(Vector a) { return all_true<u32>(a); }
  static u32 i32x4_bitmask(Vector a) { return Native::bitmask<s32>(a); }
  static Vector i32x4_shl(Vector a, u32 by) { return shl<u32>(a, by); }
  static Vector i32x4_shr_s(Vector a, u32 by) { return shr_s<u32>(a, by); }
  static Vector i32x4_shr_u(Vector a, u32 by) { return shr_u<u32>(a, by); }
  static Vector i32x4_add(Vector a, Vector b) { return add<u32>(a, b); }
  static Vector i32x4_sub(Vector a, Vector b) { return sub<u32>(a, b); }
  static Vector i32x4_mul(Vector a, Vector b) { return mul<u32>(a, b); }
  static Vector i32x4_min_s(Vector a, Vector b) { return min<s32>(a, b); }
  static Vector i32x4_min_u(Vector a, Vector b) { return min<u32>(a, b); }
  static Vector i32x4_max_s(Vector a, Vector b) { return max<s32>(a, b); }
  static Vector i32x4_max_u(Vector a, Vector b) { return max<u32>(a, b); }

  static Vector i64x2_eq(Vector a, Vector b) { return eq<u64>(a, b); }
  static Vector i64x2_ne(Vector a, Vector b) { return ne<u64>(a, b); }
  static Vector i64x2_lt_s(Vector a, Vector b) { return lt<s64>(a, b); }
  static Vector i64x2_gt_s(Vector a, Vector b) { return lt<s64>(b, a); }
  static Vector i64x2_le_s(Vector a, Vector b) { return le<s64>(a, b); }
  static Vector i64x2_ge_s(Vector a, Vector b) { return le<s64>(b, a); }
  static Vector i64x2_abs(Vector a) { return abs<u64>(a); }
  static Vector i64x2_neg(Vector a) { return neg<u64>(a); }
  static u32 i64x2_all_true(Vector a) { return all_true<u64>(a); }
  static u32 i64x2_bitmask(Vector a) { return Native::bitmask<s64>(a); }
  static Vector i64x2_shl(Vector a, u32 by) { return shl<u64>(a, by); }
  static Vector i64x2_shr_s(Vector a, u32 by) { return shr_s<u64>(a, by); }
  static Vector i64x2_shr_u(Vector a, u32 by) { return shr_u<u64>(a, by); }
  static Vector i64x2_add(Vector a, Vector b) { return add<u64>(a, b); }
  static Vector i64x2_sub(Vector a, Vector b) { return sub<u64>(a, b); }
  static Vector i64x2_mul(Vector a, Vector b) { return mul<u64>(a, b); }

  static Vector i8x16_popcnt(Vector a) { return popcnt(a); }
  static Vector i16x8_q15mulr_sat_s(Vector a, Vector b) { return Native::q15mulr_sat(a, b); }
  static Vector i32x4_dot_i16x8_s(Vector a, Vector b) { return Native::dot(a, b); }

  static Vector i8x16_narrow_i16x8_s(Vector a, Vector b) { return Native::narrow<s8, s16>(a, b); }
  static Vector i8x16_narrow_i16x8_u(Vector a, Vector b) { return Native::narrow<u8, s16>(a, b); }
  static Vector i16x8_extadd_pairwise_i8x16_s(Vector a) { return extadd<u16, s8>(a); }
  static Vector i16x8_extadd_pairwise_i8x16_u(Vector a) { return extadd<u16, u8>(a); }
  static Vector i16x8_extend_low_i8x16_s(Vector a) { return extend<u16, s8, false>(a); }
  static Vector i16x8_extmul_low_i8x16_s(Vector a, Vector b) {
    return Native::extmul<s16, s8, false>(a, b);
  }
  static Vector i16x8_extend_high_i8x16_s(Vector a) { return extend<u16, s8, true>(a); }
  static Vector i16x8_extmul_high_i8x16_s(Vector a, Vector b) {
    return Native::extmul<s16, s8, true>(a, b);
  }
  static Vector i16x8_extend_low_i8x16_u(Vector a) { return extend<u16, u8, false>(a); }
  static Vector i16x8_extmul_low_i8x16_u(Vector a, Vector b) {
    return Native::extmul<u16, u8, false>(a, b);
  }
  static Vector i16x8_extend_high_i8x16_u(Vector a) { return extend<u16, u8, true>(a); }
  static Vector i16x8_extmul_high_i8x16_u(Vector a, Vector b) {
    return Native::extmul<u16, u8, true>(a, b);
  }

  static Vector i16x8_narrow_i32x4_s(Vector a, Vector b) { return Native::narrow<s16, s32>(a, b); }
  static Vector i16x8_narrow_i32x4_u(Vector a, Vector b) { return Native::narrow<u16, s32>(a, b); }
  static Vector i32x4_extadd_pairwise_i16x8_s(Vector a) { return extadd<u32, s16>(a); }
  static Vector i32x4_extadd_pairwise_i16x8_u(Vector a) { return extadd<u32, u16>(a); }
  static Vector i32x4_extend_low_i16x8_s(Vector a) { return extend<u32, s16, false>(a); }
  static Vector i32x4_extmul_low_i16x8_s(Vector a, Vector b) {
    return Native::extmul<s32, s16, false>(a, b);
  }
  static Vector i32x4_extend_high_i16x8_s(Vector a) { return extend<u32, s16, true>(a); }
  static Vector i32x4_extmul_high_i16x8_s(Vector a, Vector b) {
    return Native::extmul<s32, s16, true>(a, b);
  }
  static Vector i32x4_extend_low_i16x8_u(Vector a) { return extend<u32, u16, false>(a); }
  static Vector i32x4_extmul_low_i16x8_u(Vector a, Vector b) {
    return Native::extmul<u32, u16, false>(a, b);
  }
  static Vector i32x4_extend_high_i16x8_u(Vector a) { return extend<u32, u16, true>(a); }
  static Vector i32x4_extmul_high_i16x8_u(Vector a, Vector b) {
    return Native::extmul<u32, u16, true>(a, b);
  }

  static Vector i64x2_extend_low_i32x4_s(Vector a) { return extend<u64, s32, false>(a); }
  static Vector i64x2_extmul_low_i32x4_s(Vector a, Vector b) {
    return Native::extmul<s64, s32, false>(a, b);
  }
  static Vector i64x2_extend_high_i32x4_s(Vector a) { return extend<u64, s32, true>(a); }
  static Vector i64x2_extmul_high_i32x4_s(Vector a, Vector b) {
    return Native::extmul<s64, s32, true>(a, b);
  }
  static Vector i64x2_extend_low_i32x4_u(Vector a) { return extend<u64, u32, false>(a); }
  static Vector i64x2_extmul_low_i32x4_u(Vector a, Vector b) {
    return Native::extmul<u64, u32, false>(a, b);
  }
  static Vector i64x2_extend_high_i32x4_u(Vector a) { return extend<u64, u32, true>(a); }
  static Vector i64x2_extmul_high_i32x4_u(Vector a, Vector b) {
    return Native::extmul<u64, u32, true>(a, b);
  }

 private:
  /// Counts in fields of two bits, then four, then eight.
  static Vector popcnt(Vector a) {
    const Vector pairs = sub<u8>(a, shr_u<u8>(a, 1) & splat<u8>(0x55));
    const Vector fours = add<u8>(pairs & splat<u8>(0x33), shr_u<u8>(pairs, 2) & splat<u8>(0x33));
    return add<u8>(fours, shr_u<u8>(fours, 4)) & splat<u8>(0x0f);
  }
};

}  // namespace WRUN_ISA
}  // namespace wrun::inline v0::wasm
