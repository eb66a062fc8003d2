#include <wrun/budget.hpp>

#include "lib/api/state.hpp"

namespace wrun::inline v0 {

Budget::Budget(const BudgetLimits& limits) noexcept {
  try {
    state_ = std::make_shared<api::BudgetState>();
  } catch (...) {
    return;  // stores made with an empty budget are empty
  }
  runtime::Budget& account = *state_->account;
  account.memory_bytes.set_cap(limits.memory_bytes.value_or(runtime::unlimited));
  account.table_elements.set_cap(limits.table_elements.value_or(runtime::unlimited));
  account.instances.set_cap(limits.instances.value_or(runtime::unlimited));
  account.heap_bytes.set_cap(limits.heap_bytes.value_or(runtime::unlimited));
  account.fuel.set_cap(limits.fuel.value_or(runtime::unlimited));
}

Usage Budget::usage() const {
  Usage usage;
  if (!state_) return usage;
  const runtime::Budget& account = *state_->account;
  usage.instructions = account.fuel_used.load(std::memory_order_relaxed);
  usage.host_calls = account.host_calls.load(std::memory_order_relaxed);
  usage.waits = account.waits.load(std::memory_order_relaxed);
  usage.memory_bytes = account.memory_bytes.now();
  usage.memory_peak_bytes = account.memory_bytes.peak();
  usage.heap_bytes = account.heap_bytes.now();
  usage.heap_peak_bytes = account.heap_bytes.peak();
  usage.table_elements = account.table_elements.now();
  usage.instances = account.instances.now();
  return usage;
}

}  // namespace wrun::inline v0
