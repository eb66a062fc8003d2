#pragma once

// Between the host's times and timestamps, which are nanoseconds.

#include <time.h>

#include <wrun/wasi/poll.hpp>

namespace wrun::inline v0::wasi {

inline constexpr Timestamp second = 1'000'000'000;

/// Before 1970, where a timestamp can't reach, it is 1970.
inline Timestamp nanoseconds(const timespec& time) {
  if (time.tv_sec < 0) return 0;
  return static_cast<Timestamp>(time.tv_sec) * second + static_cast<Timestamp>(time.tv_nsec);
}

}  // namespace wrun::inline v0::wasi
