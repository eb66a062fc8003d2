#include "lib/os/timer.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <new>
#include <unordered_map>
#include <utility>

#include "lib/os/thread.hpp"

namespace wrun::inline v0::os {

struct Timer::Impl {
  struct Alarm {
    Callback callback;
    void* env;
  };
  using Key = std::pair<TimePoint, Id>;

  std::mutex mutex;
  std::condition_variable changed;  // for the thread: an earlier alarm, or the end
  std::condition_variable ran;      // for cancel(): a callback returned
  std::map<Key, Alarm> alarms;
  std::unordered_map<Id, TimePoint> times;
  Id last_id = 0;
  Id running = 0;
  bool ending = false;
  Thread thread;

  bool start();
  void run();
  void run_first(std::unique_lock<std::mutex>& lock);
  Id add(TimePoint when, Alarm alarm);
};

// Callbacks are small, so the stack is too.
bool Timer::Impl::start() {
  constexpr std::size_t stack_size = 256 * 1024;
  const auto body = [](void* self) { static_cast<Impl*>(self)->run(); };
  return thread.start(stack_size, body, this);
}

void Timer::Impl::run() {
  std::unique_lock lock(mutex);
  while (!ending) {
    if (alarms.empty()) {
      changed.wait(lock);
      continue;
    }
    const TimePoint when = alarms.begin()->first.first;
    if (when > MonotonicClock::now()) {
      changed.wait_until(lock, when);
    } else {
      run_first(lock);
    }
  }
}

void Timer::Impl::run_first(std::unique_lock<std::mutex>& lock) {
  const auto first = alarms.begin();
  const Alarm alarm = first->second;
  running = first->first.second;
  times.erase(running);
  alarms.erase(first);
  lock.unlock();
  alarm.callback(alarm.env);
  lock.lock();
  running = 0;
  ran.notify_all();
}

Timer::Id Timer::Impl::add(TimePoint when, Alarm alarm) {
  const Id id = ++last_id;
  times.emplace(id, when);
  try {
    alarms.emplace(Key(when, id), alarm);
  } catch (...) {
    times.erase(id);
    throw;
  }
  return id;
}

Timer::Timer() : impl_(std::make_unique<Impl>()) {}

Timer::~Timer() {
  if (!impl_->thread.started()) return;
  if (impl_->thread.is_left_behind()) {
    // What waits here for a thread that isn't would wait for ever.
    static_cast<void>(impl_.release());
    return;
  }
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->ending = true;
  }
  impl_->changed.notify_one();
  impl_->thread.join();
}

std::optional<Timer::Id> Timer::set(TimePoint when, Callback callback, void* env) noexcept try {
  const std::lock_guard lock(impl_->mutex);
  if (!impl_->thread.started() && !impl_->start()) return std::nullopt;
  const Id id = impl_->add(when, {callback, env});
  impl_->changed.notify_one();
  return id;
} catch (const std::bad_alloc&) {
  return std::nullopt;
}

bool Timer::cancel(Id id) noexcept {
  std::unique_lock lock(impl_->mutex);
  const auto found = impl_->times.find(id);
  if (found != impl_->times.end()) {
    impl_->alarms.erase({found->second, id});
    impl_->times.erase(found);
    return true;
  }
  if (impl_->thread.is_this()) return false;
  impl_->ran.wait(lock, [&] { return impl_->running != id; });
  return false;
}

}  // namespace wrun::inline v0::os
