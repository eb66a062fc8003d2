#pragma once

// All tiers on one module.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tests/fuzz/module_plan.hpp"
#include "tests/fuzz/tier_run.hpp"

namespace wrun::inline v0::fuzz {

/// Flavours that must agree, the interpreter's first. Chosen by a number; NaNs are canonical, and
/// engines deterministic, in all or none.
std::vector<Flavour> flavours(std::uint64_t choice);

/// What comparing found, with what happened in all runs.
struct Comparison {
  std::string failure;  ///< empty if all agree
  std::vector<Happened> runs;
};
Comparison compare(std::span<const std::uint8_t> module, const std::vector<Flavour>& flavours);

/// Ends the process by a signal when it works, or waits, for too long from now on. Time that others
/// have the processor counts little.
void limit_time();

/// How a comparison in a process of its own ended.
enum class Verdict : std::uint8_t { agrees, differs, crashes };
Verdict judge(std::span<const std::uint8_t> module, const std::vector<Flavour>& flavours,
              bool prints = false);

/// The same of a module in a file, with canonical NaNs if it needs them.
std::vector<Flavour> flavours_for(std::span<const std::uint8_t> module, std::uint64_t choice);

/// The module of a byte string for such flavours.
std::vector<std::uint8_t> generate_for(const std::vector<Flavour>& flavours,
                                       std::span<const std::uint8_t> bytes, OpCounts& counts);

/// A shorter byte string whose module fails too.
std::vector<std::uint8_t> reduce(std::vector<std::uint8_t> bytes,
                                 const std::vector<Flavour>& flavours);

}  // namespace wrun::inline v0::fuzz
