#pragma once

// Atomic instructions. They read and write slots, and leave the accumulators alone.
//
//    a  address's slot    b  result's slot    c  first operand's slot    c2  second operand's slot
//    d  offset (u64)      f  memory (u32; those of a 32-bit memory 0 have none)

#include <cstdint>

#include "lib/interp/bodies_memory.hpp"
#include "lib/interp/operands.hpp"
#include "lib/interp/traps.hpp"
#include "lib/runtime/memory.hpp"
#include "lib/wasm/numeric_atomic.hpp"

namespace wrun::inline v0::interp {

/// Which memory, and how its address is read.
enum class AtomicAddr : std::uint8_t { fast, any_32, any_64, count_ };

template <AtomicAddr form>
inline constexpr std::size_t atomic_words = form == AtomicAddr::fast ? through_e : through_f;

template <AtomicAddr form>
runtime::Memory& atomic_memory(const Regs& r) {
  if constexpr (form == AtomicAddr::fast) {
    return *r.inst->memory0;
  } else {
    return *r.inst->memories[operand<std::uint32_t>(r.pc, at_f)];
  }
}

/// The operand's place in memory: aligned, and in bounds. Null, and on the way to the trap, if it
/// is not.
/// https://webassembly.github.io/threads/core/exec/instructions.html#atomic-memory-instructions
template <std::size_t width, AtomicAddr form>
std::uint8_t* atomic_place(Regs& r, std::uint64_t& address) {
  const auto offset = operand<std::uint64_t>(r.pc, at_d);
  bool overflows = false;
  if constexpr (form == AtomicAddr::any_64) {
    overflows =
        __builtin_add_overflow(slot(r, at_a).template get<std::uint64_t>(), offset, &address);
  } else {
    address = std::uint64_t{slot(r, at_a).template get<std::uint32_t>()} + offset;
  }
  if (address % width != 0) [[unlikely]] {
    trap(r, TrapCode::unaligned_atomic);
    return nullptr;
  }
  std::uint8_t* base = r.mem;
  std::uint64_t size = r.mem_size;
  if constexpr (form != AtomicAddr::fast) {
    const runtime::Memory& memory = atomic_memory<form>(r);
    base = memory.base;
    size = memory.size;
  }
  if (overflows || !runtime::in_bounds(size, address, width)) [[unlikely]] {
    if constexpr (form == AtomicAddr::fast) {
      out_of_bounds(r, address);
    } else {
      go_slow(r, out_of_bounds_any_instr);
    }
    return nullptr;
  }
  return base + address;
}

template <class T, AtomicAddr form>
std::uint8_t* atomic_place(Regs& r) {
  std::uint64_t address = 0;
  return atomic_place<sizeof(T), form>(r, address);
}

/// Value is the instruction's type, T what is in memory.
template <class Value, class T, AtomicAddr form>
struct AtomicLoad {
  static void run(Regs& r) {
    std::uint8_t* at = atomic_place<T, form>(r);
    if (at == nullptr) [[unlikely]]
      return;
    slot(r, at_b).set(static_cast<Value>(wasm::atomic_load<T>(at)));
    r.pc += atomic_words<form>;
  }
};

template <class Value, class T, AtomicAddr form>
struct AtomicStore {
  static void run(Regs& r) {
    std::uint8_t* at = atomic_place<T, form>(r);
    if (at == nullptr) [[unlikely]]
      return;
    wasm::atomic_store(at, static_cast<T>(slot(r, at_c).template get<Value>()));
    r.pc += atomic_words<form>;
  }
};

template <wasm::Rmw what>
struct AtomicRmw {
  template <class Value, class T, AtomicAddr form>
  struct Body {
    static void run(Regs& r) {
      std::uint8_t* at = atomic_place<T, form>(r);
      if (at == nullptr) [[unlikely]]
        return;
      const auto value = static_cast<T>(slot(r, at_c).template get<Value>());
      slot(r, at_b).set(static_cast<Value>(wasm::atomic_rmw<what>(at, value)));
      r.pc += atomic_words<form>;
    }
  };
};

template <class Value, class T, AtomicAddr form>
struct AtomicCmpxchg {
  static void run(Regs& r) {
    std::uint8_t* at = atomic_place<T, form>(r);
    if (at == nullptr) [[unlikely]]
      return;
    const auto expected = static_cast<T>(slot(r, at_c).template get<Value>());
    const auto value = static_cast<T>(slot(r, at_c2).template get<Value>());
    slot(r, at_b).set(static_cast<Value>(wasm::atomic_cmpxchg(at, expected, value)));
    r.pc += atomic_words<form>;
  }
};

/// Sleeps until it is notified, or `timeout` nanoseconds are over (never, if negative). False, and
/// on the way out, if the store was asked to stop or may not wait.
bool atomic_wait(Regs& r, runtime::Memory& memory, std::uint64_t address, std::uint64_t expected,
                 bool is_wide, std::int64_t timeout, std::uint32_t& result) noexcept;

/// T is the type of what is waited for.
template <class Value, class T, AtomicAddr form>
struct AtomicWait {
  static void run(Regs& r) {
    std::uint64_t address = 0;
    if (atomic_place<sizeof(T), form>(r, address) == nullptr) [[unlikely]]
      return;
    runtime::Memory& memory = atomic_memory<form>(r);
    if (!memory.shared) return trap(r, TrapCode::expected_shared_memory);
    const auto expected = slot(r, at_c).template get<T>();
    const auto timeout = static_cast<std::int64_t>(slot(r, at_c2).template get<std::uint64_t>());
    std::uint32_t result = 0;
    if (!atomic_wait(r, memory, address, expected, sizeof(T) == 8, timeout, result)) return;
    slot(r, at_b).set(result);
    r.pc += atomic_words<form>;
  }
};

std::uint32_t atomic_notify(runtime::Memory& memory, std::uint64_t address,
                            std::uint32_t count) noexcept;

template <class Value, class T, AtomicAddr form>
struct AtomicNotify {
  static void run(Regs& r) {
    std::uint64_t address = 0;
    if (atomic_place<sizeof(T), form>(r, address) == nullptr) [[unlikely]]
      return;
    const auto count = slot(r, at_c).template get<std::uint32_t>();
    slot(r, at_b).set(atomic_notify(atomic_memory<form>(r), address, count));
    r.pc += atomic_words<form>;
  }
};

struct AtomicFence {
  static void run(Regs& r) {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    r.pc += 1;
  }
};

}  // namespace wrun::inline v0::interp
