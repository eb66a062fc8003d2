#pragma once

// What calls take of a stack that is limited alike in every tier, and give back. The translator
// puts these where a function begins and returns, in deterministic engines only.

#include "lib/interp/operands.hpp"
#include "lib/interp/traps.hpp"

namespace wrun::inline v0::interp {

/// Asks whether there is enough for a function that calls nothing.
///    a  bytes (u32)
struct CheckStack {
  static bool run(Regs& r) {
    if (r.inst->state->stack_left < operand<std::uint32_t>(r.pc, at_a)) [[unlikely]]
      return trap(r, TrapCode::stack_exhausted), false;
    r.pc += through_b;
    return true;
  }
};

///    a  bytes (u32)
struct TakeStack {
  static bool run(Regs& r) {
    runtime::ExecState& state = *r.inst->state;
    const std::int64_t left = state.stack_left - operand<std::uint32_t>(r.pc, at_a);
    if (left < 0) [[unlikely]]
      return trap(r, TrapCode::stack_exhausted), false;
    state.stack_left = left;
    r.pc += through_b;
    return true;
  }
};

/// Has the frame keep what is left then, for handlers of exceptions.
///    a  slot for it
struct SaveStack {
  static void run(Regs& r) {
    slot(r, at_a).set(r.inst->state->stack_left);
    r.pc += through_b;
  }
};

///    a  bytes (u32)
struct GiveStack {
  static void run(Regs& r) {
    r.inst->state->stack_left += operand<std::uint32_t>(r.pc, at_a);
    r.pc += through_b;
  }
};

}  // namespace wrun::inline v0::interp
