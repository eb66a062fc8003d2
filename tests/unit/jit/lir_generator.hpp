#pragma once

// Random functions for the register allocator: nested ifs, switches and loops, early returns, cold
// blocks, calls, divisions, shifts, tied and fixed operands, constants, values with a home.

#include <cstdint>

#include "jit/lir.hpp"

namespace wrun::inline v0::jit {

struct LirShape {
  unsigned size = 60;  ///< instructions, about
  unsigned depth = 4;  ///< of nested constructs
  unsigned live = 12;  ///< values that uses are taken from, at most
  unsigned call_percent = 5;
  unsigned control_percent = 30;   ///< of ifs, loops and switches among instructions
  unsigned most_ways = 6;          ///< of a switch
  bool has_few_registers = false;  ///< as few as the instructions here can do with
};

LFunction generate_lir(std::uint64_t seed, const LirShape& shape);

}  // namespace wrun::inline v0::jit
