#include <wrun/wasi/poll.hpp>

#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "wasi/posix/timespec.hpp"

namespace wrun::inline v0::wasi {

namespace {

/// How often to look where there is nothing to be woken by.
constexpr Timestamp slice = 1'000'000;

std::optional<Timestamp> earlier(std::optional<Timestamp> a, std::optional<Timestamp> b) {
  if (!a) return b;
  if (!b) return a;
  return std::min(*a, *b);
}

/// What one sleep waits for.
struct Sleep {
  std::vector<pollfd> fds;
  std::optional<Timestamp> until;

  void add(const Pollable::Source& source) {
    if (source.fd >= 0) fds.push_back({source.fd, source.events, 0});
    until = earlier(until, source.at);
  }

  void add(const Interrupt& interrupt) {
    if (interrupt.fd() >= 0) {
      fds.push_back({interrupt.fd(), POLLIN, 0});
    } else {
      until = earlier(until, steady_now() + slice);
    }
  }

  /// One entry for each descriptor: poll(2) refuses more entries than the process may open.
  void merge() {
    std::sort(fds.begin(), fds.end(), [](const pollfd& a, const pollfd& b) { return a.fd < b.fd; });
    std::size_t kept = 0;
    for (const pollfd& each : fds) {
      if (kept != 0 && fds[kept - 1].fd == each.fd) {
        fds[kept - 1].events = static_cast<short>(fds[kept - 1].events | each.events);
      } else {
        fds[kept++] = each;
      }
    }
    fds.resize(kept);
  }

  void run() {
    merge();
    timespec left = {};
    if (until) {
      const Timestamp now = steady_now();
      const Timestamp nanoseconds = *until > now ? *until - now : 0;
      left.tv_sec = static_cast<time_t>(nanoseconds / second);
      left.tv_nsec = static_cast<long>(nanoseconds % second);
    }
    // A failure (EINTR, or ENOMEM) leads to another look at everything, as a wake-up does.
    ::ppoll(fds.data(), static_cast<nfds_t>(fds.size()), until ? &left : nullptr, nullptr);
  }
};

bool any_ready(std::span<Pollable* const> pollables) {
  return std::any_of(pollables.begin(), pollables.end(),
                     [](Pollable* pollable) { return pollable->ready(); });
}

bool any_set(std::span<const Interrupt* const> interrupts) {
  return std::any_of(interrupts.begin(), interrupts.end(),
                     [](const Interrupt* interrupt) { return interrupt->is_set(); });
}

}  // namespace

Timestamp steady_now() {
  timespec now = {};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<Timestamp>(now.tv_sec) * second + static_cast<Timestamp>(now.tv_nsec);
}

Event::Event() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Event::~Event() {
  if (fd_ >= 0) ::close(fd_);
}

void Event::set() noexcept {
  set_.store(true, std::memory_order_release);
  if (fd_ < 0) return;
  const int saved_errno = errno;
  const std::uint64_t one = 1;
  // It fails only when the counter is at its end, and then sleepers are awake already.
  [[maybe_unused]] const ssize_t written = ::write(fd_, &one, sizeof one);
  errno = saved_errno;
}

void Event::clear() noexcept {
  set_.store(false, std::memory_order_release);
  if (fd_ < 0) return;
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t read = ::read(fd_, &count, sizeof count);
}

WaitResult wait(std::span<Pollable* const> pollables, std::optional<Timestamp> deadline,
                std::span<const Interrupt* const> interrupts) {
  while (true) {
    if (any_set(interrupts)) return WaitResult::interrupted;
    if (any_ready(pollables)) return WaitResult::ready;
    if (deadline && steady_now() >= *deadline) return WaitResult::timed_out;
    Sleep sleep;
    sleep.until = deadline;
    for (const Interrupt* interrupt : interrupts) sleep.add(*interrupt);
    for (Pollable* pollable : pollables) sleep.add(pollable->source());
    // An interrupt that was set before its descriptor was asked for didn't make it readable.
    if (any_set(interrupts)) return WaitResult::interrupted;
    sleep.run();
  }
}

}  // namespace wrun::inline v0::wasi
