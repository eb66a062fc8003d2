#include <wrun/pool.hpp>

#include <mutex>
#include <utility>
#include <vector>

#include "lib/api/boundary.hpp"
#include "lib/api/session.hpp"
#include "lib/api/state.hpp"
#include "lib/wasm/shared.hpp"

namespace wrun::inline v0 {

struct api::PoolState {
  std::shared_ptr<const PreparedState> prepared;
  PoolOptions options;
  bool has_limits = false;  ///< those of each store are to be set
  std::mutex mutex;
  std::vector<Lease> ready;
};

namespace {

// By names for all members, so that one more doesn't compile until it is looked at here.

bool sets_any(const SoftLimits& limits) {
  const auto& [memory_bytes, table_elements, instances, heap_bytes, stack_bytes, fuel, wall_time,
               cpu_time, host_calls, host_bytes, passed] = limits;
  return memory_bytes || table_elements || instances || heap_bytes || stack_bytes || fuel ||
         wall_time || cpu_time || host_calls || host_bytes || passed;
}

/// Whether the limits are others than those that each store begins with.
bool sets_any(const Limits& limits) {
  const auto& [memory_bytes, table_elements, instances, heap_bytes, fuel, stack_bytes, wall_time,
               cpu_time, host_calls, host_bytes, deadline, may_wait, may_grow, soft, measure_time,
               count_calls_by_name] = limits;
  return memory_bytes || table_elements || instances || heap_bytes || fuel || stack_bytes ||
         wall_time || cpu_time || host_calls || host_bytes || deadline || !may_wait || may_grow ||
         sets_any(soft) || measure_time || count_calls_by_name;
}

std::optional<Lease> make(const api::PoolState& pool, detail::CallFailure& failure) {
  const Engine engine = EngineAccess::make(pool.prepared->module->engine);
  Lease lease{pool.options.budget ? Store(engine, *pool.options.budget) : Store(engine), {}};
  if (pool.has_limits) {
    auto limited = lease.store.limits(pool.options.limits);
    if (!limited) return failure.error.emplace(std::move(limited).error()), std::nullopt;
  }
  if (!detail::instantiate(pool.prepared.get(), lease.store, lease.instance, failure))
    return std::nullopt;
  return lease;
}

}  // namespace

Pool::Pool(const Prepared& prepared, const PoolOptions& options) noexcept {
  try {
    auto state = std::make_shared<api::PoolState>();
    state->prepared = PreparedAccess::state(prepared);
    if (!state->prepared) return;
    state->options = options;
    // A budget that limits fuel refuses limits that set none: the lease fails, not its first call.
    state->has_limits = options.budget || sets_any(options.limits);
    state->ready.reserve(options.ready);
    state_ = detail::shared_of(std::move(state));
  } catch (...) {
    // It stays empty.
  }
}

Pool::Pool(const Prepared& prepared) noexcept : Pool(prepared, PoolOptions()) {}

void detail::take_instance(api::PoolState* pool, std::optional<Lease>& lease,
                           CallFailure& failure) noexcept {
  if (!pool) return failure.error.emplace(api::empty_object("Pool"));
  {
    const std::lock_guard lock(pool->mutex);
    if (!pool->ready.empty()) {
      lease = std::move(pool->ready.back());
      pool->ready.pop_back();
      return;
    }
  }
  lease = make(*pool, failure);
}

bool detail::add_instance(api::PoolState* pool, bool& ready, CallFailure& failure) noexcept {
  if (!pool) return failure.error.emplace(api::empty_object("Pool")), false;
  const auto is_full = [&] { return pool->ready.size() >= pool->options.ready; };
  {
    const std::lock_guard lock(pool->mutex);
    if (is_full()) return ready = true;
  }
  auto lease = make(*pool, failure);
  if (!lease) return false;
  const std::lock_guard lock(pool->mutex);
  if (!is_full()) pool->ready.push_back(std::move(*lease));
  ready = is_full();
  return true;
}

std::size_t Pool::ready() const noexcept {
  if (!state_) return 0;
  const std::lock_guard lock(state_->mutex);
  return state_->ready.size();
}

}  // namespace wrun::inline v0
