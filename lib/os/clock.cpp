#include "lib/os/clock.hpp"

#include <time.h>

namespace wrun::inline v0::os {

std::chrono::nanoseconds thread_cpu_time() noexcept {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace wrun::inline v0::os
