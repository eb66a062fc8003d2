#pragma once

// Leaving a handler for a rare path. The handler notes where it was and goes on at a shared
// instruction whose handler does the work; so the common path has no call, and keeps no frame.

#include <wrun/error.hpp>

#include <wrun_dispatch/dispatch.hpp>

#include "lib/interp/regs.hpp"

namespace wrun::inline v0::interp {

/// An instruction outside any function. Where its handler is known only when the program runs, so
/// it has the address, and in its place the one handler that needs none: far_handler.
struct StaticInstr {
  constexpr explicit StaticInstr(Handler run, std::uint64_t data = 0)
      : handler(run), payload(data) {}

  std::uint64_t word = 0;  ///< word_of(&far_handler)
  Handler handler;
  std::uint64_t payload;

  const Word* code() const { return reinterpret_cast<const Word*>(this); }
};
static_assert(offsetof(StaticInstr, handler) == at_c);

/// The handler of a rare path, whose work is a function of its own: what that work leaves on the
/// native stack is gone when the next instruction is jumped to.
template <class Body>
struct OutOfLine {
  [[gnu::noinline]] static void run(Regs& r) { Body::run(r); }
};
template <class Body>
inline constexpr Handler rare_handler = &handler<OutOfLine<Body>>;

/// One for each TrapCode.
extern const StaticInstr* const trap_instrs;
/// A failed bounds check of memory 0: takes the memory's size anew and repeats the instruction if
/// it has grown, traps otherwise.
extern const StaticInstr out_of_bounds_instr;
/// The same of any memory: takes the sizes of all anew.
extern const StaticInstr out_of_bounds_any_instr;
/// Leaves the interpreter; the activation's failure, if any, is set already.
extern const StaticInstr stop_instr;
/// Somebody asked to stop, which a branch to a loop noticed, or an instruction that takes long.
extern const StaticInstr limit_instr;
/// The same of a branch by a table; ExecState::address says which of its ways.
extern const StaticInstr limit_in_table_instr;
/// The same of a call of a function of this instance, or there is no room for its frame; what is
/// noted is a RefusedCall.
extern const StaticInstr limit_at_entry_instr;
/// The fuel that is left doesn't pay for the block.
extern const StaticInstr out_of_fuel_instr;

/// For rare paths: looked up anew. What an earlier look-up left would take a register from the
/// common path until here, and there are none to spare.
inline ExecState& rare_state(const Regs& r) {
  const Instance* instance = r.inst;
  asm("" : "+r"(instance));
  return *instance->state;
}

/// What was computed from the instruction's words so far is computed once more after this, which
/// costs less than a register to keep it in.
inline void compute_anew(Regs& r) {
  asm("" : "+r"(r.pc));
}

inline void go_slow(Regs& r, const StaticInstr& instr) {
  rare_state(r).pc = r.pc;
  r.pc = instr.code();
}

// g++ would compute each address where `mem` is, and keep that in another register; so there
// Exit::out_of_bounds finds its address in the state. It would also keep the pc of calls and of
// what pays fuel for a jump to their exits, and clear the way for a trap's code before a division.
#if defined(__clang__)
inline constexpr bool exits_take_registers = true;
#else
inline constexpr bool exits_take_registers = false;
#endif

/// Of what is wrong at an address; where the exit says so, another number.
inline void note_address(Regs& r, std::uint64_t address) {
  if constexpr (exits_take_registers) {
    r.mem = reinterpret_cast<std::uint8_t*>(address);
  } else {
    rare_state(r).address = address;
  }
}

/// Takes the number to where the exit's instruction finds it.
inline void keep_noted(Regs& r) {
  if constexpr (exits_take_registers)
    rare_state(r).address = reinterpret_cast<std::uintptr_t>(r.mem);
}

/// What an exit does.
inline void run_exit(Regs& r, Exit exit) {
  switch (exit) {
    case Exit::out_of_bounds:
      keep_noted(r);
      return go_slow(r, out_of_bounds_instr);
    case Exit::out_of_bounds_any:
      return go_slow(r, out_of_bounds_any_instr);
    case Exit::limit_at_entry:
      keep_noted(r);
      return go_slow(r, limit_at_entry_instr);
    case Exit::limit:
      return go_slow(r, limit_instr);
    case Exit::out_of_fuel:
      return go_slow(r, out_of_fuel_instr);
    case Exit::trap:
      return go_slow(r, trap_instrs[reinterpret_cast<std::uintptr_t>(r.mem)]);
    case Exit::none:
      return;
  }
}

/// Ends the handler. What goes on after an exit takes `mem` anew, which may hold a number for it.
inline void leave_by(Regs& r, Exit exit) {
  const bool needs_pc =
      exit == Exit::limit_at_entry || exit == Exit::limit || exit == Exit::out_of_fuel;
  if (has_exits && (exits_take_registers || !needs_pc)) {
    r.exit = exit;
  } else {
    run_exit(r, exit);
  }
}

inline void trap(Regs& r, TrapCode code) {
  const auto number = static_cast<std::uintptr_t>(code);
  if constexpr (has_exits && exits_take_registers) {
    r.mem = reinterpret_cast<std::uint8_t*>(number);
    r.exit = Exit::trap;
  } else {
    go_slow(r, trap_instrs[number]);
  }
}

/// Whether the store was asked to stop, as loops and entries check.
inline bool should_stop(const Regs& r) {
  return r.inst->state->should_stop();
}

}  // namespace wrun::inline v0::interp
