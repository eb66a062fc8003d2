#include "lib/runtime/limits.hpp"

#include <string_view>
#include <utility>

namespace wrun::inline v0::runtime {

Meter::Taken Meter::try_take(std::uint64_t amount) noexcept {
  std::uint64_t now = now_.load(std::memory_order_relaxed);
  std::uint64_t after = 0;
  do {
    const std::uint64_t most = cap();
    if (now > most || amount > most - now) return Taken::no;
    after = now + amount;
  } while (!now_.compare_exchange_weak(now, after, std::memory_order_relaxed));
  return taken(now, after);
}

Meter::Taken Meter::add(std::uint64_t amount) noexcept {
  const std::uint64_t before = now_.fetch_add(amount, std::memory_order_relaxed);
  return taken(before, before + amount);
}

Meter::Taken Meter::taken(std::uint64_t before, std::uint64_t after) noexcept {
  std::uint64_t peak = peak_.load(std::memory_order_relaxed);
  while (peak < after && !peak_.compare_exchange_weak(peak, after, std::memory_order_relaxed)) {
  }
  const std::uint64_t bound = soft();
  return before <= bound && after > bound ? Taken::above_soft : Taken::yes;
}

void Meter::set_further(std::uint64_t cap, std::uint64_t soft) noexcept {
  const auto further = [base = now()](std::uint64_t amount) {
    return amount > unlimited - base ? unlimited : base + amount;
  };
  set_cap(further(cap));
  set_soft(further(soft));
}

void ByteTime::settle(std::uint64_t bytes) noexcept {
  const std::lock_guard lock(mutex_);
  const os::TimePoint now = os::MonotonicClock::now();
  sum_ += static_cast<double>(bytes) * std::chrono::duration<double>(now - since_).count();
  since_ = now;
}

double ByteTime::total(std::uint64_t bytes) const noexcept {
  const std::lock_guard lock(mutex_);
  const std::chrono::duration<double> further = os::MonotonicClock::now() - since_;
  return sum_ + static_cast<double>(bytes) * further.count();
}

Meter& Budget::operator[](Resource resource) noexcept {
  Meter* const meters[] = {&memory_bytes, &table_elements, &instances, &heap_bytes, &stack_bytes,
                           &fuel,         &wall_time,      &cpu_time,  &host_calls, &host_bytes};
  return *meters[index(resource)];
}

void Budget::set_soft(SoftLimits limits) {
  soft = std::move(limits);
  for (std::size_t i = 0; i < resource_count; ++i) {
    // Granted fuel isn't used yet: report_usage() looks at what was.
    if (static_cast<Resource>(i) != Resource::fuel)
      (*this)[static_cast<Resource>(i)].set_soft(soft.at[i]);
  }
}

void Budget::note_passed(Resource resource, std::uint64_t used, std::uint64_t limit) noexcept try {
  passed.fetch_or(1u << index(resource), std::memory_order_relaxed);
  if (soft.notify) soft.notify({resource, used, limit, true});
} catch (...) {
  return;  // whoever was told has said what there was to say
}

bool Budget::take_memory(std::uint64_t bytes) noexcept {
  memory_time.settle(memory_bytes.now());
  const Meter::Taken taken = memory_bytes.try_take(bytes);
  if (taken == Meter::Taken::above_soft)
    note_passed(Resource::memory_bytes, memory_bytes.now(), memory_bytes.soft());
  return taken != Meter::Taken::no;
}

void Budget::give_memory(std::uint64_t bytes) noexcept {
  memory_time.settle(memory_bytes.now());
  memory_bytes.give(bytes);
}

Account::Account(std::shared_ptr<Budget> budget)
    : is_private_(!budget), budget_(budget ? std::move(budget) : std::make_shared<Budget>()) {}

Account::~Account() {
  for (const Resource resource :
       {Resource::memory_bytes, Resource::table_elements, Resource::instances, Resource::heap_bytes,
        Resource::stack_bytes}) {
    if (is_private_ || used(resource).now() == 0) continue;
    if (resource == Resource::memory_bytes) {
      budget_->give_memory(used(resource).now());
    } else {
      (*budget_)[resource].give(used(resource).now());
    }
  }
}

// A budget that nobody else sees has no limits, and shared memories are the only ones that it sums.
bool Account::take(Resource resource, std::uint64_t amount) noexcept {
  settle(resource);
  const Meter::Taken mine = own(resource).try_take(amount);
  if (mine == Meter::Taken::no) return false;
  const auto theirs = is_private_ ? Meter::Taken::yes : (*budget_)[resource].try_take(amount);
  if (theirs == Meter::Taken::no) return own(resource).give(amount), false;
  if (mine == Meter::Taken::above_soft) note_passed(resource, own(resource).now());
  if (theirs == Meter::Taken::above_soft)
    budget_->note_passed(resource, (*budget_)[resource].now(), (*budget_)[resource].soft());
  return true;
}

void Account::give(Resource resource, std::uint64_t amount) noexcept {
  settle(resource);
  own(resource).give(amount);
  if (!is_private_) (*budget_)[resource].give(amount);
}

void Account::add(Resource resource, std::uint64_t amount) noexcept {
  if (own(resource).add(amount) == Meter::Taken::above_soft)
    note_passed(resource, own(resource).now());
  Meter& shared = (*budget_)[resource];
  if (shared.add(amount) == Meter::Taken::above_soft)
    budget_->note_passed(resource, shared.now(), shared.soft());
}

Account::UsedUp Account::used_up(Resource resource) const noexcept {
  if (used(resource).is_used_up()) return UsedUp::store;
  return (*budget_)[resource].is_used_up() ? UsedUp::budget : UsedUp::no;
}

Account::UsedUp Account::exceeded(Resource resource) const noexcept {
  if (used(resource).is_exceeded()) return UsedUp::store;
  return (*budget_)[resource].is_exceeded() ? UsedUp::budget : UsedUp::no;
}

void Account::note_passed(Resource resource, std::uint64_t used) noexcept try {
  passed_.fetch_or(1u << index(resource), std::memory_order_relaxed);
  if (limits_.soft.notify) limits_.soft.notify({resource, used, limits_.soft[resource], false});
} catch (...) {
  return;
}

bool Account::grow(const Growth& growth) noexcept {
  const Resource resource =
      growth.kind == Growth::Kind::memory ? Resource::memory_bytes : Resource::table_elements;
  const std::uint64_t amount = growth.to - growth.from;
  if (!take(resource, amount)) return false;
  if (may_grow(growth)) return true;
  give(resource, amount);
  return false;
}

bool Account::grow_shared(const Growth& growth) noexcept {
  memory_time_.settle(used(Resource::memory_bytes).now());
  Meter& meter = own(Resource::memory_bytes);
  const Meter::Taken taken = meter.try_take(growth.to - growth.from);
  if (taken == Meter::Taken::no) return false;
  if (taken == Meter::Taken::above_soft) note_passed(Resource::memory_bytes, meter.now());
  if (may_grow(growth)) return true;
  give_shared(growth.to - growth.from);
  return false;
}

void Account::add_shared(std::uint64_t bytes) noexcept {
  if (bytes == 0) return;
  memory_time_.settle(used(Resource::memory_bytes).now());
  own(Resource::memory_bytes).add(bytes);
}

void Account::give_shared(std::uint64_t bytes) noexcept {
  memory_time_.settle(used(Resource::memory_bytes).now());
  own(Resource::memory_bytes).give(bytes);
}

void Account::settle(Resource resource) noexcept {
  if (resource != Resource::memory_bytes) return;
  memory_time_.settle(used(resource).now());
  if (!is_private_) budget_->memory_time.settle(budget_->memory_bytes.now());
}

double Account::memory_byte_seconds() const {
  return memory_time_.total(used(Resource::memory_bytes).now());
}

bool Account::may_grow(const Growth& growth) const noexcept try {
  return !limits_.may_grow || limits_.may_grow(growth);
} catch (...) {
  return false;  // a callback that throws has not agreed
}

void Account::set_limits(Limits limits) {
  limits_ = std::move(limits);
  passed_.store(0, std::memory_order_relaxed);
  const SoftLimits& soft = limits_.soft;
  const auto set = [&](Resource resource, std::uint64_t cap) {
    own(resource).set_cap(cap);
    own(resource).set_soft(soft[resource]);
  };
  set(Resource::memory_bytes, limits_.memory_bytes);
  set(Resource::table_elements, limits_.table_elements);
  set(Resource::instances, limits_.instances);
  set(Resource::heap_bytes, limits_.heap_bytes);
  set(Resource::stack_bytes, unlimited);
  own(Resource::wall_time).set_further(limits_.wall_time, soft[Resource::wall_time]);
  own(Resource::cpu_time).set_further(limits_.cpu_time, soft[Resource::cpu_time]);
  own(Resource::host_bytes).set_further(limits_.host_bytes, soft[Resource::host_bytes]);
}

bool Account::limits_time() const {
  return used(Resource::wall_time).is_bounded() || used(Resource::cpu_time).is_bounded() ||
         budget_->wall_time.is_bounded() || budget_->cpu_time.is_bounded();
}

bool Account::wants_time() const {
  return limits_.measure_time || budget_->measures_time || limits_time();
}

std::string_view text(Resource resource) {
  constexpr std::string_view texts[] = {"memory_bytes", "table_elements", "instances", "heap_bytes",
                                        "stack_bytes",  "fuel",           "wall_time", "cpu_time",
                                        "host_calls",   "host_bytes"};
  static_assert(std::size(texts) == resource_count);
  return texts[index(resource)];
}

}  // namespace wrun::inline v0::runtime
