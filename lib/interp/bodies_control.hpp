#pragma once

// Branches that don't compare, and fuel.

#include "lib/interp/bodies_numeric.hpp"
#include "lib/interp/operands.hpp"
#include "lib/interp/traps.hpp"

namespace wrun::inline v0::interp {

///    a  distance (i32)
template <bool poll>
struct Branch {
  static bool run(Regs& r) { return branch<poll>(r, at_a); }
};

///    a  index    c  count of the distances that follow from d on (i32 each); the last is the
///    default
template <Src src, bool poll>
struct BranchTable {
  static void run(Regs& r) {
    const std::uint32_t index = read<std::uint32_t, src>(r, at_a);
    const std::uint32_t last = operand<std::uint32_t>(r.pc, at_c) - 1;
    const std::uint32_t way = index < last ? index : last;
    if constexpr (poll) {
      if (should_stop(r)) [[unlikely]] {
        rare_state(r).address = way;
        return go_slow(r, limit_in_table_instr);
      }
    }
    (void)branch<false>(r, at_d + std::size_t{4} * way);
  }
};

/// Charges a block, before its first instruction.
///    a  cost (u32)
struct Fuel {
  static bool run(Regs& r) {
    runtime::ExecState& state = *r.inst->state;
    const std::int64_t left = state.fuel - operand<std::uint32_t>(r.pc, at_a);
    if (left < 0) [[unlikely]]
      return leave_by(r, Exit::out_of_fuel), false;
    state.fuel = left;
    r.pc += through_b;
    return true;
  }
};

///    a  the TrapCode
struct TrapNow {
  static void run(Regs& r) { trap(r, static_cast<TrapCode>(operand<std::uint16_t>(r.pc, at_a))); }
};

}  // namespace wrun::inline v0::interp
