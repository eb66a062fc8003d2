#pragma once

// The time that a store's calls take: charged to its account, and the calls stopped when it is used
// up. Time is only looked at when calls begin and end, and by the timer's thread, as often as the
// amount that is left asks for.

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

#include "lib/os/clock.hpp"
#include "lib/os/thread_clock.hpp"
#include "lib/os/timer.hpp"
#include "lib/runtime/limits.hpp"

namespace wrun::inline v0::runtime {

class Store;

class TimeMeter {
 public:
  /// Without a timer, time is checked at the ends of calls only.
  TimeMeter(Store& store, std::shared_ptr<os::Timer> timer);
  ~TimeMeter();
  TimeMeter(const TimeMeter&) = delete;
  TimeMeter& operator=(const TimeMeter&) = delete;

  // On the store's thread: the outermost call begins and ends.

  void begin() noexcept;
  void end() noexcept;
  /// Charges what was used until now.
  void settle() noexcept;
  /// The same; then, until resume(), the timer's thread neither looks at the limits nor tells of
  /// them, so that they may be replaced. It may be the one that is telling of them and calls this.
  void pause() noexcept;
  void resume() noexcept;

 private:
  using Lock = std::unique_lock<std::mutex>;
  using Id = os::Timer::Id;

  /// What there is to tell after the mutex was let go of: who is told may use time himself.
  struct Notices {
    Account::Notices wall;
    Account::Notices cpu;

    void tell(CallbackLock* lock) const noexcept;
  };

  Notices charge();
  void stop_if_used_up();
  void watch(Lock& lock);
  std::optional<std::chrono::nanoseconds> until_next() const;
  void arm(Lock& lock);
  void tick() noexcept;
  /// A tick that has charged may be telling still. Never waits for itself.
  void await_ticks(Lock& lock) noexcept;

  Store& store_;
  std::shared_ptr<os::Timer> timer_;
  std::mutex mutex_;
  bool is_running_ = false;
  os::TimePoint wall_;  // until then everything is charged
  os::ThreadClock clock_;
  std::chrono::nanoseconds cpu_{};
  std::optional<Id> alarm_;
  std::optional<Id> ticked_;  // the last alarm that ran
  os::TimePoint alarm_at_;
};

}  // namespace wrun::inline v0::runtime
