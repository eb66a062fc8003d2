#pragma once

// Instructions on whole memories and tables, and on references. They work on slots only, and leave
// the accumulators alone but where they say so. With `fuel`, bulk ones charge for what they move.
//
//    a  slots of the operands: consecutive, the first named     b  result's slot
//    c  first index (u32)    d  second index (u32)

#include "lib/interp/operands.hpp"
#include "lib/interp/traps.hpp"
#include "lib/runtime/memory.hpp"
#include "lib/runtime/table.hpp"
#include "lib/wasm/numeric.hpp"

namespace wrun::inline v0::interp {

inline constexpr std::uint64_t fuel_granule = 64;  // bytes or elements

/// The handler of a bulk instruction with or without fuel.
template <template <bool> class Body>
Handler by_fuel(bool fuel) {
  return fuel ? &handler<Body<true>> : &handler<Body<false>>;
}

/// Takes the fuel for `count` bytes or elements; false, and on the way to the trap, without it.
template <bool fuel>
bool pay(Regs& r, std::uint64_t count) {
  if constexpr (fuel) {
    runtime::ExecState& state = *r.inst->state;
    const std::uint64_t cost = count / fuel_granule + (count % fuel_granule != 0);
    if (cost > static_cast<std::uint64_t>(state.fuel)) {
      go_slow(r, out_of_fuel_instr);
      return false;
    }
    state.fuel -= static_cast<std::int64_t>(cost);
  }
  return true;
}

inline runtime::Memory& memory_at(const Regs& r, std::size_t at) {
  return *r.inst->memories[operand<std::uint32_t>(r.pc, at)];
}
inline runtime::Table& table_at(const Regs& r, std::size_t at) {
  return *r.inst->tables[operand<std::uint32_t>(r.pc, at)];
}
/// An address operand: operand `i`, of 32 or 64 bits.
inline std::uint64_t address(const Regs& r, std::size_t i, bool is_64) {
  const Slot& s = (&slot(r, at_a))[i];
  return is_64 ? s.get<std::uint64_t>() : s.get<std::uint32_t>();
}
inline runtime::Ref reference(const Regs& r, std::size_t i) {
  return (&slot(r, at_a))[i].get<runtime::Ref>();
}
/// A size or -1 as the result, in the width of the address type.
inline void write_size(Regs& r, std::uint64_t size) {
  slot(r, at_b).set(size);
}

inline void finish_bulk(Regs& r, runtime::Bulk result, TrapCode code) {
  if (result == runtime::Bulk::out_of_bounds) return trap(r, code);
  if (result == runtime::Bulk::stopped) return go_slow(r, limit_instr);
  r.pc += through_d;
}

struct MemorySize {
  static void run(Regs& r) {
    write_size(r, runtime::size_in_pages(memory_at(r, at_c)));
    r.pc += through_d;
  }
};

struct MemoryGrow {
  static void run(Regs& r) {
    runtime::Memory& memory = memory_at(r, at_c);
    const auto before = runtime::grow(memory, address(r, 0, memory.type.limits.is_64));
    write_size(r, before.value_or(~std::uint64_t{0}));
    reload_memory(r);
    r.pc += through_d;
  }
};

template <bool fuel>
struct MemoryFill {
  static void run(Regs& r) {
    runtime::Memory& memory = memory_at(r, at_c);
    const bool is_64 = memory.type.limits.is_64;
    const std::uint64_t count = address(r, 2, is_64);
    if (!pay<fuel>(r, count)) return;
    const auto value = (&slot(r, at_a))[1].get<std::uint8_t>();
    finish_bulk(r, runtime::fill(memory, address(r, 0, is_64), value, count),
                TrapCode::out_of_bounds_memory_access);
  }
};

template <bool fuel>
struct MemoryCopy {
  static void run(Regs& r) {
    runtime::Memory& target = memory_at(r, at_c);
    runtime::Memory& source = memory_at(r, at_d);
    const bool to_64 = target.type.limits.is_64;
    const bool from_64 = source.type.limits.is_64;
    const std::uint64_t count = address(r, 2, to_64 && from_64);
    if (!pay<fuel>(r, count)) return;
    finish_bulk(r,
                runtime::copy(target, address(r, 0, to_64), source, address(r, 1, from_64), count),
                TrapCode::out_of_bounds_memory_access);
  }
};

template <bool fuel>
struct MemoryInit {
  static void run(Regs& r) {
    runtime::Memory& target = memory_at(r, at_d);
    const std::uint64_t count = address(r, 2, false);
    if (!pay<fuel>(r, count)) return;
    const wasm::DataIdx segment(operand<std::uint32_t>(r.pc, at_c));
    finish_bulk(r,
                runtime::init(*r.inst, target, segment, address(r, 0, target.type.limits.is_64),
                              address(r, 1, false), count),
                TrapCode::out_of_bounds_memory_access);
  }
};

struct DataDrop {
  static void run(Regs& r) {
    runtime::drop(*r.inst, wasm::DataIdx(operand<std::uint32_t>(r.pc, at_c)));
    r.pc += through_d;
  }
};

struct TableGet {
  static void run(Regs& r) {
    const runtime::Table& table = table_at(r, at_c);
    const std::uint64_t index = address(r, 0, table.limits.is_64);
    if (index >= table.size) return trap(r, TrapCode::out_of_bounds_table_access);
    slot(r, at_b).set(table.elements[index]);
    r.pc += through_d;
  }
};

struct TableSet {
  static void run(Regs& r) {
    runtime::Table& table = table_at(r, at_c);
    if (!runtime::set(table, address(r, 0, table.limits.is_64), reference(r, 1)))
      return trap(r, TrapCode::out_of_bounds_table_access);
    r.pc += through_d;
  }
};

struct TableSize {
  static void run(Regs& r) {
    write_size(r, table_at(r, at_c).size);
    r.pc += through_d;
  }
};

template <bool fuel>
struct TableGrow {
  static void run(Regs& r) {
    runtime::Table& table = table_at(r, at_c);
    const std::uint64_t count = address(r, 1, table.limits.is_64);
    if (!pay<fuel>(r, count)) return;
    write_size(r, runtime::grow(table, count, reference(r, 0)).value_or(~std::uint64_t{0}));
    r.pc += through_d;
  }
};

template <bool fuel>
struct TableFill {
  static void run(Regs& r) {
    runtime::Table& table = table_at(r, at_c);
    const bool is_64 = table.limits.is_64;
    const std::uint64_t count = address(r, 2, is_64);
    if (!pay<fuel>(r, count)) return;
    finish_bulk(r, runtime::fill(table, address(r, 0, is_64), reference(r, 1), count),
                TrapCode::out_of_bounds_table_access);
  }
};

template <bool fuel>
struct TableCopy {
  static void run(Regs& r) {
    runtime::Table& target = table_at(r, at_c);
    runtime::Table& source = table_at(r, at_d);
    const bool to_64 = target.limits.is_64;
    const bool from_64 = source.limits.is_64;
    const std::uint64_t count = address(r, 2, to_64 && from_64);
    if (!pay<fuel>(r, count)) return;
    finish_bulk(r,
                runtime::copy(target, address(r, 0, to_64), source, address(r, 1, from_64), count),
                TrapCode::out_of_bounds_table_access);
  }
};

template <bool fuel>
struct TableInit {
  static void run(Regs& r) {
    runtime::Table& target = table_at(r, at_d);
    const std::uint64_t count = address(r, 2, false);
    if (!pay<fuel>(r, count)) return;
    const wasm::ElemIdx segment(operand<std::uint32_t>(r.pc, at_c));
    finish_bulk(r,
                runtime::init(*r.inst, target, segment, address(r, 0, target.limits.is_64),
                              address(r, 1, false), count),
                TrapCode::out_of_bounds_table_access);
  }
};

struct ElemDrop {
  static void run(Regs& r) {
    runtime::drop(*r.inst, wasm::ElemIdx(operand<std::uint32_t>(r.pc, at_c)));
    r.pc += through_d;
  }
};

struct RefFunc {
  static void run(Regs& r) {
    slot(r, at_b).set(r.inst->functions[operand<std::uint32_t>(r.pc, at_c)]->as_ref());
    r.pc += through_d;
  }
};

/// Wide arithmetic: operands in consecutive slots, two results in their place.
template <auto function>
struct Wide;

template <wasm::Pair (*function)(std::uint64_t, std::uint64_t)>
struct Wide<function> {
  static void run(Regs& r) {
    Slot* s = &slot(r, at_a);
    const wasm::Pair result = function(s[0].get<std::uint64_t>(), s[1].get<std::uint64_t>());
    s[0].set(result.lo);
    s[1].set(result.hi);
    r.pc += through_d;
  }
};

template <wasm::Pair (*function)(std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t)>
struct Wide<function> {
  static void run(Regs& r) {
    Slot* s = &slot(r, at_a);
    const wasm::Pair result = function(s[0].get<std::uint64_t>(), s[1].get<std::uint64_t>(),
                                       s[2].get<std::uint64_t>(), s[3].get<std::uint64_t>());
    s[0].set(result.lo);
    s[1].set(result.hi);
    r.pc += through_d;
  }
};

}  // namespace wrun::inline v0::interp
