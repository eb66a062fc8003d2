#pragma once

// A stack for WebAssembly frames: reserved at once, memory taken as it is touched, inaccessible
// pages at both ends.

#include <cstddef>
#include <cstdint>
#include <optional>

#include "lib/os/mapping.hpp"

namespace wrun::inline v0::os {

class Stack {
 public:
  Stack() = default;

  /// Room for `bytes`, rounded up to whole pages. Nothing if the address space isn't to be had.
  static std::optional<Stack> create(std::uint64_t bytes) noexcept;

  std::uint8_t* begin() const { return mapping_.data() + page_size(); }
  std::uint8_t* end() const { return mapping_.data() + mapping_.size() - page_size(); }
  std::size_t size() const { return static_cast<std::size_t>(end() - begin()); }
  explicit operator bool() const { return static_cast<bool>(mapping_); }

  /// Gives back the memory that was touched, but for the first `kept` bytes, whole pages; the
  /// others become zeros. False if the system refuses.
  bool reset(std::size_t kept = 0) noexcept {
    return mapping_.decommit(page_size() + kept, size() - kept);
  }

 private:
  Mapping mapping_;
};

}  // namespace wrun::inline v0::os
