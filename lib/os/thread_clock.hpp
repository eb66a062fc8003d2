#pragma once

// A thread's CPU time, for other threads to read.

#include <chrono>

namespace wrun::inline v0::os {

/// Good as long as its thread lives.
class ThreadClock {
 public:
  /// Of the calling thread.
  static ThreadClock current() noexcept;
  std::chrono::nanoseconds now() const noexcept;

 private:
  int id_ = 0;
};

}  // namespace wrun::inline v0::os
