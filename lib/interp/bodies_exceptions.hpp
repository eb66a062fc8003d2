#pragma once

// Throwing; all of the work is done out of line (unwind.cpp).

#include "lib/interp/operands.hpp"
#include "lib/interp/traps.hpp"

namespace wrun::inline v0::interp {

/// Throws what the instruction at state->pc says.
extern const StaticInstr throw_instr;
extern const StaticInstr throw_ref_instr;

///    a  first of the values    c  tag
struct Throw {
  static void run(Regs& r) { go_slow(r, throw_instr); }
};

///    a  exception
struct ThrowRef {
  static void run(Regs& r) {
    if (slot(r, at_a).get<runtime::Ref>() == runtime::null_ref) [[unlikely]]
      return trap(r, TrapCode::null_exception_reference);
    go_slow(r, throw_ref_instr);
  }
};

}  // namespace wrun::inline v0::interp
