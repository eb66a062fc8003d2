#pragma once

// Atomic instructions. They read and write slots, and leave the accumulators alone.
//
//    a  address's slot    b  result's slot    c  first operand's slot    c2  second operand's slot
//    d  offset (u64)      f  memory    f2  unused_bits() of its addresses

#include <cstdint>

#include "lib/interp/bodies_memory.hpp"
#include "lib/interp/operands.hpp"
#include "lib/interp/traps.hpp"
#include "lib/runtime/memory.hpp"
#include "lib/wasm/numeric_atomic.hpp"

namespace wrun::inline v0::interp {

inline runtime::Memory& atomic_memory(const Regs& r) {
  return *r.inst->memories[operand<std::uint16_t>(r.pc, at_f)];
}

/// The operand's place in memory: aligned, and in bounds. Null, and on the way to the trap, if it
/// is not.
/// https://webassembly.github.io/threads/core/exec/instructions.html#atomic-memory-instructions
inline std::uint8_t* atomic_place(Regs& r, std::size_t width, std::uint64_t& address) {
  const std::uint16_t unused = operand<std::uint16_t>(r.pc, at_f2);
  const std::uint64_t base = slot(r, at_a).get<std::uint64_t>() << unused >> unused;
  const bool overflows = __builtin_add_overflow(base, operand<std::uint64_t>(r.pc, at_d), &address);
  if (address % width != 0) [[unlikely]] {
    trap(r, TrapCode::unaligned_atomic);
    return nullptr;
  }
  const std::uint16_t index = operand<std::uint16_t>(r.pc, at_f);
  const runtime::Memory& memory = *r.inst->memories[index];
  if (overflows || !runtime::in_bounds(memory.size, address, width)) [[unlikely]] {
    out_of_bounds_any(r, index, unused == 0, address);
    return nullptr;
  }
  return memory.base + address;
}

template <class T>
std::uint8_t* atomic_place(Regs& r) {
  std::uint64_t address = 0;
  return atomic_place(r, sizeof(T), address);
}

/// Value is the instruction's type, T what is in memory.
template <class Value, class T>
struct AtomicLoad {
  static void run(Regs& r) {
    std::uint8_t* at = atomic_place<T>(r);
    if (at == nullptr) [[unlikely]]
      return;
    slot(r, at_b).set(static_cast<Value>(wasm::atomic_load<T>(at)));
    r.pc += through_f;
  }
};

template <class Value, class T>
struct AtomicStore {
  static void run(Regs& r) {
    std::uint8_t* at = atomic_place<T>(r);
    if (at == nullptr) [[unlikely]]
      return;
    wasm::atomic_store(at, static_cast<T>(slot(r, at_c).template get<Value>()));
    r.pc += through_f;
  }
};

template <class T>
T atomic_rmw(wasm::Rmw what, std::uint8_t* at, T value) {
  switch (what) {
    case wasm::Rmw::add:
      return wasm::atomic_rmw<wasm::Rmw::add>(at, value);
    case wasm::Rmw::sub:
      return wasm::atomic_rmw<wasm::Rmw::sub>(at, value);
    case wasm::Rmw::and_:
      return wasm::atomic_rmw<wasm::Rmw::and_>(at, value);
    case wasm::Rmw::or_:
      return wasm::atomic_rmw<wasm::Rmw::or_>(at, value);
    case wasm::Rmw::xor_:
      return wasm::atomic_rmw<wasm::Rmw::xor_>(at, value);
    default:
      return wasm::atomic_rmw<wasm::Rmw::xchg>(at, value);
  }
}

/// Which operation it is is asked when it runs, which costs little beside a locked access.
///    c2  operation (u16)
template <class Value, class T>
struct AtomicRmw {
  static void run(Regs& r) {
    std::uint8_t* at = atomic_place<T>(r);
    if (at == nullptr) [[unlikely]]
      return;
    const auto what = static_cast<wasm::Rmw>(operand<std::uint16_t>(r.pc, at_c2));
    const auto value = static_cast<T>(slot(r, at_c).template get<Value>());
    slot(r, at_b).set(static_cast<Value>(atomic_rmw(what, at, value)));
    r.pc += through_f;
  }
};

template <class Value, class T>
struct AtomicCmpxchg {
  static void run(Regs& r) {
    std::uint8_t* at = atomic_place<T>(r);
    if (at == nullptr) [[unlikely]]
      return;
    const auto expected = static_cast<T>(slot(r, at_c).template get<Value>());
    const auto value = static_cast<T>(slot(r, at_c2).template get<Value>());
    slot(r, at_b).set(static_cast<Value>(wasm::atomic_cmpxchg(at, expected, value)));
    r.pc += through_f;
  }
};

/// Sleeps until it is notified, or `timeout` nanoseconds are over (never, if negative). False, and
/// on the way out, if the store was asked to stop or may not wait.
bool atomic_wait(Regs& r, runtime::Memory& memory, std::uint64_t address, std::uint64_t expected,
                 bool is_wide, std::int64_t timeout, std::uint32_t& result) noexcept;

/// T is the type of what is waited for.
template <class Value, class T>
struct AtomicWait {
  static void run(Regs& r) {
    std::uint64_t address = 0;
    if (atomic_place(r, sizeof(T), address) == nullptr) [[unlikely]]
      return;
    runtime::Memory& memory = atomic_memory(r);
    if (!memory.shared) return trap(r, TrapCode::expected_shared_memory);
    const auto expected = slot(r, at_c).template get<T>();
    const auto timeout = static_cast<std::int64_t>(slot(r, at_c2).template get<std::uint64_t>());
    std::uint32_t result = 0;
    if (!atomic_wait(r, memory, address, expected, sizeof(T) == 8, timeout, result)) return;
    slot(r, at_b).set(result);
    r.pc += through_f;
  }
};

std::uint32_t atomic_notify(runtime::Memory& memory, std::uint64_t address,
                            std::uint32_t count) noexcept;

template <class Value, class T>
struct AtomicNotify {
  static void run(Regs& r) {
    std::uint64_t address = 0;
    if (atomic_place(r, sizeof(T), address) == nullptr) [[unlikely]]
      return;
    const auto count = slot(r, at_c).template get<std::uint32_t>();
    slot(r, at_b).set(atomic_notify(atomic_memory(r), address, count));
    r.pc += through_f;
  }
};

struct AtomicFence {
  static void run(Regs& r) {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    r.pc += through_b;
  }
};

}  // namespace wrun::inline v0::interp
