// What running code uses besides objects, and what happens when that is used up.

#include <algorithm>
#include <utility>

#include "lib/runtime/store.hpp"
#include "lib/runtime/trap.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::runtime {

namespace {

using UsedUp = Account::UsedUp;

Error used_up(Resource resource, UsedUp whose) noexcept try {
  Error::Details details;
  if (resource == Resource::wall_time || resource == Resource::cpu_time)
    details.trap = TrapCode::deadline;
  return Error(
      ErrorKind::limit,
      compose("used up: the {}'s {}", whose == UsedUp::store ? "store" : "budget", text(resource)),
      std::move(details));
} catch (...) {
  return Error(ErrorKind::limit, "used up");
}

}  // namespace

Result<void> Store::watch_time() {
  if (account_.limits_time()) {
    if (!timer_) return Error(ErrorKind::usage, "this store has no timer for limits of time");
    if (!timer_->set(
            os::MonotonicClock::now(), [](void*) noexcept {}, nullptr))
      return Error(ErrorKind::limit, "the thread for limits of time couldn't be started");
  }
  if (time_) return {};
  time_ = std::make_unique<TimeMeter>(*this, timer_);
  if (state_.records != nullptr) time_->begin();
  return {};
}

// A budget that caps calls is asked for each.
void Store::bound_host_calls() {
  const Limits& limits = account_.limits();
  const std::uint64_t bound = std::min(limits.host_calls, limits.soft[Resource::host_calls]);
  host_calls_due_ = bound > unlimited - host_calls_start_ ? unlimited : host_calls_start_ + bound;
  if (account_.budget().host_calls.cap() != unlimited) host_calls_due_ = 0;
}

bool Store::count_bounded_host_call() noexcept {
  const Limits& limits = account_.limits();
  const std::uint64_t made = state_.host_calls - host_calls_start_;
  const auto refuse = [&](UsedUp whose) {
    --state_.host_calls;
    return fail(state_, used_up(Resource::host_calls, whose));
  };
  if (made > limits.host_calls) return refuse(UsedUp::store);
  Budget& budget = account_.budget();
  if (budget.host_calls.cap() != unlimited) {
    const std::uint64_t further = state_.host_calls - host_calls_reported_;
    if (!budget.host_calls.reserve(further)) return refuse(UsedUp::budget);
    host_calls_reported_ = state_.host_calls;
    if (budget.host_calls.use(further)) budget.note_passed(Resource::host_calls, account_.lock());
  }
  if (made == limits.soft[Resource::host_calls] + 1) {
    account_.note_passed(Resource::host_calls, made);
    if (host_calls_due_ != 0) {
      const std::uint64_t most = limits.host_calls;
      host_calls_due_ = most > unlimited - host_calls_start_ ? unlimited : host_calls_start_ + most;
    }
  }
  return true;
}

void Store::report_host_bytes(std::uint64_t in, std::uint64_t out) noexcept {
  Budget& budget = account_.budget();
  budget.bytes_in.fetch_add(in, std::memory_order_relaxed);
  budget.bytes_out.fetch_add(out, std::memory_order_relaxed);
  budget.has_host_work.store(true, std::memory_order_relaxed);
  account_.add(Resource::host_bytes, in + out);
  const UsedUp whose = account_.exceeded(Resource::host_bytes);
  if (whose != UsedUp::no) stop_late(Resource::host_bytes, whose);
}

void Store::report_host_time(std::chrono::nanoseconds time) noexcept {
  Budget& budget = account_.budget();
  budget.host_time.fetch_add(time.count(), std::memory_order_relaxed);
  budget.has_host_time.store(true, std::memory_order_relaxed);
}

void Store::stop_late(Resource resource, UsedUp whose) noexcept {
  late_.store(static_cast<std::uint32_t>(index(resource)) << 2 | static_cast<std::uint32_t>(whose) |
                  1u << 30,
              std::memory_order_relaxed);
  state_.request(ExecState::Stop::deadline);
}

void Store::stop_if_overdue() noexcept {
  const auto& deadline = account_.limits().deadline;
  if (deadline && os::MonotonicClock::now() >= *deadline) state_.request(ExecState::Stop::deadline);
}

void Store::stop_if_late() noexcept {
  stop_if_overdue();
  if (state_.requested(ExecState::Stop::deadline)) return;
  if (time_) {
    for (const Resource resource : {Resource::wall_time, Resource::cpu_time}) {
      const UsedUp whose = account_.used_up(resource);
      if (whose != UsedUp::no) return stop_late(resource, whose);
    }
  }
  const UsedUp whose = account_.exceeded(Resource::host_bytes);
  if (whose != UsedUp::no) stop_late(Resource::host_bytes, whose);
}

void Store::forget_late() noexcept {
  late_.store(0, std::memory_order_relaxed);
  if (state_.requested(ExecState::Stop::deadline))
    return state_.rearm_after(ExecState::Stop::deadline);
  // Whoever asked may have set `wake` after that was answered.
  state_.wake.clear();
  if (state_.stop.load() != ExecState::Stop::none) state_.wake.set();
}

Error Store::late_error() const noexcept {
  const std::uint32_t late = late_.load(std::memory_order_relaxed);
  if (late == 0) return make_trap(TrapCode::deadline);
  return used_up(static_cast<Resource>(late >> 2 & 0xff), static_cast<UsedUp>(late & 3));
}

}  // namespace wrun::inline v0::runtime
