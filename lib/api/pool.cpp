#include <wrun/pool.hpp>

#include <mutex>
#include <utility>
#include <vector>

#include "lib/api/boundary.hpp"
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

bool sets_any(const SoftLimits& soft) {
  return soft.memory_bytes || soft.table_elements || soft.instances || soft.heap_bytes ||
         soft.stack_bytes || soft.fuel || soft.wall_time || soft.cpu_time || soft.host_calls ||
         soft.host_bytes || soft.passed;
}

/// Whether the limits are others than those that each store begins with.
bool sets_any(const Limits& limits) {
  return limits.memory_bytes || limits.table_elements || limits.instances || limits.heap_bytes ||
         limits.fuel || limits.stack_bytes || limits.wall_time || limits.cpu_time ||
         limits.host_calls || limits.host_bytes || limits.deadline || !limits.may_wait ||
         limits.may_grow || sets_any(limits.soft) || limits.measure_time ||
         limits.count_calls_by_name;
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
    state->options = options;
    // A budget may refuse stores without.
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
  if (!pool) return failure.error.emplace(api::out_of_memory());
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
  if (!pool) return failure.error.emplace(api::out_of_memory()), false;
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
