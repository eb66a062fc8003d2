#pragma once

// Reservations of memories that are gone, for the next memories: what costs most of a small memory
// is asking the system for its address space, and giving it back. Thread-safe.

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "lib/os/mapping.hpp"

namespace wrun::inline v0::runtime {

class MemorySlots {
 public:
  /// Address space of memory_reservation bytes, the first `bytes` of them accessible and zero, the
  /// others inaccessible. Nothing if the system refuses.
  std::optional<os::Mapping> take(std::uint64_t bytes) noexcept;
  /// The same if one is idle; else nothing.
  std::optional<os::Mapping> take_idle(std::uint64_t bytes) noexcept;
  /// Whether the system gives such address space. If so, it waits for the first memory.
  bool try_one() noexcept;
  /// Takes one back whose first `bytes` are accessible. What was touched goes back to the system,
  /// but for few pages of small memories when many come and go.
  void give(os::Mapping mapping, std::uint64_t bytes) noexcept;

 private:
  struct Slot {
    os::Mapping mapping;
    std::size_t accessible = 0;
  };
  /// As many small ones as live between two collections, and more.
  static constexpr std::size_t most = 256;

  std::optional<Slot> find_idle(std::size_t bytes) noexcept;
  static std::optional<os::Mapping> resize(std::optional<Slot> slot, std::size_t size) noexcept;
  bool clear(os::Mapping& mapping, std::size_t size) noexcept;

  std::atomic<std::uint32_t> came_back_{0};
  std::mutex mutex_;
  std::vector<Slot> idle_;
};

}  // namespace wrun::inline v0::runtime
