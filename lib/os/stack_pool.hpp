#pragma once

// Stacks that nobody runs on, kept for the next who needs one. Thread-safe.

#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "lib/os/stack.hpp"

namespace wrun::inline v0::os {

class StackPool {
 public:
  /// From which end a stack is used; by machine code, down.
  enum class Growth : std::uint8_t { up, down };

  /// One of that size, its contents zeros; a new one if none is left. Nothing if the address space
  /// isn't to be had.
  std::optional<Stack> take(std::uint64_t bytes) noexcept;
  /// Gives the memory that was touched back to the system, but for the first two pages of one that
  /// grows up: the next one who has it touches them, too.
  void give(Stack stack, Growth growth) noexcept;

 private:
  static constexpr std::size_t most = 64;
  std::mutex mutex_;
  std::vector<Stack> stacks_;
};

}  // namespace wrun::inline v0::os
