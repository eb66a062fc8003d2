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

/// The binary of the module; adds to `counts` what is in it. One for canonical NaNs lets integers
/// see the bits of any; only with them is what it computes known. It has a section that says so.
std::vector<std::uint8_t> generate(std::span<const std::uint8_t> bytes, bool canonical_nans,
                                   OpCounts& counts);
/// Whether a module, as binary or as text, was made for them.
bool needs_canonical_nans(std::span<const std::uint8_t> module);

}  // namespace wrun::inline v0::fuzz
