#pragma once

// What a benchmark measured: how long each phase of a run took, in each round.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wrun::inline v0::tool {

using Nanoseconds = std::chrono::nanoseconds;

/// In their order; `total` is the others together.
enum class Phase : std::uint8_t { load, compile, instantiate, run, total };
inline constexpr std::size_t phases = 5;
inline constexpr std::array<std::string_view, phases> phase_names{"load", "compile", "instantiate",
                                                                  "run", "total"};
/// What its time includes.
std::string_view meaning(Phase phase);

struct TierTimes {
  std::string tier;  ///< as --tier has it
  /// By phase, a time for each round; empty where the tier has no such phase.
  std::array<std::vector<Nanoseconds>, phases> times;

  const std::vector<Nanoseconds>& of(Phase phase) const {
    return times[static_cast<std::size_t>(phase)];
  }
  std::vector<Nanoseconds>& of(Phase phase) { return times[static_cast<std::size_t>(phase)]; }
};

struct BenchTimes {
  std::string file;
  std::uint64_t module_bytes = 0;  ///< in the binary format
  std::uint32_t rounds = 0;
  std::vector<TierTimes> tiers;
  std::string no_compiler;  ///< why tiers are missing; empty if none is
};

struct Summary {
  Nanoseconds median{0};
  Nanoseconds least{0};
  Nanoseconds greatest{0};
  Nanoseconds spread{0};  ///< half of the times are no further from the median
};

/// Of at least one time. The median of an even number is the mean of the two in the middle.
Summary summary_of(const std::vector<Nanoseconds>& times);

}  // namespace wrun::inline v0::tool
