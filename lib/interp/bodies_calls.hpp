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

/// Enters function `index`, whose code is `code`, with a frame at `fp`; `next` is where to return
/// to. The instance stays.
inline void enter_local(Regs& r, std::uint32_t index, const SlotCode* code, Slot* fp,
                        const Word* next) {
  if (fp + code->frame_slots > r.inst->state->limit.load(std::memory_order_relaxed)) [[unlikely]] {
    return go_slow(r, limit_instr);
  }
  write_link(fp + code->link, next, r.fp, r.inst);
  r.i = index;
  r.fp = fp;
  r.pc = code->entry;
}

/// Moves the arguments of a tail call from `args` to the frame that is given up, whose link is at
/// slot `link`, and enters the callee in its place.
inline void reenter(Regs& r, std::uint32_t index, const SlotCode* code, const Slot* args,
                    std::uint32_t link) {
  if (r.fp + code->frame_slots > r.inst->state->limit.load(std::memory_order_relaxed))
      [[unlikely]] {
    return go_slow(r, limit_instr);
  }
  Slot saved[runtime::link_slots];
  std::memcpy(saved, r.fp + link, sizeof(saved));
  std::memmove(r.fp, args, code->param_slots * sizeof(Slot));
  std::memcpy(r.fp + code->link, saved, sizeof(saved));
  r.i = index;
  r.pc = code->entry;
}

///    8  start of the new frame   12  function index, imports included
struct CallLocal {
  static void run(Regs& r) {
    const std::uint32_t index = operand<std::uint32_t>(r.pc, 12);
    const SlotCode* code = load_code(r.inst->cells[index - r.inst->imported_functions]);
    enter_local(r, index, code, &slot(r, 8), r.pc + 2);
  }
};

///    8  start of the arguments   10  own link   12  function index
struct TailCallLocal {
  static void run(Regs& r) {
    const std::uint32_t index = operand<std::uint32_t>(r.pc, 12);
    const SlotCode* code = load_code(r.inst->cells[index - r.inst->imported_functions]);
    reenter(r, index, code, &slot(r, 8), operand<std::uint16_t>(r.pc, 10));
  }
};

/// Calls what `callee` refers to; `next` is the instruction after the call.
inline void call_reference(Regs& r, const FuncRef* callee, Slot* fp, std::size_t words) {
  if (callee->instance == r.inst) [[likely]] {
    return enter_local(r, callee->index, load_code(*callee->cell), fp, r.pc + words);
  }
  r.inst->state->callee = callee;
  r.inst->state->callee_fp = fp;
  r.inst->state->call_words = words;
  go_slow(r, call_foreign_instr);
}

inline void tail_call_reference(Regs& r, const FuncRef* callee, Slot* args, std::uint32_t link) {
  if (callee->instance == r.inst) [[likely]] {
    return reenter(r, callee->index, load_code(*callee->cell), args, link);
  }
  r.inst->state->callee = callee;
  r.inst->state->callee_fp = args;
  r.inst->state->call_words = link;
  go_slow(r, tail_call_foreign_instr);
}

///    8  start of the new frame   12  function index of an import
struct CallImport {
  static void run(Regs& r) {
    call_reference(r, r.inst->functions[operand<std::uint32_t>(r.pc, 12)], &slot(r, 8), 2);
  }
};

///    8  start of the arguments   10  own link   12  function index of an import
struct TailCallImport {
  static void run(Regs& r) {
    tail_call_reference(r, r.inst->functions[operand<std::uint32_t>(r.pc, 12)], &slot(r, 8),
                        operand<std::uint16_t>(r.pc, 10));
  }
};

/// Whether a function reference may be called as a function of type `expected`; O(1).
bool is_callable_as(const Instance& instance, const FuncRef& callee, wasm::TypeId expected);

