#pragma once

// Loads and stores. Those of a 32-bit memory 0 take their address in every form that the
// translator folds; other memories go through their descriptor.
//
//    a  address's slot    b  result's or value's slot    c  offset (u32)
//    d  added slot (u16) or added constant (u32), of the forms that have one
// After that, a value that is immediate (i32).

#include <cstdint>

#include "lib/interp/operands.hpp"
#include "lib/interp/traps.hpp"

namespace wrun::inline v0::interp {

/// Forms of an address, to which the offset is added. Sums wrap at 32 bits, as i32.add does.
enum class Addr : std::uint8_t {
  acc,
  slot,
  slot_slot,
  acc_slot,
  slot_const,
  acc_const,
  none,
  count_
};

constexpr bool has_second(Addr form) {
  return form == Addr::slot_slot || form == Addr::acc_slot || form == Addr::slot_const ||
         form == Addr::acc_const;
}

/// Where a store's value is, if immediate.
constexpr std::uint32_t access_imm_at(Addr form) {
  return has_second(form) ? at_e : at_d;
}
/// Words of a load or store.
constexpr std::uint32_t access_words(Addr form, bool has_imm = false) {
  return through_c + (has_second(form) ? 1 : 0) + (has_imm ? 1 : 0);
}

template <Addr form>
std::uint64_t effective_address(const Regs& r) {
  std::uint32_t base = 0;
  if constexpr (form == Addr::acc || form == Addr::acc_slot || form == Addr::acc_const) {
    base = static_cast<std::uint32_t>(r.i);
  } else if constexpr (form != Addr::none) {
    base = slot(r, at_a).get<std::uint32_t>();
  }
  if constexpr (form == Addr::slot_slot || form == Addr::acc_slot) {
    base += slot(r, at_d).get<std::uint32_t>();
  } else if constexpr (form == Addr::slot_const || form == Addr::acc_const) {
    base += operand<std::uint32_t>(r.pc, at_d);
  }
  return std::uint64_t{base} + operand<std::uint32_t>(r.pc, at_c);
}

/// Whether an access ends behind the memory.
template <std::size_t width>
bool exceeds(Regs& r, std::uint64_t address) {
#if defined(__clang__)
  // clang would compute the address and its sum with the width each from the beginning. So nothing
  // is added to the address: both numbers are far from 2^63, and the size minus the width may be
  // negative. Kept for the next access, that difference would cost a register.
  if constexpr (width > 1) {
    asm("" : "+r"(r.mem_size));
    return static_cast<std::int64_t>(address) >
           static_cast<std::int64_t>(r.mem_size) - static_cast<std::int64_t>(width);
  }
#endif
  return address + width > r.mem_size;
}

inline bool out_of_bounds(Regs& r, std::uint64_t address) {
  note_address(r, address);
  return leave_by(r, Exit::out_of_bounds), false;
}

/// The same in any memory: of those that the interpreter doesn't keep at hand, only the first one's
/// addresses of 32 bits are reported, as the compiler does.
inline bool out_of_bounds_any(Regs& r, std::uint32_t memory, bool is_64, std::uint64_t address) {
  if (memory == 0 && !is_64) return out_of_bounds(r, address);
  return leave_by(r, Exit::out_of_bounds_any), false;
}

/// A load's or store's semantics (numeric_memory.hpp), with its types.
template <auto function>
struct Access;

template <class V, V (*function)(const std::uint8_t*)>
struct Access<function> {
  using Value = V;
};
template <class V, void (*function)(std::uint8_t*, V)>
struct Access<function> {
  using Value = V;
};

template <auto access, std::size_t width, Addr form, Dst dst>
struct Load {
  static bool run(Regs& r) {
    const std::uint64_t address = effective_address<form>(r);
    if (exceeds<width>(r, address)) [[unlikely]]
      return out_of_bounds(r, address);
    write<dst>(r, access(r.mem + address));
    // Else what is loaded and stored again is kept in a register of its own, unextended.
    if constexpr (width < 4) asm("" : "+r"(r.i));
    r.pc += access_words(form);
    return true;
  }
};

template <auto access, std::size_t width, Addr form, Src src>
struct Store {
  using Value = typename Access<access>::Value;
  static bool run(Regs& r) {
    const std::uint64_t address = effective_address<form>(r);
    if (exceeds<width>(r, address)) [[unlikely]]
      return out_of_bounds(r, address);
    Value value;
    if constexpr (src == Src::imm) {
      value = static_cast<Value>(operand<std::int32_t>(r.pc, access_imm_at(form)));
    } else {
      value = read<Value, src>(r, at_b);
    }
    access(r.mem + address, value);
    r.pc += access_words(form, src == Src::imm);
    return true;
  }
};

/// The bits of a slot that aren't part of an address, which is read from the slot's lower end.
constexpr std::uint16_t unused_bits(bool is_64) {
  return is_64 ? 0 : 32;
}

/// Any memory, addressed by a slot. False: on the way to the trap.
///    a  address    b  result or value    c  memory    c2  unused_bits()    d  offset (u64)
inline bool checked_address(Regs& r, std::size_t size, std::uint8_t*& at) {
  const std::uint16_t index = operand<std::uint16_t>(r.pc, at_c);
  const runtime::Memory& memory = *r.inst->memories[index];
  const std::uint16_t unused = operand<std::uint16_t>(r.pc, at_c2);
  const std::uint64_t base = slot(r, at_a).get<std::uint64_t>() << unused >> unused;
  std::uint64_t address;
  const bool overflows = __builtin_add_overflow(base, operand<std::uint64_t>(r.pc, at_d), &address);
  if (overflows || memory.size < size || address > memory.size - size) [[unlikely]]
    return out_of_bounds_any(r, index, unused == 0, address);
  at = memory.base + address;
  return true;
}

template <auto access, std::size_t width>
struct LoadAny {
  static bool run(Regs& r) {
    std::uint8_t* at;
    if (!checked_address(r, width, at)) [[unlikely]]
      return false;
    write<Dst::store>(r, access(at));
    r.pc += through_e;
    return true;
  }
};

template <auto access, std::size_t width>
struct StoreAny {
  static bool run(Regs& r) {
    std::uint8_t* at;
    if (!checked_address(r, width, at)) [[unlikely]]
      return false;
    access(at, read<typename Access<access>::Value, Src::slot>(r, at_b));
    r.pc += through_e;
    return true;
  }
};

}  // namespace wrun::inline v0::interp
