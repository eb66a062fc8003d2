#pragma once

// Runs a guest many times and looks at the clock.

#include <string>
#include <variant>
#include <vector>

#include "tools/wrun/bench/times.hpp"
#include "tools/wrun/guest.hpp"
#include "tools/wrun/outcome.hpp"

namespace wrun::inline v0::tool {

struct BenchPlan {
  GuestOptions guest;
  std::vector<Tier> tiers;
  std::uint32_t rounds = 10;
};

/// Each round runs each tier once, with an engine of its own, so that nothing is left over from
/// another. Or how the first run ended that failed. Shows progress.
std::variant<BenchTimes, Outcome> measure(const BenchPlan& plan);

}  // namespace wrun::inline v0::tool
