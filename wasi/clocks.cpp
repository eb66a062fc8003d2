#include <wrun/wasi/clocks.hpp>

#include <poll.h>

#include <algorithm>
#include <limits>

#include <wrun/wasi/streams.hpp>

namespace wrun::inline v0::wasi {

namespace {

Timestamp saturating_add(Timestamp a, Timestamp b) {
  const Timestamp most = std::numeric_limits<Timestamp>::max();
  return a > most - b ? most : a + b;
}

bool is_clock(ClockId clock) {
  return clock <= ClockId::thread_cpu;
}

class FixedClock final : public Clocks {
 public:
  FixedClock(Timestamp wall, Timestamp monotonic) : wall_(wall), monotonic_(monotonic) {}

  Outcome<Timestamp> now(ClockId clock, Timestamp) override {
    if (!is_clock(clock)) return Errno::inval;
    return clock == ClockId::wall ? wall_ : monotonic_;
  }
  Outcome<Timestamp> resolution(ClockId clock) override {
    if (!is_clock(clock)) return Errno::inval;
    return Timestamp{1};
  }
  Outcome<std::unique_ptr<Pollable>> at(ClockId clock, Timestamp) override {
    if (!is_clock(clock)) return Errno::inval;
    return always_ready();
  }

 private:
  Timestamp wall_;
  Timestamp monotonic_;
};

class ManualSleep final : public Pollable {
 public:
  ManualSleep(std::shared_ptr<Event> wake) : wake_(std::move(wake)) {}
  bool ready() override { return wake_->is_set(); }
  Source source() override {
    if (wake_->fd() >= 0) return {.fd = wake_->fd(), .events = POLLIN, .at = {}};
    return {.fd = -1, .events = 0, .at = saturating_add(steady_now(), 1'000'000)};
  }

 private:
  std::shared_ptr<Event> wake_;
};

}  // namespace

std::shared_ptr<Clocks> fixed_clock(Timestamp wall, Timestamp monotonic) {
  return std::make_shared<FixedClock>(wall, monotonic);
}

void ManualClock::advance(Timestamp nanoseconds) {
  const std::lock_guard lock(mutex_);
  wall_ = saturating_add(wall_, nanoseconds);
  monotonic_ = saturating_add(monotonic_, nanoseconds);
  std::erase_if(sleepers_, [this](const Sleeper& sleeper) {
    const std::shared_ptr<Event> wake = sleeper.wake.lock();
    if (wake && sleeper.monotonic <= monotonic_) wake->set();
    return !wake || sleeper.monotonic <= monotonic_;
  });
}

Outcome<Timestamp> ManualClock::now(ClockId clock, Timestamp) {
  if (!is_clock(clock)) return Errno::inval;
  const std::lock_guard lock(mutex_);
  return clock == ClockId::wall ? wall_ : monotonic_;
}

Outcome<Timestamp> ManualClock::resolution(ClockId clock) {
  if (!is_clock(clock)) return Errno::inval;
  return Timestamp{1};
}

Outcome<std::unique_ptr<Pollable>> ManualClock::at(ClockId clock, Timestamp when) {
  if (!is_clock(clock)) return Errno::inval;
  const std::lock_guard lock(mutex_);
  const Timestamp now = clock == ClockId::wall ? wall_ : monotonic_;
  const Timestamp left = when > now ? when - now : 0;
  auto wake = std::make_shared<Event>();
  if (left == 0) {
    wake->set();
  } else {
    std::erase_if(sleepers_, [](const Sleeper& sleeper) { return sleeper.wake.expired(); });
    sleepers_.push_back({saturating_add(monotonic_, left), wake});
  }
  return std::unique_ptr<Pollable>(std::make_unique<ManualSleep>(std::move(wake)));
}

}  // namespace wrun::inline v0::wasi
