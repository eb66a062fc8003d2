#pragma once

// Valid modules that terminate, made from a byte string.
//
// They terminate because a budget, which the host sets before each call, is charged for each call
// and for a loop's turns before it is entered, and because depth is counted at every call.

#include <cstdint>
#include <span>
#include <vector>

#include "tests/fuzz/module_plan.hpp"

namespace wrun::inline v0::fuzz {

/// The binary of the module; adds to `counts` what is in it.
std::vector<std::uint8_t> generate(std::span<const std::uint8_t> bytes, OpCounts& counts);

}  // namespace wrun::inline v0::fuzz
