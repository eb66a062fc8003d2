#pragma once

// Keywords of the text format: instructions, by opcodes.def, and all others.

#include <string_view>

#include "lib/wasm/opcode.hpp"

namespace wrun::inline v0::wat {

/// The instruction with that text, or wasm::op_none. Where several share one (select, ref.test,
/// ref.cast), the first.
wasm::Op op_from_text(std::string_view text);

/// Whether the text format knows this keyword, in whatever place.
bool is_known_keyword(std::string_view word);

}  // namespace wrun::inline v0::wat
