#pragma once

// Moves between slots, accumulators and constants; locals, globals, select. Copies and constants
// that go to a slot leave the accumulators alone.

#include "lib/interp/operands.hpp"
#include "lib/interp/traps.hpp"

namespace wrun::inline v0::interp {

///    8  source   10  destination
struct Copy {
  static void run(Regs& r) {
    slot(r, 10) = slot(r, 8);
    r.pc += 2;
  }
};

///    8  source   10  destination   12  what to add (u32)
struct CopySum {
  static void run(Regs& r) {
    slot(r, 10).set(slot(r, 8).get<std::uint32_t>() + operand<std::uint32_t>(r.pc, 12));
    r.pc += 2;
  }
};

/// Both slots of a v128.
///    8  source   10  destination
struct CopyVector {
  static void run(Regs& r) {
    runtime::set_value(&slot(r, 10), runtime::get_value<Vector>(&slot(r, 8)));
    r.pc += 2;
  }
};

/// Moves `count` slots down (or up) in the frame; the ranges may overlap.
///    8  source   10  destination   12  count
struct CopyMany {
  static void run(Regs& r) {
    std::memmove(&slot(r, 10), &slot(r, 8), operand<std::uint32_t>(r.pc, 12) * sizeof(Slot));
    r.pc += 2;
  }
};

///   10  destination   12  value (T)
template <class T>
struct SetConst {
  static void run(Regs& r) {
    slot(r, 10).set(operand<T>(r.pc, sizeof(T) == 4 ? 12 : 16));
    r.pc += sizeof(T) == 4 ? 2 : 3;
  }
};

/// To the accumulator only.
template <class T>
struct AccConst {
  static void run(Regs& r) {
    write_acc(r, operand<T>(r.pc, sizeof(T) == 4 ? 12 : 16));
    r.pc += sizeof(T) == 4 ? 2 : 3;
  }
};

///   10  destination
template <class T>
struct StoreAcc {
  static void run(Regs& r) {
    runtime::set_value(&slot(r, 10), read_acc<T>(r));
    r.pc += 2;
  }
};

/// Clears locals.
///    8  first slot   12  count
template <std::size_t count>
struct ZeroLocals {
  static void run(Regs& r) {
    Slot* const first = &slot(r, 8);
    for (std::size_t i = 0; i < count; ++i) first[i].set(std::uint64_t{0});
    r.pc += 2;
  }
};
struct ZeroManyLocals {
  static void run(Regs& r) {
    std::memset(&slot(r, 8), 0, operand<std::uint32_t>(r.pc, 12) * sizeof(Slot));
    r.pc += 2;
  }
};

/// Fills the upper half of a slot that holds an i32 with garbage; a test mode.
///   10  slot
struct PoisonUpper {
  static void run(Regs& r) {
    Slot& s = slot(r, 10);
    s.set(std::uint64_t{0xdeadbeef} << 32 | s.get<std::uint32_t>());
    r.pc += 2;
  }
};

///    8  condition   10  result   12  if non-zero   14  if zero
template <class T, Src condition, Dst dst>
struct Select {
  static void run(Regs& r) {
    const bool take_first = read<std::uint32_t, condition>(r, 8) != 0;
    const T a = runtime::get_value<T>(&slot(r, 12));
    const T b = runtime::get_value<T>(&slot(r, 14));
    write<dst>(r, take_first ? a : b);
    r.pc += 2;
  }
};

///   10  result   12  global
template <class T, Dst dst>
struct GlobalGet {
  static void run(Regs& r) {
    write<dst>(r, runtime::get_value<T>(r.inst->globals[operand<std::uint32_t>(r.pc, 12)]));
    r.pc += 2;
  }
};

///    8  value   12  global, and a 4- or 8-byte immediate at 16
template <class T, Src src>
struct GlobalSet {
  static void run(Regs& r) {
    T value;
    if constexpr (src == Src::imm) {
      value = operand<T>(r.pc, 16);
    } else {
      value = read<T, src>(r, 8);
    }
    runtime::set_value(r.inst->globals[operand<std::uint32_t>(r.pc, 12)], value);
    r.pc += src == Src::imm ? 3 : 2;
  }
};

}  // namespace wrun::inline v0::interp
