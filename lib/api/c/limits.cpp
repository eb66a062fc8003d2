// Limits, budgets, fuel, interruption, usage.

#include "lib/api/c/limits.hpp"

#include <algorithm>
#include <chrono>

#include "lib/api/c/engine.hpp"
#include "lib/api/c/error.hpp"
#include "lib/api/c/guard.hpp"
#include "lib/api/c/sized.hpp"
#include "lib/api/c/types.hpp"

using namespace wrun;
using capi::Use;

template <>
inline constexpr std::size_t capi::first_size<wrun_limits_t> = offsetof(wrun_limits_t,
                                                                        wall_time_ns);
template <>
inline constexpr std::size_t capi::first_size<wrun_budget_limits_t> = offsetof(wrun_budget_limits_t,
                                                                               stack_bytes);
template <>
inline constexpr std::size_t capi::first_size<wrun_usage_t> = offsetof(wrun_usage_t, wall_time_ns);
template <>
inline constexpr bool capi::has_no_gaps<wrun_usage_t> = sizeof(wrun_usage_t) ==
                                                        20 * sizeof(std::uint64_t) +
                                                            2 * sizeof(std::uint32_t);

namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

/// The point in time that is so far away; nothing if no clock gets there.
std::optional<steady_clock::time_point> deadline_in(std::uint64_t timeout_ns) {
  const auto now = steady_clock::now();
  const auto most = std::chrono::duration_cast<nanoseconds>(steady_clock::time_point::max() - now);
  if (timeout_ns >= static_cast<std::uint64_t>(most.count())) return std::nullopt;
  return now + nanoseconds(static_cast<std::int64_t>(timeout_ns));
}

std::uint64_t measured(const std::optional<std::uint64_t>& amount) {
  return amount.value_or(WRUN_NOT_MEASURED);
}

std::uint64_t measured(const std::optional<nanoseconds>& time) {
  return time ? static_cast<std::uint64_t>(time->count()) : WRUN_NOT_MEASURED;
}

std::optional<nanoseconds> time_amount(std::uint64_t ns) {
  constexpr auto most = static_cast<std::uint64_t>(nanoseconds::max().count());
  if (ns == WRUN_UNLIMITED) return std::nullopt;
  return nanoseconds(static_cast<std::int64_t>(std::min(ns, most)));
}

Result<SoftLimits> to_public(const wrun_soft_limits_t* limits) {
  SoftLimits made;
  if (!limits) return made;
  auto read = capi::read_options<wrun_soft_limits_t>(*limits, WRUN_SOFT_LIMITS_INIT);
  if (!read) return std::move(read).error();
  made.memory_bytes = capi::amount(read->memory_bytes);
  made.table_elements = capi::amount(read->table_elements);
  made.instances = capi::amount(read->instances);
  made.heap_bytes = capi::amount(read->heap_bytes);
  made.stack_bytes = capi::amount(read->stack_bytes);
  made.fuel = capi::amount(read->fuel);
  made.wall_time = time_amount(read->wall_time_ns);
  made.cpu_time = time_amount(read->cpu_time_ns);
  made.host_calls = capi::amount(read->host_calls);
  made.host_bytes = capi::amount(read->host_bytes);
  if (!read->passed) return made;
  made.passed = [tell = read->passed, env = read->passed_env](const SoftLimitPassed& passed) {
    const wrun_soft_limit_passed_t told{static_cast<wrun_resource_t>(passed.resource),
                                        passed.of_budget, passed.used, passed.limit};
    tell(env, &told);
  };
  return made;
}

using MayGrow = decltype(Limits::may_grow);

MayGrow to_public(bool (*may_grow)(void* env, const wrun_growth_t*), void* env) {
  if (!may_grow) return nullptr;
  return [ask = may_grow, env](const Growth& growth) {
    const wrun_growth_t asked{growth.kind == Growth::Kind::table, growth.from, growth.to,
                              growth.declared_max.value_or(WRUN_UNLIMITED)};
    return ask(env, &asked);
  };
}

wrun_usage_t to_c(const Usage& usage) {
  wrun_usage_t made = WRUN_USAGE_INIT;
  made.instructions = measured(usage.instructions);
  made.host_calls = usage.host_calls;
  made.waits = usage.waits;
  made.host_bytes_in = made.host_bytes_out = made.host_time_ns = WRUN_NOT_MEASURED;
  if (usage.host_work) {
    made.host_bytes_in = usage.host_work->bytes_in;
    made.host_bytes_out = usage.host_work->bytes_out;
    if (usage.host_work->time)
      made.host_time_ns = static_cast<std::uint64_t>(usage.host_work->time->count());
  }
  made.memory_bytes = usage.memory_bytes;
  made.memory_peak_bytes = usage.memory_peak_bytes;
  made.heap_bytes = usage.heap_bytes;
  made.heap_peak_bytes = usage.heap_peak_bytes;
  made.table_elements = usage.table_elements;
  made.instances = usage.instances;
  made.wall_time_ns = measured(usage.wall_time);
  made.cpu_time_ns = measured(usage.cpu_time);
  made.memory_byte_seconds = usage.memory_byte_seconds;
  made.stack_bytes = usage.stack_bytes;
  made.stack_peak_bytes = usage.stack_peak_bytes;
  made.table_peak_elements = usage.table_peak_elements;
  made.instances_peak = usage.instances_peak;
  made.soft_limits_passed = usage.soft_limits_passed;
  return made;
}

Result<void> give(const Usage& usage, wrun_usage_t* out) {
  if (capi::write_answers(to_c(usage), *out)) return {};
  return capi::wrong_size("wrun_usage_t");
}

}  // namespace

