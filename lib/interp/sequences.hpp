#pragma once

// Instructions that often follow each other, run by one handler. The code stays as it is: each
// instruction keeps its words, and its own handler does what it always does; only the first one's
// handler is replaced by one that goes on with the next ones without a dispatch. So branches may
// enter a sequence anywhere, and whatever stops in the middle of one stops at an instruction.
//
// Which sequences there are is listed in sequences/*.def; bench/sequences chooses them by counting.

#include <cstdint>
#include <span>
#include <vector>

#include "lib/interp/regs.hpp"

namespace wrun::inline v0::interp {

/// Replaces the handlers of instructions at which a sequence begins. `starts` are the positions of
/// all instructions in `code`. Notes how many instructions each one's handler runs, if asked.
void combine(std::span<Word> code, std::span<const std::uint32_t> starts,
             std::vector<std::uint8_t>* lengths);

}  // namespace wrun::inline v0::interp
