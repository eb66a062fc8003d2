#pragma once

// Products and sums that are rounded once, to the nearest, without an instruction for it.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <utility>

namespace wrun::inline v0::tool {

namespace detail {

__extension__ typedef unsigned __int128 Wide;

/// magnitude * 2^exponent, and a sign.
struct Exact {
  bool is_negative = false;
  Wide magnitude = 0;
  int exponent = 0;
};

/// Of a number that isn't 0: the highest of 53 bits is set.
constexpr Exact exact(double x) {
  constexpr int digits = 53;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const int biased = static_cast<int>(bits >> (digits - 1) & 0x7ff);
  std::uint64_t magnitude = bits & ((std::uint64_t{1} << (digits - 1)) - 1);
  if (biased != 0) magnitude |= std::uint64_t{1} << (digits - 1);
  const int shift = std::countl_zero(magnitude) - (64 - digits);
  return {(bits >> 63) != 0, Wide{magnitude << shift}, std::max(biased, 1) - 1075 - shift};
}

constexpr int width(Wide x) {
  const auto high = static_cast<std::uint64_t>(x >> 64);
  return high != 0 ? 64 + std::bit_width(high) : std::bit_width(static_cast<std::uint64_t>(x));
}

/// What is shifted out remains as the lowest bit, where rounding sees that there was something.
constexpr Wide shifted_right(Wide x, int by) {
  if (by >= 128) return x != 0;
  const Wide rest = x & ((Wide{1} << by) - 1);
  return x >> by | Wide{rest != 0};
}

/// Of a product of 105 or 106 bits, with zeros below them, and an addend of 53. Where one of them
/// loses bits it is so much smaller that they are far below those that the sum is rounded to.
constexpr Exact sum(Exact product, Exact addend) {
  constexpr int room = 72;  // to the left of an addend
  const int distance = addend.exponent - product.exponent;
  const int left = std::clamp(distance, 0, room);
  addend.magnitude <<= left;
  addend.exponent -= left;
  Exact& lower = distance < 0 ? addend : product;
  const int by = std::max(addend.exponent, product.exponent) - lower.exponent;
  lower.magnitude = shifted_right(lower.magnitude, by);
  lower.exponent += by;
  if (product.is_negative == addend.is_negative) {
    product.magnitude += addend.magnitude;
    return product;
  }
  if (product.magnitude < addend.magnitude) std::swap(product, addend);
  product.magnitude -= addend.magnitude;
  return product;
}

/// To the nearest double, to an even one of two.
constexpr double rounded(const Exact& x) {
  constexpr int least = -1074;  // exponent of the smallest number
  const int top = x.exponent + width(x.magnitude);
  const std::uint64_t sign = std::uint64_t{x.is_negative} << 63;
  if (top < least) return std::bit_cast<double>(sign);
  const int exponent = std::max(top - 53, least);
  const int shift = exponent - x.exponent;
  Wide kept = shift <= 0 ? x.magnitude << -shift : x.magnitude >> shift;
  if (shift > 0) {
    const Wide rest = x.magnitude & ((Wide{1} << shift) - 1);
    const Wide half = Wide{1} << (shift - 1);
    kept += rest > half || (rest == half && (kept & 1) != 0);
  }
  // The highest of 53 bits is the lowest of the exponent, too, and a carry goes there.
  const std::uint64_t bits =
      static_cast<std::uint64_t>(kept) + (static_cast<std::uint64_t>(exponent - least) << 52);
  return std::bit_cast<double>(sign | std::min(bits, std::uint64_t{0x7ff0'0000'0000'0000}));
}

}  // namespace detail

inline double fma_of(double a, double b, double c) {
  // Where one is no finite number, or 0, nothing is rounded twice.
  if (!std::isfinite(a) || !std::isfinite(b) || a == 0 || b == 0) return a * b + c;
  if (!std::isfinite(c)) return c + c;
  if (c == 0) return a * b;
  const detail::Exact x = detail::exact(a), y = detail::exact(b);
  constexpr int zeros = 2;  // below the product, so that a difference from it isn't half of a bit
  const detail::Exact product{x.is_negative != y.is_negative, (x.magnitude * y.magnitude) << zeros,
                              x.exponent + y.exponent - zeros};
  const detail::Exact sum = detail::sum(product, detail::exact(c));
  return sum.magnitude == 0 ? 0.0 : detail::rounded(sum);
}

/// A double has the product, and the sum but for what is lost below it. That makes an even one odd,
/// so that to round it again is to round the sum.
inline float fma_of(float a, float b, float c) {
  const double product = double{a} * b;
  const double sum = product + c;
  const double part = sum - product;
  const double lost = (product - (sum - part)) + (c - part);
  if (!std::isfinite(sum) || lost == 0) return static_cast<float>(sum);
  auto bits = std::bit_cast<std::uint64_t>(sum);
  if (bits % 2 == 0) bits += (lost > 0) == (sum > 0) ? 1 : ~std::uint64_t{0};
  return static_cast<float>(std::bit_cast<double>(bits));
}

}  // namespace wrun::inline v0::tool