Result<Limits> capi::to_public(const wrun_limits_t& limits) {
  auto read = read_options<wrun_limits_t>(limits, WRUN_LIMITS_INIT);
  if (!read) return std::move(read).error();
  Limits made;
  made.memory_bytes = amount(read->memory_bytes);
  made.table_elements = amount(read->table_elements);
  made.instances = amount(read->instances);
  made.heap_bytes = amount(read->heap_bytes);
  made.fuel = amount(read->fuel);
  made.stack_bytes = amount(read->stack_bytes);
  if (read->timeout_ns != WRUN_UNLIMITED) made.deadline = deadline_in(read->timeout_ns);
  made.may_wait = read->may_wait;
  made.wall_time = time_amount(read->wall_time_ns);
  made.cpu_time = time_amount(read->cpu_time_ns);
  made.host_calls = amount(read->host_calls);
  made.host_bytes = amount(read->host_bytes);
  made.measure_time = read->measure_time;
  made.count_calls_by_name = read->count_calls_by_name;
  auto soft = ::to_public(read->soft);
  if (!soft) return std::move(soft).error();
  made.soft = std::move(*soft);
  made.may_grow = ::to_public(read->may_grow, read->may_grow_env);
  return made;
}

extern "C" {

wrun_error_t* wrun_budget_new(const wrun_budget_limits_t* limits, wrun_budget_t** out) {
  return capi::attempt([&]() -> Result<void> {
    const wrun_budget_limits_t none = WRUN_BUDGET_LIMITS_INIT;
    auto read = capi::read_options(limits ? *limits : none, none);
    if (!read) return std::move(read).error();
    auto soft = to_public(read->soft);
    if (!soft) return std::move(soft).error();
    const Budget budget(BudgetLimits{.memory_bytes = capi::amount(read->memory_bytes),
                                     .table_elements = capi::amount(read->table_elements),
                                     .instances = capi::amount(read->instances),
                                     .heap_bytes = capi::amount(read->heap_bytes),
                                     .stack_bytes = capi::amount(read->stack_bytes),
                                     .fuel = capi::amount(read->fuel),
                                     .wall_time = time_amount(read->wall_time_ns),
                                     .cpu_time = time_amount(read->cpu_time_ns),
                                     .host_calls = capi::amount(read->host_calls),
                                     .host_bytes = capi::amount(read->host_bytes),
                                     .may_grow = to_public(read->may_grow, read->may_grow_env),
                                     .soft = std::move(*soft),
                                     .measure_time = read->measure_time});
    *out = new wrun_budget_t{budget};
    return {};
  });
}

wrun_budget_t* wrun_budget_copy(const wrun_budget_t* budget) {
  return new (std::nothrow) wrun_budget_t(*budget);
}

void wrun_budget_delete(wrun_budget_t* budget) {
  delete budget;
}

wasm_store_t* wrun_store_new_with_budget(wasm_engine_t* engine, const wrun_budget_t* budget) {
  return capi::guarded<wasm_store_t*>(
      nullptr, [&] { return capi::make_store(Store(engine->engine, budget->budget)); });
}

wasm_store_t* wrun_store_copy(wasm_store_t* store) {
  store->retain();
  return store;
}

wasm_engine_t* wrun_store_engine(const wasm_store_t* store) {
  Use use(const_cast<wasm_store_t&>(*store));
  return use ? new (std::nothrow) wasm_engine_t{use.facade().engine()} : nullptr;
}

wrun_error_t* wrun_store_set_limits(wasm_store_t* store, const wrun_limits_t* limits) {
  return capi::attempt_in(*store, [&](Use& use) -> Result<void> {
    auto made = capi::to_public(*limits);
    if (!made) return std::move(made).error();
    return use.facade().limits(*made);
  });
}

void wrun_store_interrupt(wasm_store_t* store) {
  // Nothing but this is safe in a signal handler; a view is used by the thread of its call.
  if (store->owned) return store->owned->interrupt();
  Use use(*store);
  if (use) use.facade().interrupt();
}

void wrun_store_clear_interrupt(wasm_store_t* store) {
  Use use(*store);
  if (use) use.facade().clear_interrupt();
}

bool wrun_store_interrupt_pending(wasm_store_t* store) {
  if (store->owned) return store->owned->interrupt_pending();
  Use use(*store);
  return use && use.facade().interrupt_pending();
}

int wrun_store_interrupt_fd(wasm_store_t* store) {
  Use use(*store);
  return use ? use.facade().interrupt_fd() : -1;
}

wrun_error_t* wrun_store_fuel(const wasm_store_t* store, uint64_t* out) {
  return capi::attempt_in(const_cast<wasm_store_t&>(*store),
                          [&](Use& use) { return capi::give(use.facade().fuel(), out); });
}

wrun_error_t* wrun_store_set_fuel(wasm_store_t* store, uint64_t instructions) {
  return capi::attempt_in(*store, [&](Use& use) { return use.facade().set_fuel(instructions); });
}

wrun_error_t* wrun_store_collect(wasm_store_t* store) {
  return capi::attempt_in(*store, [&](Use& use) { return use.facade().collect(); });
}

wrun_error_t* wrun_store_usage(const wasm_store_t* store, wrun_usage_t* out) {
  return capi::attempt_in(const_cast<wasm_store_t&>(*store), [&](Use& use) -> Result<void> {
    auto usage = use.facade().usage();
    if (!usage) return std::move(usage).error();
    return give(*usage, out);
  });
}

wrun_error_t* wrun_budget_usage(const wrun_budget_t* budget, wrun_usage_t* out) {
  return capi::attempt([&] { return give(budget->budget.usage(), out); });
}

const char* wrun_resource_text(wrun_resource_t resource) {
  if (resource > WRUN_RESOURCE_HOST_BYTES) return nullptr;
  return text(static_cast<Resource>(resource)).data();
}

}  // extern "C"
