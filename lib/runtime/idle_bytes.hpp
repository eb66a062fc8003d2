#pragma once

// How much an engine's pools keep of instances and host functions that are gone: each has a bound
// of its own, and this is the one for all of them, however many modules there are. Thread-safe.

#include <atomic>
#include <cstddef>

#include <wrun/version.hpp>

namespace wrun::inline v0::runtime {

class IdleBytes {
 public:
  static constexpr std::size_t usual_most = 64 * 1024 * 1024;

  explicit IdleBytes(std::size_t most = usual_most) : most_(most) {}

  /// Whether so much more may be kept; if so, it counts until it is given back.
  bool take(std::size_t bytes) noexcept {
    if (used_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= most_) return true;
    give(bytes);
    return false;
  }
  void give(std::size_t bytes) noexcept { used_.fetch_sub(bytes, std::memory_order_relaxed); }
  std::size_t used() const noexcept { return used_.load(std::memory_order_relaxed); }

 private:
  const std::size_t most_;
  std::atomic<std::size_t> used_{0};
};

}  // namespace wrun::inline v0::runtime
