#include "lib/runtime/limits.hpp"

#include <string_view>
#include <utility>

namespace wrun::inline v0::runtime {

namespace {

/// Closes the store, if there is one, while the host is called.
class Calling {
 public:
  explicit Calling(CallbackLock* lock) noexcept : lock_(lock && lock->lock() ? lock : nullptr) {}
  ~Calling() {
    if (lock_) lock_->unlock();
  }
  Calling(const Calling&) = delete;
  Calling& operator=(const Calling&) = delete;

 private:
  CallbackLock* const lock_;
};

bool ask(const std::function<bool(const Growth&)>& may_grow, const Growth& growth,
         CallbackLock* lock) noexcept try {
  if (!may_grow) return true;
  const Calling calling(lock);
  return may_grow(growth);
} catch (...) {
  return false;  // a callback that throws has not agreed
}

Resource resource_of(const Growth& growth) {
  return growth.kind == Growth::Kind::memory ? Resource::memory_bytes : Resource::table_elements;
}

}  // namespace

void Notice::tell(CallbackLock* lock) const noexcept try {
  if (!whom) return;
  const Calling calling(lock);
  (*whom)(what);
} catch (...) {
  return;  // whoever was told has said what there was to say
}

bool Meter::reserve(std::uint64_t amount) noexcept {
  std::uint64_t held = held_.load(std::memory_order_relaxed);
  do {
    const std::uint64_t most = cap();
    if (held > most || amount > most - held) return false;
    // Whoever gave back what this takes has stopped using it: so use never goes over the cap.
  } while (!held_.compare_exchange_weak(held, held + amount, std::memory_order_acquire,
                                        std::memory_order_relaxed));
  return true;
}

void Meter::cancel(std::uint64_t amount) noexcept {
  held_.fetch_sub(amount, std::memory_order_release);
}

bool Meter::use(std::uint64_t amount) noexcept {
  const std::uint64_t before = now_.fetch_add(amount, std::memory_order_relaxed);
  const std::uint64_t after = before + amount;
  std::uint64_t peak = peak_.load(std::memory_order_relaxed);
  while (peak < after && !peak_.compare_exchange_weak(peak, after, std::memory_order_relaxed)) {
  }
  const std::uint64_t bound = soft();
  return before <= bound && after > bound;
}

bool Meter::take(std::uint64_t amount) noexcept {
  if (!reserve(amount)) return false;
  use(amount);
  return true;
}

bool Meter::add(std::uint64_t amount) noexcept {
  held_.fetch_add(amount, std::memory_order_relaxed);
  return use(amount);
}

void Meter::give(std::uint64_t amount) noexcept {
  now_.fetch_sub(amount, std::memory_order_relaxed);
  cancel(amount);
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

Notice Budget::notice(Resource resource, std::uint64_t used, std::uint64_t limit) noexcept {
  passed.fetch_or(1u << index(resource), std::memory_order_relaxed);
  return {soft.notify, {resource, used, limit, true}};
}

void Budget::note_passed(Resource resource, std::uint64_t used, std::uint64_t limit,
                         CallbackLock* lock) noexcept {
  notice(resource, used, limit).tell(lock);
}

void Budget::note_passed(Resource resource, CallbackLock* lock) noexcept {
  const Meter& meter = (*this)[resource];
  note_passed(resource, meter.now(), meter.soft(), lock);
}

bool Budget::agrees(const Growth& growth, CallbackLock* lock) const noexcept {
  return ask(may_grow, growth, lock);
}

Reservation Budget::reserve(const Growth& growth) noexcept {
  Reservation room;
  const Resource resource = resource_of(growth);
  const std::uint64_t amount = growth.to - growth.from;
  if (!(*this)[resource].reserve(amount)) return room;
  room.budget_ = this;
  room.resource_ = resource;
  room.amount_ = amount;
  if (!agrees(growth, nullptr)) return {};
  return room;
}

void Budget::give(Resource resource, std::uint64_t amount) noexcept {
  settle(resource);
  (*this)[resource].give(amount);
}

void Budget::add(Resource resource, std::uint64_t amount, CallbackLock* lock) noexcept {
  charge(resource, amount).tell(lock);
}

Notice Budget::charge(Resource resource, std::uint64_t amount) noexcept {
  Meter& meter = (*this)[resource];
  if (!meter.add(amount)) return {};
  return notice(resource, meter.now(), meter.soft());
}

void Budget::settle(Resource resource) noexcept {
  if (resource == Resource::memory_bytes) memory_time.settle(memory_bytes.now());
}

Reservation& Reservation::operator=(Reservation&& other) noexcept {
  std::swap(store_, other.store_);
  std::swap(budget_, other.budget_);
  std::swap(resource_, other.resource_);
  std::swap(amount_, other.amount_);
  return *this;
}

Reservation::~Reservation() {
  if (store_) store_->own(resource_).cancel(amount_);
  if (budget_) (*budget_)[resource_].cancel(amount_);
}

// Who is told may ask both for their usage.
void Reservation::use() noexcept {
  Account* const store = std::exchange(store_, nullptr);
  Budget* const budget = std::exchange(budget_, nullptr);
  if (store) store->settle(resource_);
  if (budget) budget->settle(resource_);
  const bool passes_store = store && store->own(resource_).use(amount_);
  const bool passes_budget = budget && (*budget)[resource_].use(amount_);
  if (passes_store) store->note_passed(resource_);
  if (passes_budget) budget->note_passed(resource_, store ? store->lock() : nullptr);
}

Account::Account(std::shared_ptr<Budget> budget, CallbackLock* lock)
    : is_private_(!budget),
      budget_(budget ? std::move(budget) : std::make_shared<Budget>()),
      lock_(lock) {}

Account::~Account() {
  for (const Resource resource :
       {Resource::memory_bytes, Resource::table_elements, Resource::instances, Resource::heap_bytes,
        Resource::stack_bytes}) {
    if (is_private_ || used(resource).now() == 0) continue;
    budget_->give(resource, used(resource).now());
  }
}

Reservation Account::reserve_with(Budget* budget, Resource resource,
                                  std::uint64_t amount) noexcept {
  if (!own(resource).reserve(amount)) return {};
  Reservation room;
  room.store_ = this;
  room.resource_ = resource;
  room.amount_ = amount;
  if (!budget) return room;
  if (!(*budget)[resource].reserve(amount)) return {};
  room.budget_ = budget;
  return room;
}

// A budget that nobody else sees has no limits, and shared memories are the only ones that it sums.
Reservation Account::reserve(Resource resource, std::uint64_t amount) noexcept {
  return reserve_with(drawn_on(), resource, amount);
}

Reservation Account::reserve(const Growth& growth) noexcept {
  Reservation room = reserve(resource_of(growth), growth.to - growth.from);
  if (room && !agree(drawn_on(), growth)) return {};
  return room;
}

bool Account::take(Resource resource, std::uint64_t amount) noexcept {
  Reservation room = reserve(resource, amount);
  if (!room) return false;
  room.use();
  return true;
}

void Account::give(Resource resource, std::uint64_t amount) noexcept {
  settle(resource);
  own(resource).give(amount);
  if (!is_private_) budget_->give(resource, amount);
}

void Account::add(Resource resource, std::uint64_t amount) noexcept {
  charge(resource, amount).tell(lock_);
}

Account::Notices Account::charge(Resource resource, std::uint64_t amount) noexcept {
  Notices notices;
  if (own(resource).add(amount)) notices.own = notice(resource, used(resource).now());
  notices.of_budget = budget_->charge(resource, amount);
  return notices;
}

void Account::Notices::tell(CallbackLock* lock) const noexcept {
  own.tell(lock);
  of_budget.tell(lock);
}

Account::UsedUp Account::used_up(Resource resource) const noexcept {
  if (used(resource).is_used_up()) return UsedUp::store;
  return (*budget_)[resource].is_used_up() ? UsedUp::budget : UsedUp::no;
}

Account::UsedUp Account::exceeded(Resource resource) const noexcept {
  if (used(resource).is_exceeded()) return UsedUp::store;
  return (*budget_)[resource].is_exceeded() ? UsedUp::budget : UsedUp::no;
}

Notice Account::notice(Resource resource, std::uint64_t used) noexcept {
  passed_.fetch_or(1u << index(resource), std::memory_order_relaxed);
  return {limits_.soft.notify, {resource, used, limits_.soft[resource], false}};
}

void Account::note_passed(Resource resource, std::uint64_t used) noexcept {
  notice(resource, used).tell(lock_);
}

void Account::note_passed(Resource resource) noexcept {
  note_passed(resource, used(resource).now());
}

Reservation Account::reserve_shared(const Growth& growth, Budget* budget) noexcept {
  Reservation room = reserve_with(budget, Resource::memory_bytes, growth.to - growth.from);
  if (room && !agree(budget, growth)) return {};
  return room;
}

void Account::add_shared(std::uint64_t bytes) noexcept {
  if (bytes == 0) return;
  settle(Resource::memory_bytes);
  if (own(Resource::memory_bytes).add(bytes)) note_passed(Resource::memory_bytes);
}

void Account::give_shared(std::uint64_t bytes) noexcept {
  settle(Resource::memory_bytes);
  own(Resource::memory_bytes).give(bytes);
}

void Account::settle(Resource resource) noexcept {
  if (resource == Resource::memory_bytes) memory_time_.settle(used(resource).now());
}

double Account::memory_byte_seconds() const {
  return memory_time_.total(used(Resource::memory_bytes).now());
}

bool Account::agree(Budget* budget, const Growth& growth) const noexcept {
  return ask(limits_.may_grow, growth, lock_) && (!budget || budget->agrees(growth, lock_));
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
