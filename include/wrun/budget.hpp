#pragma once

// Budget: an account that several stores draw on, whichever threads they run on: a tenant's.
// Copies refer to the same budget. Thread-safe. One that was moved from is empty: so are stores
// made with it.

#include <cstdint>
#include <optional>

#include <wrun/detail/shared.hpp>
#include <wrun/detail/standard.hpp>
#include <wrun/export.hpp>
#include <wrun/limits.hpp>

namespace wrun {
inline namespace v0 {

namespace api {
struct BudgetState;
}

/// Caps over the sum of a budget's stores; what is absent is unlimited. The budget, its stores, and
/// the shared memories made with it or in them keep the callbacks: what those refer to must be
/// there until all of them are gone.
template <template <class> class Optional>
struct BudgetLimitsOf {
  Optional<std::uint64_t> memory_bytes = {};
  Optional<std::uint64_t> table_elements = {};
  Optional<std::uint64_t> instances = {};
  Optional<std::uint64_t> heap_bytes = {};
  /// Reserved for the stacks of its stores' calls, also of paused ones.
  Optional<std::uint64_t> stack_bytes = {};
  /// Instructions that its stores are granted (Limits::fuel, without which they get none); what a
  /// store didn't use comes back when it ends.
  Optional<std::uint64_t> fuel = {};
  /// Time inside calls from the host, summed over its stores: two that run at once use it up twice
  /// as fast. Looked at every 10 ms at the least.
  Optional<std::chrono::nanoseconds> wall_time = {};
  /// The same in CPU time.
  Optional<std::chrono::nanoseconds> cpu_time = {};
  Optional<std::uint64_t> host_calls = {};  ///< as Limits::host_calls
  Optional<std::uint64_t> host_bytes = {};  ///< as Limits::host_bytes
  /// As Limits::may_grow, for all its stores and shared memories: asked where the limits and the
  /// store's own may_grow allow it. Runs on whichever thread lets something grow, maybe on several
  /// at once.
  detail::Callback<bool(const GrowthOf<Optional>&)> may_grow = {};
  SoftLimitsOf<Optional> soft = {};  ///< of the sums
  /// Measure the time of all its stores' calls, also where none is limited.
  bool measure_time = false;
};
using BudgetLimits = BudgetLimitsOf<std::optional>;

class Budget {
 public:
  /// If there's no memory for it, it is empty.
  WRUN_API explicit Budget(const BudgetLimits& limits) noexcept;
  /// Without limits.
  WRUN_API Budget() noexcept;
  /// Sums over its stores, also those that are gone where an amount adds up. Peaks are those of the
  /// sums. `instructions` is absent if a store's engine didn't count them, times if they aren't
  /// measured of all stores. What a running call used besides memory counts when it ends; its time
  /// every 10 ms if it is limited.
  WRUN_API Usage usage() const;

 private:
  friend struct BudgetAccess;
  detail::Shared<api::BudgetState> state_;
};

}  // namespace v0
}  // namespace wrun
