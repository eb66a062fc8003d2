#pragma once

// Fuel is charged by blocks of instructions, each before its first one. Both tiers charge by this
// table, so that they agree on every count.
//
// A block starts at the function's entry, at a loop's header, and after each conditional branch
// (br_if, br_on_*), br_table, if, else, catch, `end` that is a branch target, call, and
// instruction that throws. It costs its reachable instructions, but for block, loop, else, end,
// nop, and the legacy catch, catch_all and delegate.

#include <cstdint>
#include <vector>

#include "lib/wasm/module_data.hpp"

namespace wrun::inline v0::wasm {

/// Blocks that cost nothing have no entry.
struct FuelBlock {
  std::uint32_t offset = 0;  ///< of the first instruction that counts, from the module's start
  std::uint32_t cost = 0;
  friend bool operator==(FuelBlock, FuelBlock) = default;
};

/// The blocks of a validated function, by ascending offset. Linear in the function's size.
std::vector<FuelBlock> fuel_blocks(const ModuleData& module, FuncIdx func);

}  // namespace wrun::inline v0::wasm
