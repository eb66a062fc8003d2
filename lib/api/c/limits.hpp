#pragma once

// Amounts as C programs give them.

#include <wrun/c/store.h>
#include <wrun/budget.hpp>
#include <wrun/limits.hpp>
#include <wrun/result.hpp>

struct wrun_budget_t {
  wrun::Budget budget;
};

namespace wrun::inline v0::capi {

/// Absent if it is WRUN_UNLIMITED.
inline std::optional<std::uint64_t> amount(std::uint64_t value) {
  if (value == WRUN_UNLIMITED) return std::nullopt;
  return value;
}

Result<Limits> to_public(const wrun_limits_t& limits);

}  // namespace wrun::inline v0::capi
