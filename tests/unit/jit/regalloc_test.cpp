#include <gtest/gtest.h>

#include "jit/lir_print.hpp"
#include "jit/regalloc_verify.hpp"
#include "jit/spill_everywhere.hpp"
#include "tests/unit/jit/lir_builder.hpp"
#include "tests/unit/jit/lir_generator.hpp"

namespace wrun::inline v0::jit {
namespace {

void check(const LFunction& function, const Allocation& allocation, std::uint64_t seed) {
  ASSERT_EQ(verify_allocation(function, allocation), "") << "seed " << seed << '\n'
                                                         << print(function, &allocation);
}

void check_all(std::uint64_t rounds, const LirShape& shape) {
  RegisterAllocator allocator;
  unsigned simple = 0;
  for (std::uint64_t seed = 0; seed < rounds; ++seed) {
    const LFunction function = generate_lir(seed, shape);
    const Allocation& allocation = allocator.run(function);
    simple += allocation.is_simple ? 1 : 0;
    ASSERT_NO_FATAL_FAILURE(check(function, allocation, seed));
  }
  EXPECT_EQ(simple, 0u);
}

TEST(SpillEverywhere, AllocatesRandomFunctions) {
  SpillEverywhere allocator;
  Allocation allocation;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const LFunction function = generate_lir(seed, {});
    allocator.run(function, allocation);
    ASSERT_NO_FATAL_FAILURE(check(function, allocation, seed));
  }
}

TEST(RegisterAllocator, AllocatesRandomFunctions) {
  check_all(600, {});
}

TEST(RegisterAllocator, AllocatesSmallFunctions) {
  check_all(2000, {.size = 12, .depth = 2, .live = 6});
}

TEST(RegisterAllocator, AllocatesLargeFunctions) {
  check_all(20, {.size = 2000, .depth = 6, .live = 40});
}

TEST(RegisterAllocator, AllocatesWithManyCalls) {
  check_all(500, {.live = 30, .call_percent = 30});
}

/// Loops around switches of so many ways that few of them need some of what the loop carries.
TEST(RegisterAllocator, AllocatesInterpreters) {
  check_all(300, {.size = 600, .depth = 4, .live = 20, .call_percent = 25, .most_ways = 24});
}

TEST(RegisterAllocator, AllocatesWithFewRegisters) {
  check_all(500, {.live = 30, .has_few_registers = true});
}

/// Of `values` that live through `exits` early returns, one is used before each.
LFunction with_exits(unsigned values, unsigned exits) {
  LirBuilder b;
  const std::uint32_t entry = b.block();
  const VReg start = b.vreg();
  b.inst(entry, {def_in(start, 7)});
  std::vector<VReg> alive;
  for (unsigned i = 0; i < values; ++i) {
    alive.push_back(b.vreg());
    b.inst(entry, {use(start), def(alive.back())});
  }
  std::uint32_t at = entry;
  for (unsigned i = 0; i < exits; ++i) {
    const std::uint32_t on = b.block();
    const std::uint32_t out = b.block();
    b.branch(at, {use(alive[i % values])}, {on, out});
    b.ret(out);
    at = on;
  }
  for (const VReg v : alive) b.inst(at, {use(v, Constraint::any)});
  b.ret(at);
  return b.finish();
}

/// All is verified with the simple allocation too: it is what such functions get.
TEST(RegisterAllocator, GivesUpOnLivenessThatIsOutOfProportion) {
  RegisterAllocator allocator;
  EXPECT_TRUE(allocator.run(with_exits(20000, 40000)).is_simple);
  const LFunction small = with_exits(20, 30);
  const Allocation& allocation = allocator.run(small);
  EXPECT_FALSE(allocation.is_simple);
  check(small, allocation, 0);
}

}  // namespace
}  // namespace wrun::inline v0::jit
