#pragma once

// Pool: fresh instances of one module, each in a store of its own, some of them made ahead: one
// for each request, thrown away afterwards. No instance is ever used twice; what is used again is
// memory, wiped (Prepared): an engine keeps 64 MiB of it at most, besides that of linear memories
// and stacks. Thread-safe; copies refer to the same pool. One that was moved from is empty: every
// use fails with ErrorKind::usage.
//
//   Pool pool(linker.prepare(module).value(), {.limits = {.memory_bytes = 64 << 20}});
//   auto lease = pool.take().value();
//   lease.instance.typed<void()>("handle").value()().value();

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include <wrun/budget.hpp>
#include <wrun/detail/call.hpp>
#include <wrun/detail/shared.hpp>
#include <wrun/export.hpp>
#include <wrun/instance.hpp>
#include <wrun/limits.hpp>
#include <wrun/linker.hpp>
#include <wrun/result.hpp>
#include <wrun/store.hpp>

namespace wrun {
inline namespace v0 {

namespace api {
struct PoolState;
}

template <template <class> class Optional>
struct PoolOptionsOf {
  /// How many instances fill() makes ahead.
  std::size_t ready = 8;
  /// Of each store. A deadline is better set when one is taken.
  LimitsOf<Optional> limits = {};
  /// What the stores draw on, those that wait too.
  Optional<Budget> budget = {};
};
using PoolOptions = PoolOptionsOf<std::optional>;

/// A fresh instance and its store. Movable; it may be used on any thread.
struct Lease {
  Store store;
  Instance instance;
};

namespace detail {
WRUN_API void take_instance(api::PoolState* pool, std::optional<Lease>& lease,
                            CallFailure& failure) noexcept;
/// False when a new one couldn't be made. `ready` says whether there were enough already.
WRUN_API bool add_instance(api::PoolState* pool, bool& ready, CallFailure& failure) noexcept;
}  // namespace detail

class Pool {
 public:
  /// If there's no memory for it, it is empty. An instance per store: the module's imports must be
  /// good for all stores.
  WRUN_API Pool(const Prepared& prepared, const PoolOptions& options) noexcept;
  WRUN_API explicit Pool(const Prepared& prepared) noexcept;

  /// One that was made ahead, or else a new one. Errors: those of Prepared::instantiate and
  /// Store::limits.
  template <class Taken = Lease>
  WRUN_INLINE Result<Taken> take() const {
    detail::CallFailure failure;
    std::optional<Taken> lease;
    detail::take_instance(state_.get(), lease, failure);
    if (!lease) return detail::take_error<detail::has_exceptions>(failure);
    return std::move(*lease);
  }
  /// Makes instances until enough are ready; for a thread that has time. Errors: as take().
  WRUN_INLINE Result<void> fill() const {
    for (bool ready = false; !ready;) {
      detail::CallFailure failure;
      if (!detail::add_instance(state_.get(), ready, failure))
        return detail::take_error<detail::has_exceptions>(failure);
    }
    return {};
  }
  /// How many are ready now.
  WRUN_API std::size_t ready() const noexcept;

 private:
  detail::Shared<api::PoolState> state_;
};

}  // namespace v0
}  // namespace wrun
