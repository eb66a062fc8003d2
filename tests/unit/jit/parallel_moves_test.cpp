#include "jit/parallel_moves.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace wrun::inline v0::jit {
namespace {

constexpr Reg scratch = 31;
constexpr Reg general_scratch = 11;

/// Eight values of each class: vreg v starts in place v.
struct Places {
  LFunction function;
  std::map<std::uint32_t, VReg> held;

  Places() {
    for (unsigned i = 0; i < 32; ++i) {
      function.vregs.push_back({i < 16 ? RegClass::general : RegClass::vector, 8, false, -1, 0});
    }
    function.vregs[15].is_constant = true;
    function.vregs[31].is_constant = true;
  }

  void run(const PlainVector<Move>& moves) {
    for (const Move& move : moves) {
      ASSERT_FALSE(move.from.is_slot() && move.to.is_slot());
      ASSERT_EQ(move.from.is_none() ? move.vreg : held.at(move.from.code()), move.vreg);
      held[move.to.code()] = move.vreg;
    }
  }
};

Loc start_of(unsigned v) {
  const unsigned k = v % 16;
  const unsigned first = v < 16 ? 0 : 16;
  return k < 4 ? Loc::reg(static_cast<Reg>(first + k)) : Loc::slot(v);
}

TEST(ParallelMoves, KeepEveryValue) {
  std::mt19937 random(7);
  ParallelMoves moves;
  for (unsigned round = 0; round < 5000; ++round) {
    Places machine;
    std::vector<std::pair<VReg, Loc>> wanted;
    for (unsigned v = 0; v < 32; ++v) {
      if (v % 16 < 12) machine.held[start_of(v).code()] = v;
    }
    for (unsigned target = 0; target < 32; ++target) {
      if (target % 16 >= 12 || random() % 3 == 0) continue;
      unsigned v = (target & 16u) + random() % 12;
      if (random() % 8 == 0) v = (target & 16u) + 15;
      wanted.emplace_back(v, start_of(target));
      moves.add(v % 16 == 15 ? Loc() : start_of(v), start_of(target), v);
    }
    RegSet free;
    if (random() % 2 == 0) free.add(9);
    if (random() % 2 == 0) free.add(25);
    machine.function.general_scratch = random() % 2 == 0 ? general_scratch : no_reg;
    std::uint32_t slots = 40;
    PlainVector<Move> out;
    moves.resolve(machine.function, 3, free, slots, out);
    ASSERT_NO_FATAL_FAILURE(machine.run(out));
    for (const auto& [v, place] : wanted) ASSERT_EQ(machine.held.at(place.code()), v);
    for (const Move& move : out) {
      ASSERT_EQ(move.at, 3u);
      const bool is_wanted = std::any_of(wanted.begin(), wanted.end(),
                                         [&](const auto& want) { return want.second == move.to; });
      const bool is_room = move.to.is_reg()
                               ? move.to.reg() == scratch || move.to.reg() == general_scratch ||
                                     free.has(move.to.reg())
                               : move.to.slot() >= 40 && move.to.slot() < slots;
      ASSERT_TRUE(is_wanted || is_room);
    }
  }
}

TEST(ParallelMoves, SwapThroughAFreeRegister) {
  Places machine;
  ParallelMoves moves;
  moves.add(Loc::reg(0), Loc::reg(1), 0);
  moves.add(Loc::reg(1), Loc::reg(0), 1);
  std::uint32_t slots = 0;
  PlainVector<Move> out;
  moves.resolve(machine.function, 0, RegSet(1u << 3), slots, out);
  ASSERT_EQ(out.size(), 3u);
  EXPECT_EQ(out[0].to, Loc::reg(3));
  EXPECT_EQ(slots, 0u);
}

}  // namespace
}  // namespace wrun::inline v0::jit
