#include "lib/os/parker.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

namespace wrun::inline v0::os {

namespace {

using Word = std::atomic<std::uint32_t>;
static_assert(Word::is_always_lock_free && sizeof(Word) == sizeof(std::uint32_t));

/// https://man7.org/linux/man-pages/man2/futex.2.html; FUTEX_WAIT_BITSET takes a point of
/// CLOCK_MONOTONIC, which is the steady clock.
void futex_wait(Word& word, std::uint32_t expected, const timespec* until) {
  ::syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, expected, until, nullptr,
            FUTEX_BITSET_MATCH_ANY);
}

void futex_wake_one(Word& word) {
  ::syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

timespec to_timespec(TimePoint when) {
  using std::chrono::nanoseconds;
  const auto since = std::chrono::duration_cast<nanoseconds>(when.time_since_epoch()).count();
  constexpr std::int64_t second = 1'000'000'000;
  return {static_cast<time_t>(since / second), static_cast<long>(since % second)};
}

}  // namespace

void Parker::park(std::optional<TimePoint> until) noexcept {
  std::uint32_t expected = idle;
  if (state_.compare_exchange_strong(expected, parked)) {
    timespec limit = {};
    if (until) limit = to_timespec(*until);
    futex_wait(state_, parked, until ? &limit : nullptr);
  }
  state_.store(idle);
}

void Parker::unpark() noexcept {
  if (state_.exchange(woken) != parked) return;
  const int saved_errno = errno;
  futex_wake_one(state_);
  errno = saved_errno;
}

}  // namespace wrun::inline v0::os
