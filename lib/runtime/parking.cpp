#include "lib/runtime/parking.hpp"

#include "lib/runtime/exec_state.hpp"

namespace wrun::inline v0::runtime {

std::optional<os::TimePoint> wait_end(std::int64_t nanoseconds) {
  if (nanoseconds < 0) return std::nullopt;
  const auto now = os::MonotonicClock::now();
  const std::chrono::nanoseconds length(nanoseconds);
  if (length > os::TimePoint::max() - now) return std::nullopt;
  return now + std::chrono::duration_cast<os::MonotonicClock::duration>(length);
}

void ParkingLot::Bucket::add(Waiter& waiter) {
  waiter.previous = last;
  (last ? last->next : first) = &waiter;
  last = &waiter;
}

void ParkingLot::Bucket::remove(Waiter& waiter) {
  (waiter.previous ? waiter.previous->next : first) = waiter.next;
  (waiter.next ? waiter.next->previous : last) = waiter.previous;
}

ParkingLot::Bucket& ParkingLot::bucket_of(std::uint64_t address) {
  // Words side by side come into different buckets, and so do the starts of cache lines.
  return buckets_[(address / 4 + address / 64) % bucket_count];
}

WaitResult ParkingLot::sleep(Bucket& bucket, std::unique_lock<std::mutex>& lock, Waiter& waiter,
                             const Waiting& waiting) {
  while (true) {
    // A wake-up comes first: whoever counted this waiter as woken must not have done so in vain.
    if (waiter.woken) return WaitResult::woken;
    const bool stopped = waiting.state && waiting.state->stop.load() != ExecState::Stop::none;
    const bool late = waiting.until && os::MonotonicClock::now() >= *waiting.until;
    if (stopped || late) {
      bucket.remove(waiter);
      return stopped ? WaitResult::stopped : WaitResult::timed_out;
    }
    lock.unlock();
    waiting.parker.park(waiting.until);
    lock.lock();
  }
}

WaitResult ParkingLot::wait(std::uint64_t address, const Waiting& waiting,
                            bool (*is_expected)(void* env), void* env) {
  Bucket& bucket = bucket_of(address);
  std::unique_lock lock(bucket.mutex);
  if (!is_expected(env)) return WaitResult::not_equal;
  Waiter waiter{address, waiting.parker};
  bucket.add(waiter);
  return sleep(bucket, lock, waiter, waiting);
}

std::uint32_t ParkingLot::notify(std::uint64_t address, std::uint32_t count) {
  Bucket& bucket = bucket_of(address);
  const std::lock_guard lock(bucket.mutex);
  std::uint32_t woken = 0;
  for (Waiter* waiter = bucket.first; waiter != nullptr && woken < count;) {
    Waiter& each = *waiter;
    waiter = waiter->next;
    if (each.address != address) continue;
    bucket.remove(each);
    each.woken = true;
    // Under the lock, without which the waiter can't leave and take its parker away.
    each.parker.unpark();
    ++woken;
  }
  return woken;
}

}  // namespace wrun::inline v0::runtime
