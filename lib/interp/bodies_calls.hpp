#pragma once

// Calls and returns between interpreted functions of one instance; everything else goes to
// call_foreign_instr (rare.cpp).
//
// A caller leaves the arguments in its topmost operands; the callee's frame starts there. The
// link holds the caller's pc, frame pointer and instance. While a function is entered, the integer
// accumulator holds its index in the module, for the stand-in of a function that was never called.

#include "lib/interp/code.hpp"
#include "lib/interp/operands.hpp"
#include "lib/interp/traps.hpp"
#include "lib/runtime/frame_layout.hpp"

namespace wrun::inline v0::interp {

using runtime::CodeCell;
using runtime::FuncRef;

/// What calls leave for call_foreign_instr in the state: the callee; r.pc is the instruction
/// after the call, r.fp the caller's frame, and the new frame's start is in state->callee_fp.
extern const StaticInstr call_foreign_instr;
/// The same for tail calls: the arguments are at callee_fp, the frame at r.fp is given up.
extern const StaticInstr tail_call_foreign_instr;

inline const SlotCode* load_code(const CodeCell& cell) {
  return cell.slot_code.load(std::memory_order_acquire);
}

inline void write_link(Slot* link, const Word* pc, Slot* fp, Instance* inst) {
  link[0].set(pc);
  link[1].set(fp);
  link[2].set(inst);
}

inline Slot* stack_limit(const Regs& r) {
  return r.inst->state->limit.load(std::memory_order_relaxed);
}

/// A call of a function of the same instance that there is no room for, or that somebody asks to
/// stop, as one number.
struct RefusedCall {
  std::uint32_t function = 0;
  bool is_tail = false;

