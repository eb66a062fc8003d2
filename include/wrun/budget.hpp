#pragma once

// Budget: an account that several stores draw on, whichever threads they run on: a tenant's.
// Copies refer to the same budget. Thread-safe.

#include <cstdint>
#include <memory>
#include <optional>

#include <wrun/export.hpp>
#include <wrun/limits.hpp>

namespace wrun {
inline namespace v0 {

namespace api {
struct BudgetState;
}

/// Caps over the sum of a budget's stores; what is absent is unlimited.
struct BudgetLimits {
  std::optional<std::uint64_t> memory_bytes = {};
  std::optional<std::uint64_t> table_elements = {};
  std::optional<std::uint64_t> instances = {};
  std::optional<std::uint64_t> heap_bytes = {};
  /// Instructions that its stores are granted (Limits::fuel, without which they get none); what a
  /// store didn't use comes back when it ends.
  std::optional<std::uint64_t> fuel = {};
};

class Budget {
 public:
  /// If there's no memory for it, stores made with it fail with ErrorKind::limit when used.
  WRUN_API explicit Budget(const BudgetLimits& limits = {}) noexcept;
  /// Sums over its stores, also those that are gone where an amount adds up. `instructions` is
  /// absent if a store's engine didn't count them; those of a running call count when it ends.
  WRUN_API Usage usage() const;

 private:
  friend struct BudgetAccess;
  std::shared_ptr<api::BudgetState> state_;
};

}  // namespace v0
}  // namespace wrun
