#include "lib/runtime/time_meter.hpp"

#include <algorithm>
#include <utility>

#include "lib/runtime/store.hpp"

namespace wrun::inline v0::runtime {

namespace {

using std::chrono::nanoseconds;

/// How soon to look again, at the least.
constexpr nanoseconds shortest = std::chrono::microseconds(200);
/// How late, at the most, where other stores may use the same time up.
constexpr nanoseconds longest_shared = std::chrono::milliseconds(10);

/// What may be used before something has to happen; nothing if nothing will.
std::optional<nanoseconds> left(const Meter& meter) {
  std::uint64_t least = unlimited;
  const std::uint64_t now = meter.now();
  for (const std::uint64_t bound : {meter.cap(), meter.soft()}) {
    if (bound != unlimited && bound >= now) least = std::min(least, bound - now);
  }
  if (least == unlimited) return std::nullopt;
  return nanoseconds(static_cast<std::int64_t>(std::min<std::uint64_t>(least, 1ull << 60)));
}

std::uint64_t amount(nanoseconds time) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0));
}

}  // namespace

TimeMeter::TimeMeter(Store& store, std::shared_ptr<os::Timer> timer)
    : store_(store), timer_(std::move(timer)) {}

TimeMeter::~TimeMeter() {
  Lock lock(mutex_);
  is_running_ = false;
  await_ticks(lock);
}

void TimeMeter::begin() noexcept {
  store_.account().budget().running.fetch_add(1, std::memory_order_relaxed);
  Lock lock(mutex_);
  is_running_ = true;
  wall_ = os::MonotonicClock::now();
  clock_ = os::ThreadClock::current();
  cpu_ = clock_.now();
  watch(lock);
}

void TimeMeter::end() noexcept {
  Account& account = store_.account();
  Lock lock(mutex_);
  const Notices notices = charge();
  is_running_ = false;
  account.budget().running.fetch_sub(1, std::memory_order_relaxed);
  lock.unlock();
  notices.tell(account.lock());
}

void TimeMeter::settle() noexcept {
  Lock lock(mutex_);
  if (!is_running_) return;
  const Notices notices = charge();
  lock.unlock();
  notices.tell(store_.account().lock());
}

void TimeMeter::pause() noexcept {
  settle();
  Lock lock(mutex_);
  await_ticks(lock);
}

void TimeMeter::resume() noexcept {
  Lock lock(mutex_);
  if (is_running_) watch(lock);
}

void TimeMeter::Notices::tell(CallbackLock* lock) const noexcept {
  wall.tell(lock);
  cpu.tell(lock);
}

TimeMeter::Notices TimeMeter::charge() {
  const os::TimePoint wall = os::MonotonicClock::now();
  const nanoseconds cpu = clock_.now();
  Account& account = store_.account();
  return {account.charge(Resource::wall_time, amount(wall - std::exchange(wall_, wall))),
          account.charge(Resource::cpu_time, amount(cpu - std::exchange(cpu_, cpu)))};
}

void TimeMeter::stop_if_used_up() {
  for (const Resource resource : {Resource::wall_time, Resource::cpu_time}) {
    const Account::UsedUp whose = store_.account().used_up(resource);
    if (whose != Account::UsedUp::no) store_.stop_late(resource, whose);
  }
}

void TimeMeter::watch(Lock& lock) {
  stop_if_used_up();
  arm(lock);
}

/// CPU time passes no faster than time does.
std::optional<nanoseconds> TimeMeter::until_next() const {
  std::optional<nanoseconds> next;
  const auto consider = [&](nanoseconds time) { next = next ? std::min(*next, time) : time; };
  Account& account = store_.account();
  for (const Resource resource : {Resource::wall_time, Resource::cpu_time}) {
    if (const auto own = left(account.used(resource))) consider(*own);
    const auto shared = left(account.budget()[resource]);
    if (!shared) continue;
    const auto running = std::max(account.budget().running.load(std::memory_order_relaxed), 1u);
    consider(std::min(*shared / running, longest_shared));
  }
  if (next) next = std::max(*next, shortest);
  return next;
}

// Nobody holds the mutex while an alarm is cancelled: cancel() waits for tick().
void TimeMeter::arm(Lock& lock) {
  const auto next = until_next();
  if (!next || !timer_) return;
  const os::TimePoint wanted = os::MonotonicClock::now() + *next;
  if (alarm_ && alarm_at_ <= wanted) return;
  if (alarm_) {
    const Id late = *alarm_;
    lock.unlock();
    timer_->cancel(late);
    lock.lock();
    if (alarm_ && *alarm_ != late) return;  // it ran, and set the next one
  }
  alarm_at_ = wanted;
  alarm_ = timer_->set(
      wanted, [](void* self) noexcept { static_cast<TimeMeter*>(self)->tick(); }, this);
}

void TimeMeter::await_ticks(Lock& lock) noexcept {
  const auto alarm = std::exchange(alarm_, std::nullopt);
  const auto ticked = ticked_;
  lock.unlock();
  if (alarm) timer_->cancel(*alarm);
  if (ticked) timer_->cancel(*ticked);
}

// Who is told may end the store where its call is over: nothing of it is used after that.
void TimeMeter::tick() noexcept {
  Lock lock(mutex_);
  if (!alarm_) return;
  ticked_ = std::exchange(alarm_, std::nullopt);
  if (!is_running_) return;
  const Notices notices = charge();
  watch(lock);
  lock.unlock();
  notices.tell(nullptr);
}

}  // namespace wrun::inline v0::runtime
