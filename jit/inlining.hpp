#pragma once

// Which calls are replaced by what they call, and how code that was inlined says whose it is.
// RATIONALE.md has the figures behind the limits.

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
  std::uint32_t anywhere = 0;   ///< of a callee
  std::uint32_t in_loop = 0;    ///< of one that is called in a loop
  std::uint32_t recursive = 0;  ///< of one that calls itself
  std::uint32_t budget = 0;     ///< of all callees together, and
  std::uint32_t per_caller_byte = 0;
  std::uint32_t depth = 0;                   ///< of calls in calls
  std::uint32_t recursions = 0;              ///< of one function in itself
  std::uint32_t recursions_of_one_call = 0;  ///< the same, if it calls itself in one place only
};
inline constexpr InlineLimits inline_limits{
    .anywhere = 24,
    .in_loop = 48,
    .recursive = 64,
    .budget = 300,
    .per_caller_byte = 1,
    .depth = 4,
    .recursions = 2,
    .recursions_of_one_call = 4,
};

}  // namespace wrun::inline v0::jit
