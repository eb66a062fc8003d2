#pragma once

// Runs callbacks at points in time, on one thread that is started when the first is set. That
// thread blocks all signals. Thread-safe.

#include <cstdint>
#include <memory>
#include <optional>

#include "lib/os/clock.hpp"

namespace wrun::inline v0::os {

class Timer {
 public:
  using Callback = void (*)(void* env) noexcept;
  using Id = std::uint64_t;

  Timer();
  /// Ends the thread; what is still set doesn't run.
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// Runs callback(env) once, at `when` or soon after; at once if that is past. Nothing if the
  /// thread couldn't be started or there is no memory. The callback should be quick.
  std::optional<Id> set(TimePoint when, Callback callback, void* env) noexcept;

  /// After this returns, the callback of `id` isn't running and won't run, unless a callback
  /// cancels itself. True if it didn't run.
  bool cancel(Id id) noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wrun::inline v0::os
