#pragma once

// Between the interpreter and machine code, as the interpreter sees it: a function that has
// machine code is entered by an instruction of its own, and a call from machine code into the
// interpreter returns to another one.

#include "lib/interp/code.hpp"
#include "lib/interp/traps.hpp"
#include "lib/runtime/native.hpp"

namespace wrun::inline v0::interp {

/// Where NativeCode is entered; the integer accumulator holds the function's index.
extern const StaticInstr enter_native_instr;
/// Where counting goes when it is enough.
extern const StaticInstr hot_call_instr;
extern const StaticInstr hot_loop_instr;

///    a  number of the function, imports not counted    c  how often makes it hot    d  loop (u32)
struct CountCall {
  static void run(Regs& r) {
    std::uint32_t& heat = r.inst->heat[operand<std::uint32_t>(r.pc, at_a)];
    if (++heat >= operand<std::uint32_t>(r.pc, at_c)) [[unlikely]]
      return go_slow(r, hot_call_instr);
    r.pc += through_d;
  }
};

struct CountTurn {
  static void run(Regs& r) {
    std::uint32_t& heat = r.inst->heat[operand<std::uint32_t>(r.pc, at_a)];
    if (++heat >= operand<std::uint32_t>(r.pc, at_c)) [[unlikely]]
      return go_slow(r, hot_loop_instr);
    r.pc += through_d;
  }
};

/// What links have for a return address whose caller is machine code: the frame is a Suspended.
extern const StaticInstr resume_native_instr;

/// Goes on in machine code that has caught an exception: see NativeTier::land.
extern const StaticInstr land_native_instr;

/// Calls a function that has machine code, from the host. False: it failed.
bool run_native(runtime::ExecState& state, runtime::Entry& entry, const SlotCode& code,
                const runtime::FuncRef& function, Slot* args);

/// Compiles a function and lets calls go to that code; null if it stays interpreted.
const SlotCode* publish_native(const runtime::ModuleCode& module, std::uint32_t function) noexcept;

}  // namespace wrun::inline v0::interp
