#pragma once

// The clocks that the library itself needs; a guest's clocks are capabilities.

#include <chrono>

namespace wrun::inline v0::os {

using MonotonicClock = std::chrono::steady_clock;
using TimePoint = MonotonicClock::time_point;

/// CPU time that the calling thread has used.
std::chrono::nanoseconds thread_cpu_time() noexcept;

}  // namespace wrun::inline v0::os
