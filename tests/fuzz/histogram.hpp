#pragma once

// What was generated, and what came of it. Plain data, so that processes can share it.

#include <array>
#include <cstdint>

#include <wrun/features.hpp>

#include "tests/fuzz/comparison.hpp"
#include "tests/fuzz/module_plan.hpp"

namespace wrun::inline v0::fuzz {

struct Histogram {
  std::uint64_t modules = 0;
  std::uint64_t bytes = 0;
  OpCounts ops{};
  std::array<std::uint64_t, static_cast<std::size_t>(Feature::count_)> features{};  ///< modules
  Happened happened;                                                                ///< in all runs
  std::uint64_t automatic_runs = 0;   ///< in which tiers may change
  std::uint64_t image_runs = 0;       ///< of modules read back
  std::uint64_t runs_with_loops = 0;  ///< of those, the ones that entered compiled code mid-loop
  std::uint64_t compiled_runs = 0;    ///< with any compiled function
  std::uint64_t mixed_runs = 0;       ///< with compiled functions and some that can't be
};

void add(Histogram& histogram, const Comparison& comparison);
void print(const Histogram& histogram);
/// Whether enough runs went on in compiled code in the middle of a loop; too few runs tell nothing.
bool enters_loops(const Histogram& histogram);
/// Whether everything happened that can; says what didn't.
bool is_complete(const Histogram& histogram);

}  // namespace wrun::inline v0::fuzz
