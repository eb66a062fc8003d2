#include "lib/api/amounts.hpp"

#include <algorithm>

namespace wrun::inline v0 {

namespace api {

static_assert(static_cast<int>(Resource::host_bytes) ==
              static_cast<int>(runtime::Resource::host_bytes));
static_assert(static_cast<int>(Resource::fuel) == static_cast<int>(runtime::Resource::fuel));

std::uint64_t nanoseconds(std::optional<std::chrono::nanoseconds> time) {
  if (!time) return runtime::unlimited;
  return static_cast<std::uint64_t>(std::max<std::int64_t>(time->count(), 0));
}

runtime::SoftLimits to_runtime(const SoftLimits& limits) {
  runtime::SoftLimits made;
  const auto set = [&](Resource resource, std::uint64_t at) {
    made.at[static_cast<std::size_t>(resource)] = at;
  };
  set(Resource::memory_bytes, limits.memory_bytes.value_or(runtime::unlimited));
  set(Resource::table_elements, limits.table_elements.value_or(runtime::unlimited));
  set(Resource::instances, limits.instances.value_or(runtime::unlimited));
  set(Resource::heap_bytes, limits.heap_bytes.value_or(runtime::unlimited));
  set(Resource::stack_bytes, limits.stack_bytes.value_or(runtime::unlimited));
  set(Resource::fuel, limits.fuel.value_or(runtime::unlimited));
  set(Resource::wall_time, nanoseconds(limits.wall_time));
  set(Resource::cpu_time, nanoseconds(limits.cpu_time));
  set(Resource::host_calls, limits.host_calls.value_or(runtime::unlimited));
  set(Resource::host_bytes, limits.host_bytes.value_or(runtime::unlimited));
  if (!limits.passed) return made;
  const auto notify = [tell = limits.passed](const runtime::SoftLimitPassed& passed) {
    tell({static_cast<Resource>(passed.resource), passed.used, passed.limit, passed.of_budget});
  };
  made.notify = std::make_shared<const runtime::Notify>(notify);
  return made;
}

std::function<bool(const runtime::Growth&)> to_runtime(const decltype(Limits::may_grow)& may_grow) {
  if (!may_grow) return nullptr;
  return [ask = may_grow](const runtime::Growth& growth) {
    return ask(
        {static_cast<Growth::Kind>(growth.kind), growth.from, growth.to, growth.declared_max});
  };
}

Usage usage_of(const std::function<const runtime::Meter&(runtime::Resource)>& used) {
  using R = runtime::Resource;
  Usage usage;
  usage.memory_bytes = used(R::memory_bytes).now();
  usage.memory_peak_bytes = used(R::memory_bytes).peak();
  usage.heap_bytes = used(R::heap_bytes).now();
  usage.heap_peak_bytes = used(R::heap_bytes).peak();
  usage.stack_bytes = used(R::stack_bytes).now();
  usage.stack_peak_bytes = used(R::stack_bytes).peak();
  usage.table_elements = used(R::table_elements).now();
  usage.table_peak_elements = used(R::table_elements).peak();
  usage.instances = used(R::instances).now();
  usage.instances_peak = used(R::instances).peak();
  usage.wall_time = std::chrono::nanoseconds(used(R::wall_time).now());
  usage.cpu_time = std::chrono::nanoseconds(used(R::cpu_time).now());
  return usage;
}

}  // namespace api

std::string_view text(Resource resource) {
  return runtime::text(static_cast<runtime::Resource>(resource));
}

}  // namespace wrun::inline v0
