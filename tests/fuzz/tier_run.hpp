#pragma once

// Runs a generated module in one way, and says all that can be seen of it.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <wrun/config.hpp>
#include <wrun/error.hpp>

namespace wrun::inline v0::fuzz {

/// A way to run a module; none may make a difference that can be seen.
struct Flavour {
  Tier tier = Tier::interpreter;
  std::uint32_t hot_after = 2;
  bool interruptible = true;
  MemoryChecks memory_checks = MemoryChecks::automatic;
  bool from_image = false;  ///< serialized, and read back, before it runs
  bool fuel = false;
  std::uint64_t fuel_amount = 0;  ///< before each call
  std::uint64_t collect = 0;      ///< collect at every allocation
  bool canonical_nans = false;    ///< which NaN anything is can be seen
  RelaxedSimd relaxed_simd = RelaxedSimd::deterministic;
  bool deterministic = false;
  std::uint64_t heap_bytes = 0;     ///< 0: no limit
  bool tries_upper_halves = false;  ///< see api::engine_that_tries_upper_halves()

  std::string name() const;
};

/// What came of it, for the histogram.
struct Happened {
  bool may_change_tiers = false;
  bool is_from_image = false;
  Features features;  ///< that the module uses
  std::array<std::uint64_t, static_cast<std::size_t>(TrapCode::count_)> traps{};
  std::uint64_t returned = 0;
  std::uint64_t exceptions = 0;
  std::uint64_t host_errors = 0;
  std::uint64_t host_calls = 0;
  std::uint64_t callbacks = 0;
  std::uint64_t compiled = 0;     ///< functions
  std::uint64_t loops = 0;        ///< entered in mid-loop
  std::uint64_t interpreted = 0;  ///< functions that the compiler refused
};

struct Observation {
  /// One for each call, then memories, globals and tables. Those of two flavours that differ in
  /// fuel alone are equal but for their fuel.
  std::vector<std::string> lines;
  Happened happened;
  bool is_valid = true;
  /// The stack was used up where no call is meant to: how deep that is depends on the tier, but in
  /// deterministic engines.
  bool is_cut = false;
};

/// Calls all exported functions, several times.
Observation run_module(std::span<const std::uint8_t> module, const Flavour& flavour);

/// The first line that differs, with both; empty if all agree.
std::string difference(const Observation& expected, const Observation& actual);

}  // namespace wrun::inline v0::fuzz
