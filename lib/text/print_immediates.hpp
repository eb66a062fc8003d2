#pragma once

// An instruction's immediates as text, driven by opcodes.def.

#include "lib/text/label_stack.hpp"
#include "lib/text/print_context.hpp"
#include "lib/wasm/opcode.hpp"
#include "lib/wasm/reader.hpp"

namespace wrun::inline v0::wat {

using BodyReader = wasm::Reader<wasm::Trust::yes>;

/// The names that a body has.
struct BodyNames {
  const PrintedNames& locals;
  const LabelStack& labels;
};

/// Reads what follows the opcode and prints it, each part after a space.
void print_immediates(PrintContext& context, const BodyNames& names, wasm::Op op, BodyReader& in);

}  // namespace wrun::inline v0::wat
