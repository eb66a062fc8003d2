#include <wrun/wasi/clocks.hpp>

#include <time.h>

#include <algorithm>
#include <limits>

#include "wasi/posix/timespec.hpp"

namespace wrun::inline v0::wasi {

namespace {

std::optional<clockid_t> host_clock(ClockId clock) {
  switch (clock) {
    case ClockId::wall:
      return CLOCK_REALTIME;
    case ClockId::monotonic:
      return CLOCK_MONOTONIC;
    case ClockId::process_cpu:
      return CLOCK_PROCESS_CPUTIME_ID;
    case ClockId::thread_cpu:
      return CLOCK_THREAD_CPUTIME_ID;
  }
  return std::nullopt;
}

Timestamp read_clock(clockid_t clock) {
  timespec time = {};
  ::clock_gettime(clock, &time);
  return nanoseconds(time);
}

class ClockPollable final : public Pollable {
 public:
  ClockPollable(clockid_t clock, Timestamp when) : clock_(clock), when_(when) {}
  bool ready() override { return read_clock(clock_) >= when_; }
  Source source() override {
    const Timestamp now = read_clock(clock_);
    Timestamp left = when_ > now ? when_ - now : 0;
    // The wall clock may be set while we sleep, and CPU clocks don't follow the steady one.
    if (clock_ == CLOCK_REALTIME) left = std::min(left, second);
    if (clock_ != CLOCK_REALTIME && clock_ != CLOCK_MONOTONIC) left = std::min(left, second / 100);
    const Timestamp steady = steady_now();
    const Timestamp most = std::numeric_limits<Timestamp>::max();
    return {.fd = -1, .events = 0, .at = left > most - steady ? most : steady + left};
  }

 private:
  clockid_t clock_;
  Timestamp when_;
};

class SystemClock final : public Clocks {
 public:
  Outcome<Timestamp> now(ClockId clock, Timestamp) override {
    const auto host = host_clock(clock);
    if (!host) return Errno::inval;
    return read_clock(*host);
  }
  Outcome<Timestamp> resolution(ClockId clock) override {
    const auto host = host_clock(clock);
    timespec time = {};
    if (!host || ::clock_getres(*host, &time) != 0) return Errno::inval;
    return std::max<Timestamp>(nanoseconds(time), 1);
  }
  Outcome<std::unique_ptr<Pollable>> at(ClockId clock, Timestamp when) override {
    const auto host = host_clock(clock);
    if (!host) return Errno::inval;
    return std::unique_ptr<Pollable>(std::make_unique<ClockPollable>(*host, when));
  }
};

}  // namespace

std::shared_ptr<Clocks> system_clock() {
  return std::make_shared<SystemClock>();
}

}  // namespace wrun::inline v0::wasi
