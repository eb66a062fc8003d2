// Division by constants without divisions. Granlund and Montgomery, "Division by Invariant Integers
// using Multiplication", 1994: floor(n / d) is floor(n * m / 2^(N + s)), where m is 2^(N + s) / d
// rounded up, if m is exact enough for all n of N bits.

#include <bit>
#include <cstdint>

#include "jit/emitter.hpp"

namespace wrun::inline v0::jit {

namespace {

__extension__ using Wide = unsigned __int128;

/// The quotient is the product with `factor`, without its lowest bits + shift bits.
struct Reciprocal {
  Wide factor = 0;
  unsigned shift = 0;
};

/// For dividends up to 2^used. The divisor is no power of two.
Reciprocal reciprocal(std::uint64_t divisor, unsigned bits, unsigned used) {
  const auto most = static_cast<unsigned>(std::bit_width(divisor));
  for (unsigned shift = 0;; ++shift) {
    const unsigned exponent = bits + shift;
    // 2^exponent = quotient * divisor + rest, where 2^128 doesn't fit.
    const Wide power = exponent == 128 ? 0 : Wide{1} << exponent;
    const Wide quotient = (power - 1) / divisor + 1;
    const Wide excess = quotient * divisor - power;
    if (excess <= Wide{1} << (exponent - used) || shift == most) return {quotient, shift};
  }
}

constexpr std::uint64_t mask_of(bool is_64) {
  return is_64 ? ~std::uint64_t{0} : 0xffff'ffffu;
}

}  // namespace

/// The product's bits from N + shift on.
Value Emitter::high_product_u(bool is_64, Value a, std::uint64_t by, unsigned shift) {
  if (is_64) {
    const Value args[] = {a, i64(by)};
    const Value high = wide(Op::i64_mul_wide_u, args)[1];
    return numeric(Op::i64_shr_u, high, i64(shift));
  }
  const Value extended = numeric(Op::i64_extend_i32_u, a);
  const Value product = numeric(Op::i64_mul, extended, i64(by));
  return numeric(Op::i32_wrap_i64, numeric(Op::i64_shr_u, product, i64(32 + shift)));
}

Value Emitter::quotient_u(bool is_64, Value a, std::uint64_t c) {
  const unsigned bits = is_64 ? 64 : 32;
  const auto is_short = [&](const Reciprocal& found) { return found.factor >> bits == 0; };
  const auto low_bits = [&](const Reciprocal& found) {
    return static_cast<std::uint64_t>(found.factor) & mask_of(is_64);
  };
  const Reciprocal plain = reciprocal(c, bits, bits);
  if (is_short(plain)) return high_product_u(is_64, a, low_bits(plain), plain.shift);
  if (const auto even = static_cast<unsigned>(std::countr_zero(c)); even != 0) {
    const Reciprocal odd = reciprocal(c >> even, bits, bits - even);
    const Value halved = by_constant(is_64, Op::i64_shr_u, Op::i32_shr_u, a, even);
    if (is_short(odd)) return high_product_u(is_64, halved, low_bits(odd), odd.shift);
  }
  // The bit that doesn't fit is the dividend itself, added where nothing overflows.
  const Value high = high_product_u(is_64, a, low_bits(plain), 0);
  const Value rest = numeric(is_64 ? Op::i64_sub : Op::i32_sub, a, high);
  const Value half = by_constant(is_64, Op::i64_shr_u, Op::i32_shr_u, rest, 1);
  const Value sum = numeric(is_64 ? Op::i64_add : Op::i32_add, half, high);
  return by_constant(is_64, Op::i64_shr_u, Op::i32_shr_u, sum, plain.shift - 1);
}

/// Rounded towards zero: negative dividends are made larger first.
Value Emitter::quotient_of_power(bool is_64, Value a, unsigned log2) {
  const unsigned bits = is_64 ? 64 : 32;
  const Value sign = by_constant(is_64, Op::i64_shr_s, Op::i32_shr_s, a, bits - 1);
  const Value bias = by_constant(is_64, Op::i64_shr_u, Op::i32_shr_u, sign, bits - log2);
  const Value sum = numeric(is_64 ? Op::i64_add : Op::i32_add, a, bias);
  return by_constant(is_64, Op::i64_shr_s, Op::i32_shr_s, sum, log2);
}

/// By a positive number. A product that is too low by less than one gets one more if it is
/// negative.
Value Emitter::quotient_s(bool is_64, Value a, std::uint64_t magnitude) {
  const unsigned bits = is_64 ? 64 : 32;
  if (std::has_single_bit(magnitude))
    return quotient_of_power(is_64, a, static_cast<unsigned>(std::countr_zero(magnitude)));
  const Reciprocal found = reciprocal(magnitude, bits - 1, bits - 1);
  const auto factor = static_cast<std::uint64_t>(found.factor);
  const Value one = by_constant(is_64, Op::i64_shr_u, Op::i32_shr_u, a, bits - 1);
  if (!is_64) {
    const Value extended = numeric(Op::i64_extend_i32_s, a);
    const Value product = numeric(Op::i64_mul, extended, i64(factor));
    const Value shifted = numeric(Op::i64_shr_s, product, i64(31 + found.shift));
    return numeric(Op::i32_add, numeric(Op::i32_wrap_i64, shifted), one);
  }
  // The product is needed from bit 63 + shift on.
  const bool is_doubled = found.shift == 0;
  const std::uint64_t by = is_doubled ? factor << 1 : factor;
  const Value args[] = {a, i64(by)};
  Value high = wide(Op::i64_mul_wide_s, args)[1];
  // As a signed number the factor is 2^64 too small if its highest bit is set.
  if (by >> 63 != 0) high = numeric(Op::i64_add, high, a);
  if (!is_doubled) high = numeric(Op::i64_shr_s, high, i64(found.shift - 1));
  return numeric(Op::i64_add, high, one);
}

Value Emitter::quotient(bool is_signed, bool is_64, Value a, std::uint64_t c) {
  if (!is_signed) return quotient_u(is_64, a, c);
  const bool is_negative = c >> (is_64 ? 63 : 31) != 0;
  const Value found = quotient_s(is_64, a, is_negative ? (0 - c) & mask_of(is_64) : c);
  return is_negative ? numeric(is_64 ? Op::i64_sub : Op::i32_sub, integer(is_64, 0), found) : found;
}

Value Emitter::division(Op op, bool is_64, Value a, std::uint64_t c) {
  const bool is_remainder = op == Op::i32_rem_s || op == Op::i32_rem_u;
  const bool is_signed = op == Op::i32_div_s || op == Op::i32_rem_s;
  if (c == 0) return Value::none;
  if (c == 1) return is_remainder ? integer(is_64, 0) : a;
  if (is_signed && c == mask_of(is_64)) return is_remainder ? integer(is_64, 0) : Value::none;
  if (!is_signed && std::has_single_bit(c)) {
    if (is_remainder) return by_constant(is_64, Op::i64_and, Op::i32_and, a, c - 1);
    const auto count = static_cast<std::uint64_t>(std::countr_zero(c));
    return by_constant(is_64, Op::i64_shr_u, Op::i32_shr_u, a, count);
  }
  const Value result = quotient(is_signed, is_64, a, c);
  if (!is_remainder) return result;
  const Value product = by_constant(is_64, Op::i64_mul, Op::i32_mul, result, c);
  return numeric(is_64 ? Op::i64_sub : Op::i32_sub, a, product);
}

}  // namespace wrun::inline v0::jit
