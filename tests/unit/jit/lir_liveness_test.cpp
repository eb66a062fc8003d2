#include "jit/lir_liveness.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/jit/lir_generator.hpp"

namespace wrun::inline v0::jit {
namespace {

/// What is known of one value, block by block.
struct Lifetime {
  std::vector<bool> into;
  std::uint32_t end = 0;
  std::uint32_t hot_end = 0;
};

class Liveness : public testing::Test {
 protected:
  Lifetime lifetime(const LFunction& function, VReg v) const {
    const LirUses::Definition& definition = uses_.definition(v);
    Lifetime found{std::vector<bool>(function.blocks.size()), definition.at + 1, definition.at + 1};
    std::vector<std::uint32_t> todo;
    const auto reach = [&](std::uint32_t b) {
      if (b == definition.block || found.into[b]) return;
      found.into[b] = true;
      todo.push_back(b);
    };
    const auto extend = [&](std::uint32_t b, std::uint32_t end) {
      found.end = std::max(found.end, end);
      if (!function.blocks[b].is_cold) found.hot_end = std::max(found.hot_end, end);
    };
    for (const LirUse& use : uses_.of(v)) {
      const std::uint32_t b = liveness_.block_of(use.at);
      extend(b, use.at + 1);
      reach(b);
    }
    while (!todo.empty()) {
      const std::uint32_t b = todo.back();
      todo.pop_back();
      for (const std::uint32_t pred : flow_.preds(b)) {
        extend(pred, function.blocks[pred].end);
        reach(pred);
      }
    }
    return found;
  }

  void expect_out(const LFunction& function, VReg v, const Lifetime& wanted) const {
    for (std::uint32_t b = 0; b < function.blocks.size(); ++b) {
      const LBlock& block = function.blocks[b];
      bool is_out = false;
      for (std::uint32_t s = 0; s < block.succ_count; ++s)
        is_out |= wanted.into[function.succs[block.first_succ + s].to];
      ASSERT_EQ(liveness_.is_live_out_of(function, v, b), is_out) << v << " out of " << b;
    }
  }

  /// Of each so many values one. Returns how many of them are alive into how many blocks, in all.
  std::size_t check(const LFunction& function, VReg step = 1) {
    flow_.analyse(function);
    uses_.analyse(function);
    EXPECT_TRUE(liveness_.analyse(function, flow_, uses_));
    std::size_t pairs = 0;
    for (VReg v = 0; v < function.vregs.size(); v += step) {
      if (function.vregs[v].is_constant || uses_.definition(v).at == LirUses::none) continue;
      const Lifetime wanted = lifetime(function, v);
      bool is_same = liveness_.end(v) == wanted.end;
      // Where a value's only block is cold, the other end says so, too.
      is_same &= !liveness_.is_global(v) || liveness_.hot_end(v) == wanted.hot_end;
      for (std::uint32_t b = 0; b < function.blocks.size(); ++b) {
        is_same &= liveness_.is_live_into(v, b) == wanted.into[b];
        pairs += wanted.into[b];
      }
      EXPECT_TRUE(is_same) << v;
      expect_out(function, v, wanted);
    }
    return pairs;
  }

  LirFlow flow_;
  LirUses uses_;
  LirLiveness liveness_;
};

TEST_F(Liveness, ReachesFromUsesBackToDefinitions) {
  std::size_t pairs = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) pairs += check(generate_lir(seed, {}));
  EXPECT_GT(pairs, 1000u);
}

TEST_F(Liveness, IsTheSameInDeepLoops) {
  LirShape shape;
  shape.size = 400;
  shape.depth = 40;
  for (std::uint64_t seed = 0; seed < 20; ++seed) check(generate_lir(seed, shape));
}

/// More blocks and values than there are bits for.
TEST_F(Liveness, IsTheSameOfLargeFunctions) {
  LirShape shape;
  shape.size = 12000;
  const LFunction function = generate_lir(1, shape);
  EXPECT_GT(check(function, 97), 100u);
}

}  // namespace
}  // namespace wrun::inline v0::jit
