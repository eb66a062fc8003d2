#pragma once

// Branches that don't compare, and fuel.

#include "lib/interp/bodies_numeric.hpp"
#include "lib/interp/operands.hpp"
#include "lib/interp/traps.hpp"

namespace wrun::inline v0::interp {

///   12  distance
template <bool poll>
struct Branch {
  static bool run(Regs& r) { return branch<poll>(r, 12); }
};

///    8  index   12  count of the distances that follow at 16 (i32 each); the last is the default
template <Src src, bool poll>
struct BranchTable {
  static void run(Regs& r) {
    const std::uint32_t index = read<std::uint32_t, src>(r, 8);
    const std::uint32_t last = operand<std::uint32_t>(r.pc, 12) - 1;
    (void)branch<poll>(r, 16 + std::size_t{4} * (index < last ? index : last));
  }
};

/// Charges a block, before its first instruction.
///   12  cost (u32)
struct Fuel {
  static bool run(Regs& r) {
    runtime::ExecState& state = *r.inst->state;
    const std::int64_t left = state.fuel - operand<std::uint32_t>(r.pc, 12);
    if (left < 0) [[unlikely]]
      return go_slow(r, out_of_fuel_instr), false;
    state.fuel = left;
    r.pc += 2;
    return true;
  }
};

///    8  the TrapCode
struct TrapNow {
  static void run(Regs& r) { trap(r, static_cast<TrapCode>(operand<std::uint16_t>(r.pc, 8))); }
};

}  // namespace wrun::inline v0::interp
