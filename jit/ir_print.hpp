#pragma once

// Graphs as text, for `wrun print --ir` and golden tests.

#include <string>

#include "jit/ir.hpp"

namespace wrun::inline v0::jit {

/// Reachable blocks in reverse postorder. Values and blocks are renumbered as they appear, so that
/// the text doesn't depend on how the graph was made. With offsets, each instruction has the byte
/// offset of the one that it came from behind it.
std::string print(const Graph& graph, bool with_offsets = false);

/// The name of an opcode: the instruction's text, or our own.
std::string name(Opcode op);
std::string_view name(Type type);

}  // namespace wrun::inline v0::jit
