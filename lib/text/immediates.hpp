#pragma once

// One instruction's text after its keyword: opcode and immediates to bytes, driven by opcodes.def.
//
// https://webassembly.github.io/spec/core/text/instructions.html

#include "lib/text/context.hpp"
#include "lib/text/label_stack.hpp"
#include "lib/wasm/opcode.hpp"

namespace wrun::inline v0::wat {

/// The scopes of one body.
struct BodyScope {
  IndexSpace locals{"local"};
  LabelStack labels;
};

/// After the keyword: writes the opcode and its immediates. Where one keyword has several opcodes,
/// the immediates choose. Not for blocks (block_parser.hpp).
void parse_immediates(Context& context, BodyScope& scope, wasm::Op op, Encoder& out);

std::uint32_t parse_label(Context& context, const LabelStack& labels);

/// (type x)? (param t*)* (result t*)* of a block, in its shortest binary form.
void parse_block_type(Context& context, Encoder& out);

/// (catch x l)* of try_table.
void parse_catch_clauses(Context& context, BodyScope& scope, Encoder& out);

}  // namespace wrun::inline v0::wat
