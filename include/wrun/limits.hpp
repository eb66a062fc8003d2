#pragma once

// Amounts that a store may use. Growth beyond a limit fails as WebAssembly says (memory.grow and
// table.grow give -1), instantiation with ErrorKind::limit; time and fuel stop the running call.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

namespace wrun {
inline namespace v0 {

/// A memory or table is about to be made (from 0) or to grow.
struct Growth {
  enum class Kind : std::uint8_t { memory, table };
  Kind kind = Kind::memory;
  std::uint64_t from = 0;  ///< bytes, or elements
  std::uint64_t to = 0;
  std::optional<std::uint64_t> declared_max = {};
};

/// What is absent is unlimited (but for the stack, which has the engine's size).
struct Limits {
  /// Of all the store's memories together.
  std::optional<std::uint64_t> memory_bytes = {};
  /// Of all the store's tables together.
  std::optional<std::uint64_t> table_elements = {};
  /// Alive at once.
  std::optional<std::uint64_t> instances = {};
  /// Of all structures, arrays and host references together, in whole blocks of 32 KiB for small
  /// ones. Beyond it, after a collection, what allocates ends in ErrorKind::limit.
  std::optional<std::uint64_t> heap_bytes = {};
  /// Instructions from now on; used up, the call ends with ErrorKind::limit. Needs Config::fuel.
  std::optional<std::uint64_t> fuel = {};
  /// WebAssembly stack; at most the engine's stack_bytes.
  std::optional<std::uint64_t> stack_bytes = {};
  /// When running code is stopped with ErrorKind::limit, and no more is started. The first
  /// deadline starts a timer thread, which the engine owns.
  std::optional<std::chrono::steady_clock::time_point> deadline = {};
  /// Whether memory.atomic.wait may block the thread; if not, it traps.
  bool may_wait = true;
  /// Asked before anything grows within the limits; false refuses. May be empty. Runs on the
  /// store's thread, inside WebAssembly: uses of the store fail. An exception refuses, too.
  std::function<bool(const Growth&)> may_grow = {};
};

/// What host functions did for the store's instances, as far as they report it (Caller::report):
/// WASI's do.
struct HostWork {
  std::uint64_t bytes_in = 0;   ///< given to the guest
  std::uint64_t bytes_out = 0;  ///< taken from it
  /// Spent in the host, sleeps included. Absent: not measured.
  std::optional<std::chrono::nanoseconds> time = {};
};

/// What a store or budget has used. Absent: not measured, which is not the same as 0.
struct Usage {
  std::optional<std::uint64_t> instructions = {};  ///< measured with Config::fuel
  std::uint64_t host_calls = 0;
  std::uint64_t waits = 0;                 ///< times that memory.atomic.wait slept, or tried to
  std::optional<HostWork> host_work = {};  ///< of stores; absent if nothing reported any
  std::uint64_t memory_bytes = 0;          ///< now
  std::uint64_t memory_peak_bytes = 0;
  std::uint64_t heap_bytes = 0;  ///< now, with what the next collection will free
  std::uint64_t heap_peak_bytes = 0;
  std::uint64_t table_elements = 0;  ///< now
  std::uint64_t instances = 0;       ///< now
};

}  // namespace v0
}  // namespace wrun
