#pragma once

// Moves between slots, accumulators and constants; locals, globals, select. Copies and constants
// that go to a slot leave the accumulators alone.

#include "lib/interp/operands.hpp"
#include "lib/interp/traps.hpp"

namespace wrun::inline v0::interp {

///    a  source    b  destination
struct Copy {
  static void run(Regs& r) {
    slot(r, at_b) = slot(r, at_a);
    r.pc += through_b;
  }
};

///    a  source    b  destination    c  what to add (u32)
struct CopySum {
  static void run(Regs& r) {
    slot(r, at_b).set(slot(r, at_a).get<std::uint32_t>() + operand<std::uint32_t>(r.pc, at_c));
    r.pc += through_c;
  }
};

/// Both slots of a v128.
///    a  source    b  destination
struct CopyVector {
  static void run(Regs& r) {
    runtime::set_value(&slot(r, at_b), runtime::get_value<Vector>(&slot(r, at_a)));
    r.pc += through_b;
  }
};

/// Moves `count` slots down (or up) in the frame; the ranges may overlap.
///    a  source    b  destination    c  count
struct CopyMany {
  static void run(Regs& r) {
    std::memmove(&slot(r, at_b), &slot(r, at_a), operand<std::uint32_t>(r.pc, at_c) * sizeof(Slot));
    r.pc += through_c;
  }
};

///    b  destination    c  value (T)
template <class T>
struct SetConst {
  static void run(Regs& r) {
    slot(r, at_b).set(operand<T>(r.pc, at_c));
    r.pc += sizeof(T) == 4 ? through_c : through_d;
  }
};

/// To the accumulator only.
///    a  value (T)
template <class T>
struct AccConst {
  static void run(Regs& r) {
    write_acc(r, operand<T>(r.pc, at_a));
    r.pc += sizeof(T) == 4 ? through_b : through_c;
  }
};

///    b  destination
template <class T>
struct StoreAcc {
  static void run(Regs& r) {
    runtime::set_value(&slot(r, at_b), read_acc<T>(r));
    r.pc += through_b;
  }
};

/// Clears locals.
///    a  first slot    b  count
template <std::size_t count>
struct ZeroLocals {
  static void run(Regs& r) {
    Slot* const first = &slot(r, at_a);
    for (std::size_t i = 0; i < count; ++i) first[i].set(std::uint64_t{0});
    r.pc += through_b;
  }
};
struct ZeroManyLocals {
  static void run(Regs& r) {
    std::memset(&slot(r, at_a), 0, operand<std::uint16_t>(r.pc, at_b) * sizeof(Slot));
    r.pc += through_b;
  }
};

/// Fills the upper half of a slot that holds an i32 with garbage; a test mode.
///    b  slot
struct PoisonUpper {
  static void run(Regs& r) {
    Slot& s = slot(r, at_b);
    s.set(std::uint64_t{0xdeadbeef} << 32 | s.get<std::uint32_t>());
    r.pc += through_b;
  }
};

///    a  condition    b  result    c  if non-zero    c2  if zero
template <class T, Src condition, Dst dst>
struct Select {
  static void run(Regs& r) {
    const bool take_first = read<std::uint32_t, condition>(r, at_a) != 0;
    const T a = runtime::get_value<T>(&slot(r, at_c));
    const T b = runtime::get_value<T>(&slot(r, at_c2));
    write<dst>(r, take_first ? a : b);
    r.pc += through_c;
  }
};

///    b  result    c  global
template <class T, Dst dst>
struct GlobalGet {
  static void run(Regs& r) {
    write<dst>(r, runtime::get_value<T>(r.inst->globals[operand<std::uint32_t>(r.pc, at_c)]));
    r.pc += through_c;
  }
};

///    a  value    c  global    d  immediate (T)
template <class T, Src src>
struct GlobalSet {
  static void run(Regs& r) {
    T value;
    if constexpr (src == Src::imm) {
      value = operand<T>(r.pc, at_d);
    } else {
      value = read<T, src>(r, at_a);
    }
    runtime::set_value(r.inst->globals[operand<std::uint32_t>(r.pc, at_c)], value);
    r.pc += src != Src::imm ? through_c : sizeof(T) == 4 ? through_d : through_e;
  }
};

}  // namespace wrun::inline v0::interp
