#include "lib/runtime/limits.hpp"

#include <utility>

namespace wrun::inline v0::runtime {

bool Meter::take(std::uint64_t amount) noexcept {
  std::uint64_t now = now_.load(std::memory_order_relaxed);
  std::uint64_t after = 0;
  do {
    const std::uint64_t most = cap();
    if (now > most || amount > most - now) return false;
    after = now + amount;
  } while (!now_.compare_exchange_weak(now, after, std::memory_order_relaxed));
  raise_peak(after);
  return true;
}

void Meter::add(std::uint64_t amount) noexcept {
  raise_peak(now_.fetch_add(amount, std::memory_order_relaxed) + amount);
}

void Meter::raise_peak(std::uint64_t now) noexcept {
  std::uint64_t peak = peak_.load(std::memory_order_relaxed);
  while (peak < now && !peak_.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
}

Account::Account(std::shared_ptr<Budget> budget)
    : budget_(budget ? std::move(budget) : std::make_shared<Budget>()) {}

Account::~Account() {
  for (const Resource resource : {Resource::memory_bytes, Resource::table_elements,
                                  Resource::instances, Resource::heap_bytes}) {
    shared(resource).give(used(resource).now());
  }
}

bool Account::take(Resource resource, std::uint64_t amount) noexcept {
  if (!own(resource).take(amount)) return false;
  if (shared(resource).take(amount)) return true;
  own(resource).give(amount);
  return false;
}

void Account::give(Resource resource, std::uint64_t amount) noexcept {
  own(resource).give(amount);
  shared(resource).give(amount);
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
  if (!own(Resource::memory_bytes).take(growth.to - growth.from)) return false;
  if (may_grow(growth)) return true;
  give_shared(growth.to - growth.from);
  return false;
}

bool Account::may_grow(const Growth& growth) const noexcept try {
  return !limits_.may_grow || limits_.may_grow(growth);
} catch (...) {
  return false;  // a callback that throws has not agreed
}

void Account::set_limits(Limits limits) {
  limits_ = std::move(limits);
  own(Resource::memory_bytes).set_cap(limits_.memory_bytes);
  own(Resource::table_elements).set_cap(limits_.table_elements);
  own(Resource::instances).set_cap(limits_.instances);
  own(Resource::heap_bytes).set_cap(limits_.heap_bytes);
}

Meter& Account::shared(Resource resource) {
  switch (resource) {
    case Resource::memory_bytes:
      return budget_->memory_bytes;
    case Resource::table_elements:
      return budget_->table_elements;
    case Resource::instances:
      return budget_->instances;
    case Resource::heap_bytes:
      break;
  }
  return budget_->heap_bytes;
}

}  // namespace wrun::inline v0::runtime
