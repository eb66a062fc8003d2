#include <wrun/budget.hpp>

#include "lib/api/amounts.hpp"
#include "lib/api/state.hpp"

namespace wrun::inline v0 {

Budget::Budget(const BudgetLimits& limits) noexcept {
  try {
    auto state = std::make_shared<api::BudgetState>();
    runtime::Budget& account = *state->account;
    account.set_soft(api::to_runtime(limits.soft));
    account.may_grow = api::to_runtime(limits.may_grow);
    account.memory_bytes.set_cap(limits.memory_bytes.value_or(runtime::unlimited));
    account.table_elements.set_cap(limits.table_elements.value_or(runtime::unlimited));
    account.instances.set_cap(limits.instances.value_or(runtime::unlimited));
    account.heap_bytes.set_cap(limits.heap_bytes.value_or(runtime::unlimited));
    account.stack_bytes.set_cap(limits.stack_bytes.value_or(runtime::unlimited));
    account.fuel.set_cap(limits.fuel.value_or(runtime::unlimited));
    account.wall_time.set_cap(api::nanoseconds(limits.wall_time));
    account.cpu_time.set_cap(api::nanoseconds(limits.cpu_time));
    account.host_calls.set_cap(limits.host_calls.value_or(runtime::unlimited));
    account.host_bytes.set_cap(limits.host_bytes.value_or(runtime::unlimited));
    account.measures_time =
        limits.measure_time || account.wall_time.is_bounded() || account.cpu_time.is_bounded();
    state_ = detail::shared_of(std::move(state));
  } catch (...) {
    return;  // stores made with an empty budget are empty
  }
}

Budget::Budget() noexcept : Budget(BudgetLimits()) {}

Usage Budget::usage() const {
  if (!state_) return {};
  runtime::Budget& account = *state_->account;
  Usage usage = api::usage_of(
      [&](runtime::Resource resource) -> const runtime::Meter& { return account[resource]; });
  if (!account.misses_fuel.load()) usage.instructions = account.fuel_used.load();
  usage.host_calls = account.host_calls.now();
  usage.waits = account.waits.load();
  usage.memory_byte_seconds = account.memory_time.total(account.memory_bytes.now());
  usage.soft_limits_passed = account.passed.load();
  if (!account.measures_time) usage.wall_time = usage.cpu_time = std::nullopt;
  if (account.has_host_work.load()) {
    usage.host_work = HostWork{account.bytes_in.load(), account.bytes_out.load(), {}};
    if (account.has_host_time.load())
      usage.host_work->time = std::chrono::nanoseconds(account.host_time.load());
  }
  const std::lock_guard lock(state_->mutex);
  if (state_->calls_by_name.empty()) return usage;
  usage.host_calls_by_name.emplace(state_->calls_by_name.begin(), state_->calls_by_name.end());
  return usage;
}

}  // namespace wrun::inline v0
