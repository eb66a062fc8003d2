#pragma once

// Where what is moved out of a loop goes.

#include <cstdint>

#include "jit/cfg.hpp"
#include "jit/ir.hpp"

namespace wrun::inline v0::jit {

/// The jump that leads into a loop and nowhere else, by its header's position in the order; none if
/// there is no such jump, or more ways in.
Value loop_entry(const Graph& graph, const Cfg& cfg, std::uint32_t header);

}  // namespace wrun::inline v0::jit
