#include "jit/lir_flow.hpp"

#include <gtest/gtest.h>

#include "tests/unit/jit/lir_generator.hpp"

namespace wrun::inline v0::jit {
namespace {

/// The blocks that can be reached without passing one.
std::vector<bool> reach_without(const LFunction& function, std::uint32_t start,
                                std::uint32_t block) {
  std::vector<bool> seen(function.blocks.size());
  std::vector<std::uint32_t> todo;
  const auto visit = [&](std::uint32_t b) {
    if (b == block || seen[b]) return;
    seen[b] = true;
    todo.push_back(b);
  };
  visit(start);
  while (!todo.empty()) {
    const LBlock& from = function.blocks[todo.back()];
    todo.pop_back();
    for (std::uint32_t s = 0; s < from.succ_count; ++s) {
      visit(function.succs[from.first_succ + s].to);
    }
  }
  return seen;
}

TEST(LirFlow, DominatorsAreWhatEveryWayPasses) {
  LirFlow flow;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const LFunction function = generate_lir(seed, {});
    flow.analyse(function);
    for (std::uint32_t a = 0; a < function.blocks.size(); ++a) {
      const std::vector<bool> seen = reach_without(function, 0, a);
      for (std::uint32_t b = 0; b < function.blocks.size(); ++b) {
        ASSERT_EQ(flow.dominates(a, b), !seen[b]) << seed << ": " << a << ", " << b;
      }
    }
  }
}

TEST(LirFlow, LoopsAreWhatTheirHeadersDominateAndComeBackFrom) {
  LirFlow flow;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const LFunction function = generate_lir(seed, {});
    flow.analyse(function);
    std::vector<std::uint32_t> depth(function.blocks.size());
    for (std::uint32_t header = 0; header < function.blocks.size(); ++header) {
      bool is_header = false;
      std::vector<bool> inside(function.blocks.size());
      for (const std::uint32_t latch : flow.preds(header)) {
        if (!flow.dominates(header, latch)) continue;
        is_header = true;
        for (std::uint32_t b = 0; b < function.blocks.size(); ++b) {
          inside[b] =
              inside[b] || (flow.dominates(header, b) && reach_without(function, b, header)[latch]);
        }
      }
      ASSERT_EQ(flow.is_loop_header(header), is_header);
      inside[header] = is_header;
      for (std::uint32_t b = 0; b < function.blocks.size(); ++b) depth[b] += inside[b] ? 1 : 0;
    }
    for (std::uint32_t b = 0; b < function.blocks.size(); ++b) {
      ASSERT_EQ(flow.loop_depth(b), depth[b]) << seed << ": " << b;
    }
  }
}

}  // namespace
}  // namespace wrun::inline v0::jit
