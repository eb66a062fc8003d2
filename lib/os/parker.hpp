#pragma once

// Where one thread sleeps until another, or a signal handler, wakes it. A wake-up that comes before
// the sleep isn't lost: the next sleep ends at once. Sleepers look for themselves why they woke,
// and may wake for no reason.

#include <atomic>
#include <cstdint>
#include <optional>

#include "lib/os/clock.hpp"

namespace wrun::inline v0::os {

class Parker {
 public:
  Parker() = default;
  Parker(const Parker&) = delete;
  Parker& operator=(const Parker&) = delete;

  /// Sleeps until unpark(), or until that time. One thread at a time.
  void park(std::optional<TimePoint> until) noexcept;
  /// Any thread, also a signal handler.
  void unpark() noexcept;

 private:
  enum State : std::uint32_t { idle, parked, woken };
  std::atomic<std::uint32_t> state_{idle};
};

}  // namespace wrun::inline v0::os
