#include "lib/os/thread_clock.hpp"

#include <pthread.h>
#include <time.h>

namespace wrun::inline v0::os {

ThreadClock ThreadClock::current() noexcept {
  ThreadClock clock;
  clock.id_ = CLOCK_THREAD_CPUTIME_ID;
  clockid_t id = 0;
  if (pthread_getcpuclockid(pthread_self(), &id) == 0) clock.id_ = id;
  return clock;
}

std::chrono::nanoseconds ThreadClock::now() const noexcept {
  timespec now{};
  clock_gettime(id_, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace wrun::inline v0::os