/// The callee of call_indirect, or null after a trap.
template <class Index>
const FuncRef* indirect_callee(Regs& r, Index index, std::uint32_t table_index,
                               std::uint32_t type_index) {
  const runtime::Table& table = *r.inst->tables[table_index];
  if (index >= table.size) [[unlikely]] {
    trap(r, TrapCode::undefined_element);
    return nullptr;
  }
  const FuncRef* callee = FuncRef::from(table.elements[index]);
  if (callee == nullptr) [[unlikely]] {
    trap(r, TrapCode::uninitialized_element);
    return nullptr;
  }
  const wasm::TypeId expected = r.inst->type_ids[type_index];
  if (callee->type != expected) [[unlikely]] {
    if (!is_callable_as(*r.inst, *callee, expected)) {
      trap(r, TrapCode::indirect_call_type_mismatch);
      return nullptr;
    }
  }
  return callee;
}

///    8  start of the new frame   10  index   12  type   16  table   20  own link (tail calls)
template <class Index, Src src>
struct CallIndirect {
  static void run(Regs& r) {
    const FuncRef* callee =
        indirect_callee(r, read<Index, src>(r, 10), operand<std::uint32_t>(r.pc, 16),
                        operand<std::uint32_t>(r.pc, 12));
    if (callee != nullptr) call_reference(r, callee, &slot(r, 8), 3);
  }
};

template <class Index, Src src>
struct TailCallIndirect {
  static void run(Regs& r) {
    const FuncRef* callee =
        indirect_callee(r, read<Index, src>(r, 10), operand<std::uint32_t>(r.pc, 16),
                        operand<std::uint32_t>(r.pc, 12));
    if (callee != nullptr) {
      tail_call_reference(r, callee, &slot(r, 8), operand<std::uint16_t>(r.pc, 20));
    }
  }
};

Handler call_indirect_handler(bool is_tail, bool is_64, Src src);

///    8  start of the new frame   10  reference   12  own link (tail calls)
struct CallRef {
  static void run(Regs& r) {
    const FuncRef* callee = FuncRef::from(slot(r, 10).get<runtime::Ref>());
    if (callee == nullptr) [[unlikely]]
      return trap(r, TrapCode::null_function_reference);
    call_reference(r, callee, &slot(r, 8), 2);
  }
};

struct TailCallRef {
  static void run(Regs& r) {
    const FuncRef* callee = FuncRef::from(slot(r, 10).get<runtime::Ref>());
    if (callee == nullptr) [[unlikely]]
      return trap(r, TrapCode::null_function_reference);
    tail_call_reference(r, callee, &slot(r, 8), operand<std::uint16_t>(r.pc, 12));
  }
};

/// Goes back to the caller, whose frame and instance the link has. In the same instance the
/// registers know its memory.
inline void leave(Regs& r, const Slot* link) {
  r.pc = link[0].get<const Word*>();
  r.fp = link[1].get<Slot*>();
  Instance* const instance = link[2].get<Instance*>();
  if (instance == r.inst) [[likely]]
    return;
  r.inst = instance;
  reload_memory(r);
}

///   10  own link
struct Return {
  static void run(Regs& r) { leave(r, &slot(r, 10)); }
};

/// One result; it stays in the accumulator too.
///    8  result   10  own link   12 or 16  immediate
template <class T, Src src>
struct ReturnValue {
  static void run(Regs& r) {
    const T value = read<T, src>(r, 8);
    Slot saved[runtime::link_slots];
    std::memcpy(saved, &slot(r, 10), sizeof(saved));
    runtime::set_value(r.fp, value);
    write_acc(r, value);
    leave(r, saved);
  }
};

/// Any number of result slots.
///    8  first result   10  own link   12  slots
struct ReturnMany {
  static void run(Regs& r) {
    Slot saved[runtime::link_slots];
    std::memcpy(saved, &slot(r, 10), sizeof(saved));
    std::memmove(r.fp, &slot(r, 8), operand<std::uint32_t>(r.pc, 12) * sizeof(Slot));
    leave(r, saved);
  }
};

}  // namespace wrun::inline v0::interp
