#pragma once

// Immediate operands of SSE's instructions.

#include <cstdint>

namespace wrun::inline v0::jit {

// The rounding modes of roundss and roundps, without the inexact exception.
inline constexpr std::uint8_t to_nearest = 8, down = 9, up = 10, to_zero = 11;
// The comparisons of cmpps. not_less is true of what has no order.
inline constexpr std::uint8_t equal = 0, less = 1, less_equal = 2, unordered = 3, not_equal = 4,
                              not_less = 5;
// Lane numbers of pshufd.
inline constexpr std::uint8_t low_half_twice = 0x44, low_doubled = 0x50, upper_two = 0xee,
                              high_doubled = 0xfa;

}  // namespace wrun::inline v0::jit
