#pragma once

// Checks what every pass must leave true of a graph.

#include <string>

#include "jit/ir.hpp"

namespace wrun::inline v0::jit {

/// What is wrong first, or nothing: definitions dominate uses, types and numbers of arguments fit
/// the opcodes, edges fit their targets' parameters, blocks end as they must.
std::string verify(const Graph& graph);

}  // namespace wrun::inline v0::jit
