#pragma once

// Which calls are replaced by what they call, and how code that was inlined says whose it is.
// RATIONALE.md has the figures behind the limits.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "jit/ir.hpp"

namespace wrun::inline v0::jit {

/// Origin::inlined n is row n - 1.
struct InlinedCall {
  std::uint32_t function = 0;
  Origin caller;  ///< the call; what it was inlined into has a smaller number
};

/// In bytes of functions' bodies.
struct InlineLimits {
  std::uint32_t anywhere = 0;    ///< of a callee
  std::uint32_t in_loop = 0;     ///< of one that is called in a loop
  std::uint32_t recursive = 0;   ///< of one that calls itself, or what it becomes a part of
  std::uint32_t depth = 0;       ///< of calls in calls
  std::uint32_t recursions = 0;  ///< of one function in itself
  std::uint32_t recursions_of_one_call = 0;  ///< the same, if it calls itself in one place only
};
inline constexpr InlineLimits inline_limits{
    .anywhere = 100,
    .in_loop = 150,
    .recursive = 1500,
    .depth = 4,
    .recursions = 2,
    .recursions_of_one_call = 4,
};

/// Of all callees together, for a function of `size`. Large ones get little more: what inlining
/// takes in memory has to fit into what compiling the largest function may.
constexpr std::uint32_t inline_budget_of(std::uint32_t size) {
  return 300 + std::min(2 * size, 3000 + size / 16);
}

}  // namespace wrun::inline v0::jit