  std::uint64_t number() const { return std::uint64_t{function} * 2 + (is_tail ? 1 : 0); }
  static RefusedCall from(std::uint64_t number) {
    return {static_cast<std::uint32_t>(number / 2), number % 2 != 0};
  }
};
inline void refuse(Regs& r, RefusedCall call) {
  note_address(r, call.number());
  leave_by(r, Exit::limit_at_entry);
}

/// Enters a function of the same instance with a frame at `fp`; `next` is where to return to.
inline void enter_local(Regs& r, const SlotCode* code, Slot* fp, const Word* next) {
  write_link(fp + code->link, next, r.fp, r.inst);
  r.fp = fp;
  r.pc = code->entry;
}

/// Moves the arguments of a tail call from `args` to the frame that is given up, whose link is at
/// slot `link`, and enters the callee in its place.
inline void reenter(Regs& r, std::uint32_t index, const SlotCode* code, const Slot* args,
                    std::uint32_t link) {
  if (!fits(*code, r.fp, stack_limit(r))) [[unlikely]]
    return refuse(r, {index, true});
  Slot saved[runtime::link_slots];
  std::memcpy(saved, r.fp + link, sizeof(saved));
  std::memmove(r.fp, args, code->param_slots * sizeof(Slot));
  std::memcpy(r.fp + code->link, saved, sizeof(saved));
  r.i = index;
  r.pc = code->entry;
}

///    a  start of the new frame    c  function index, imports included
struct CallLocal {
  static void run(Regs& r) {
    // It takes nothing from the accumulator: so that is where the index is all the time, since
    // every register counts here.
    r.i = operand<std::uint32_t>(r.pc, at_c);
    const SlotCode* code = load_code(r.inst->cells[r.i - r.inst->imported_functions]);
    Slot* const fp = &slot(r, at_a);
    if (!fits(*code, fp, stack_limit(r))) [[unlikely]]
      return refuse(r, {static_cast<std::uint32_t>(r.i)});
    enter_local(r, code, fp, r.pc + through_c);
  }
};

///    a  start of the arguments    b  own link    c  function index
struct TailCallLocal {
  static void run(Regs& r) {
    const std::uint32_t index = operand<std::uint32_t>(r.pc, at_c);
    const SlotCode* code = load_code(r.inst->cells[index - r.inst->imported_functions]);
    reenter(r, index, code, &slot(r, at_a), operand<std::uint16_t>(r.pc, at_b));
  }
};

/// Calls a function of this instance, with a frame at the slot that the instruction names at a; the
/// next instruction is `words` further. False if there is no room for the frame: then there is no
/// call, but the accumulator has changed.
inline bool call_in_instance(Regs& r, const FuncRef* callee, std::size_t words) {
  r.i = callee->index;  // first, since then no register has to keep the callee
  const SlotCode* code = load_code(*callee->cell);
  if (!fits(*code, &slot(r, at_a), stack_limit(r))) [[unlikely]]
    return false;
  compute_anew(r);
  enter_local(r, code, &slot(r, at_a), r.pc + words);
  return true;
}

/// The same of any instance's; what is in the accumulator stays there if the call has to wait.
inline void call_reference(Regs& r, const FuncRef* callee, std::size_t words) {
  if (callee->instance == r.inst) [[likely]] {
    const std::int64_t room = bytes_between(&slot(r, at_a), stack_limit(r));
    const SlotCode* code = load_code(*callee->cell);
    if (room < code->frame_bytes) [[unlikely]]
      return refuse(r, {callee->index});
    compute_anew(r);
    r.i = callee->index;
    return enter_local(r, code, &slot(r, at_a), r.pc + words);
  }
  ExecState& state = rare_state(r);
  state.callee = callee;
  state.callee_fp = &slot(r, at_a);
  state.call_words = words;
  go_slow(r, call_foreign_instr);
}

inline void tail_call_reference(Regs& r, const FuncRef* callee, Slot* args, std::uint32_t link) {
  if (callee->instance == r.inst) [[likely]] {
    return reenter(r, callee->index, load_code(*callee->cell), args, link);
  }
  ExecState& state = rare_state(r);
  state.callee = callee;
  state.callee_fp = args;
  state.call_words = link;
  go_slow(r, tail_call_foreign_instr);
}

///    a  start of the new frame    c  function index of an import
struct CallImport {
  static void run(Regs& r) {
    call_reference(r, r.inst->functions[operand<std::uint32_t>(r.pc, at_c)], through_c);
  }
};

///    a  start of the arguments    b  own link    c  function index of an import
struct TailCallImport {
  static void run(Regs& r) {
    tail_call_reference(r, r.inst->functions[operand<std::uint32_t>(r.pc, at_c)], &slot(r, at_a),
                        operand<std::uint16_t>(r.pc, at_b));
  }
};

/// indirect_calls.cpp has the bodies.
Handler call_indirect_handler(bool is_tail, bool is_64, Src src);

///    a  start of the new frame    b  reference    c  own link (tail calls)
struct CallRef {
  static void run(Regs& r) {
    const FuncRef* callee = FuncRef::from(slot(r, at_b).get<runtime::Ref>());
    if (callee == nullptr) [[unlikely]]
      return trap(r, TrapCode::null_function_reference);
    call_reference(r, callee, through_c);
  }
};

struct TailCallRef {
  static void run(Regs& r) {
    const FuncRef* callee = FuncRef::from(slot(r, at_b).get<runtime::Ref>());
    if (callee == nullptr) [[unlikely]]
      return trap(r, TrapCode::null_function_reference);
    tail_call_reference(r, callee, &slot(r, at_a), operand<std::uint16_t>(r.pc, at_c));
  }
};

/// What a function's link says of its caller.
struct Caller {
  explicit Caller(const Slot* link)
      : pc(link[0].get<const Word*>()), fp(link[1].get<Slot*>()), inst(link[2].get<Instance*>()) {}

  const Word* pc;
  Slot* fp;
  Instance* inst;
};

/// Goes back to the caller. In the same instance the registers know its memory.
inline void leave(Regs& r, const Caller& caller) {
  r.pc = caller.pc;
  r.fp = caller.fp;
  if (caller.inst == r.inst) [[likely]]
    return;
  r.inst = caller.inst;
  reload_memory(r);
}

///    b  own link
struct Return {
  static void run(Regs& r) { leave(r, Caller(&slot(r, at_b))); }
};

/// One result; it stays in the accumulator too.
///    a  result    b  own link    c  immediate
template <class T, Src src>
struct ReturnValue {
  static void run(Regs& r) {
    const T value = read<T, src>(r, at_a);
    const Caller caller(&slot(r, at_b));  // before the result goes where the link may be
    runtime::set_value(r.fp, value);
    write_acc(r, value);
    leave(r, caller);
  }
};

/// Any number of result slots.
///    a  first result    b  own link    c  slots
struct ReturnMany {
  static void run(Regs& r) {
    const Caller caller(&slot(r, at_b));
    std::memmove(r.fp, &slot(r, at_a), operand<std::uint32_t>(r.pc, at_c) * sizeof(Slot));
    leave(r, caller);
  }
};

}  // namespace wrun::inline v0::interp
