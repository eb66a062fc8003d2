#pragma once

// SharedMemory: a linear memory that several stores use at once, each on a thread of its own. It
// belongs to an engine and lives as long as a store or a copy of this refers to it. Thread-safe.
// One that was moved from is empty: of size 0, and ErrorKind::usage otherwise.
//
// Others may write to it at any time, so the host has no span of it: it copies, and it works on
// single numbers atomically. Errors of accesses: trap (out of bounds, unaligned), as Memory's.
//
// https://github.com/WebAssembly/threads

#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>

#include <wrun/budget.hpp>
#include <wrun/detail/shared.hpp>
#include <wrun/detail/standard.hpp>
#include <wrun/engine.hpp>
#include <wrun/export.hpp>
#include <wrun/memory.hpp>
#include <wrun/result.hpp>
#include <wrun/types.hpp>

namespace wrun {
inline namespace v0 {

namespace api {
struct SharedMemoryState;
}

class SharedMemory {
 public:
  /// A new one of the type's minimum, all zeros; its maximum is reserved at once. The type is
  /// shared and has a maximum. Errors: usage (another type), limit.
  WRUN_API static Result<SharedMemory> make(const Engine& engine, const MemoryType& type);
  /// The same, counted by a budget for as long as it lives.
  WRUN_API static Result<SharedMemory> make(const Engine& engine, const MemoryType& type,
                                            const Budget& budget);

  /// As a memory of a store, whose limits count it as well. Errors: usage, limit.
  WRUN_API Result<Memory> in(Store& store) const;

  /// The minimum is the present size.
  WRUN_API MemoryType type() const;
  /// In bytes; never shrinks.
  WRUN_API std::uint64_t size() const noexcept;
  /// By pages; the former size, in pages. Errors: limit.
  WRUN_API Result<std::uint64_t> grow(std::uint64_t pages) const;

  /// Copies from the memory. What others write meanwhile may be there in part. Any thread.
  /// Errors: trap (out of bounds).
  WRUN_API Result<void> copy_out(std::uint64_t address, std::span<std::uint8_t> to) const;
  /// Copies to the memory. What others read meanwhile may be old in part. Any thread. Errors: trap
  /// (out of bounds).
  WRUN_API Result<void> copy_in(std::uint64_t address, std::span<const std::uint8_t> from) const;

  /// Atomic, sequentially consistent; T is an integer, and the address a multiple of its size.
  /// Any thread. Errors: trap (out of bounds, unaligned).
  template <class T>
  Result<T> load(std::uint64_t address) const {
    return access<T>(Access::load, address, T(), T());
  }
  /// Writes what load() reads. Any thread. Errors: as load().
  template <class T>
  Result<void> store(std::uint64_t address, T value) const {
    auto done = access<T>(Access::store, address, value, T());
    if (!done) return std::move(done).error();
    return {};
  }
  /// Adds, wrapping around, and returns what was there before. Any thread. Errors: as load().
  template <class T>
  Result<T> fetch_add(std::uint64_t address, T value) const {
    return access<T>(Access::add, address, value, T());
  }
  /// Writes, and returns what was there before. Any thread. Errors: as load().
  template <class T>
  Result<T> exchange(std::uint64_t address, T value) const {
    return access<T>(Access::exchange, address, value, T());
  }
  /// Writes where `expected` is there, and returns what was there before. Any thread. Errors: as
  /// load().
  template <class T>
  Result<T> compare_exchange(std::uint64_t address, T expected, T value) const {
    return access<T>(Access::compare_exchange, address, expected, value);
  }

  // As memory.atomic.wait and memory.atomic.notify.

  enum class WaitResult : std::uint8_t { woken, not_equal, timed_out };
  /// Sleeps if the number at the address is the expected one. T is of 4 or 8 bytes. The timeout
  /// is std::chrono's nanoseconds, or what becomes such; without one, only a notify() ends the
  /// sleep.
  template <class T, class Timeout = std::nullopt_t>
  Result<WaitResult> wait(std::uint64_t address, T expected, Timeout timeout = std::nullopt) const {
    static_assert(std::is_integral_v<T> && (sizeof(T) == 4 || sizeof(T) == 8));
    return wait(address, sizeof(T), to_bits(expected), timeout);
  }
  /// Wakes those that have waited longest, `count` at most; returns how many.
  WRUN_API Result<std::uint32_t> notify(std::uint64_t address, std::uint32_t count) const;

  /// Whether both are the same memory.
  friend bool operator==(const SharedMemory& a, const SharedMemory& b) { return a.same(b); }

 private:
  friend struct SharedMemoryAccess;
  explicit SharedMemory(detail::Shared<const api::SharedMemoryState> state)
      : state_(std::move(state)) {}

  enum class Access : std::uint8_t { load, store, add, exchange, compare_exchange };
  WRUN_API Result<std::uint64_t> access(Access what, std::uint64_t address, unsigned size,
                                        std::uint64_t a, std::uint64_t b) const;
  WRUN_API Result<WaitResult> wait(std::uint64_t address, unsigned size, std::uint64_t expected,
                                   std::optional<std::chrono::nanoseconds> timeout) const;
  WRUN_API bool same(const SharedMemory& other) const noexcept;

  template <class T>
  static std::uint64_t to_bits(T value) {
    return static_cast<std::uint64_t>(static_cast<std::make_unsigned_t<T>>(value));
  }
  template <class T>
  Result<T> access(Access what, std::uint64_t address, T a, T b) const {
    static_assert(std::is_integral_v<T> && !std::is_same_v<T, bool> && sizeof(T) <= 8);
    auto before = access(what, address, unsigned{sizeof(T)}, to_bits(a), to_bits(b));
    if (!before) return std::move(before).error();
    return static_cast<T>(*before);
  }

  detail::Shared<const api::SharedMemoryState> state_;
};

}  // namespace v0
}  // namespace wrun
