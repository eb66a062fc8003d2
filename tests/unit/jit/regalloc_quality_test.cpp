// What good code needs of the register allocator, in small functions.

#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "jit/lir_print.hpp"
#include "jit/regalloc_verify.hpp"
#include "tests/unit/jit/lir_builder.hpp"

namespace wrun::inline v0::jit {
namespace {

struct Result {
  LFunction function;
  Allocation allocation;

  explicit Result(LirBuilder& b) : function(b.finish()) {
    RegisterAllocator allocator;
    allocation = allocator.run(function);
    EXPECT_EQ(verify_allocation(function, allocation), "") << text();
    EXPECT_FALSE(allocation.is_simple);
  }
  std::string text() const { return print(function, &allocation); }
  std::size_t count(const std::function<bool(const LBlock&, const Move&)>& is_counted) const {
    std::size_t found = 0;
    for (const LBlock& block : function.blocks) {
      for (const Move& move : allocation.moves) {
        const bool is_here = move.at >= block.first && move.at < block.end;
        found += is_here && is_counted(block, move) ? 1 : 0;
      }
    }
    return found;
  }
  std::size_t moves_in_hot_loops() const {
    return count(
        [](const LBlock& block, const Move&) { return block.loop_depth > 0 && !block.is_cold; });
  }
  std::size_t stores() const {
    return count([](const LBlock&, const Move& move) { return move.to.is_slot(); });
  }
  std::size_t loads() const {
    return count([](const LBlock&, const Move& move) { return move.from.is_slot(); });
  }
};

/// for (i = 0; i < n; ++i) s += p[i], with room for more in the middle.
struct Loop {
  LirBuilder b;
  VReg p = b.vreg();
  VReg n = b.vreg();
  VReg i = 0;
  VReg s = 0;
  VReg t = b.vreg();

  explicit Loop(const std::function<std::uint32_t(Loop&, std::uint32_t)>& middle) {
    const std::uint32_t entry = b.block();
    const std::uint32_t header = b.block(1);
    std::uint32_t body = b.block(1);
    const VReg zero = b.constant(0);
    b.inst(entry, {def_in(p, rdi), def_in(n, rsi)});
    i = b.param(header);
    s = b.param(header);
    b.jump(entry, header, {zero, zero});
    const std::uint32_t first = body;
    b.inst(body, {use(p), use(i), def(t)});
    body = middle(*this, body);
    const VReg sum = b.vreg();
    const VReg next = b.vreg();
    b.inst(body, {use(s), use(t, Constraint::any), def_tied(sum, 0)});
    b.inst(body, {use(i), def_tied(next, 0)});
    b.jump(body, header, {next, sum});
    const std::uint32_t exit = b.block();
    b.branch(header, {use(i), use(n, Constraint::any)}, {first, exit});
    b.ret(exit, {use_in(s, rax)});
  }
};

TEST(RegisterQuality, ALoopNeedsNoMoves) {
  Loop loop([](Loop&, std::uint32_t body) { return body; });
  const Result result(loop.b);
  EXPECT_EQ(result.moves_in_hot_loops(), 0u) << result.text();
  EXPECT_EQ(result.stores() + result.loads(), 0u) << result.text();
}

/// Each turn keeps a value for the next one: that is moved before the branch that goes back.
TEST(RegisterQuality, ALoopGoesBackByItsBranch) {
  LirBuilder b;
  const std::uint32_t entry = b.block();
  const std::uint32_t body = b.block(1);
  const std::uint32_t latch = b.block(1);
  const std::uint32_t exit = b.block();
  const VReg n = b.vreg();
  const VReg first = b.vreg();
  b.inst(entry, {def_in(n, rdi), def_in(first, rsi)});
  const VReg last = b.param(body);
  const VReg i = b.param(body);
  b.jump(entry, body, {first, n});
  const VReg now = b.vreg();
  b.inst(body, {use(n), use(i), def(now)});
  b.inst(body, {use(last), use(now)});
  const VReg next = b.vreg();
  b.inst(body, {use(i), def_tied(next, 0)});
  b.branch(body, {use(next)}, {exit, latch});
  b.jump(latch, body, {now, next});
  b.ret(exit);
  const Result result(b);
  const std::uint32_t at = result.function.blocks[latch].first;
  EXPECT_EQ(result.count([at](const LBlock& block, const Move&) { return block.first == at; }), 0u)
      << result.text();
  EXPECT_LE(result.moves_in_hot_loops(), 1u) << result.text();
}

TEST(RegisterQuality, AColdCallCostsTheColdBlockOnly) {
  Loop loop([](Loop& l, std::uint32_t body) {
    const std::uint32_t cold = l.b.block(1, true);
    const std::uint32_t on = l.b.block(1);
    const std::uint32_t join = l.b.block(1);
    l.b.branch(body, {use(l.t)}, {on, cold});
    l.b.jump(on, join);
    l.b.call(cold, {use_in(l.t, rdi)});
    l.b.jump(cold, join);
    return join;
  });
  const Result result(loop.b);
  EXPECT_EQ(result.moves_in_hot_loops(), 0u) << result.text();
  EXPECT_EQ(result.count([](const LBlock& block, const Move& move) {
    return !block.is_cold && (move.to.is_slot() || move.from.is_slot());
  }),
            0u)
      << result.text();
}

/// The way with the call stores and loads what is used behind it, and the other one doesn't.
TEST(RegisterQuality, ACallOnOneOfTwoWaysCostsThatWayOnly) {
  LirBuilder b;
  const std::uint32_t entry = b.block();
  const std::uint32_t plain = b.block();
  const std::uint32_t calling = b.block();
  const std::uint32_t join = b.block();
  const VReg n = b.vreg();
  const VReg v = b.vreg();
  b.inst(entry, {def_in(n, rdi), def_in(v, rsi)});
  b.branch(entry, {use(n)}, {plain, calling});
  b.inst(plain, {use(v)});
  b.jump(plain, join);
  b.call(calling, {use_in(n, rdi)});
  b.jump(calling, join);
  b.inst(join, {use(n), use(v)});
  b.ret(join);
  const Result result(b);
  const std::uint32_t at = result.function.blocks[calling].first;
  EXPECT_EQ(result.count([at](const LBlock& block, const Move&) { return block.first != at; }), 0u)
      << result.text();
}

/// Most ways to a block are branches to it: what they find is left where it is.
TEST(RegisterQuality, ABlockThatManyBranchesGoToTakesTheirRegisters) {
  LirBuilder b;
  const VReg n = b.vreg();
  const VReg v = b.vreg();
  std::uint32_t test = b.block();
  b.inst(test, {def_in(n, rdi), def_in(v, rsi)});
  std::vector<std::uint32_t> ways;
  for (unsigned i = 0; i < 3; ++i) {
    ways.push_back(b.block());
    const std::uint32_t next = b.block();
    b.branch(test, {use(n)}, {ways.back(), next});
    test = next;
  }
  const VReg w = b.vreg();
  b.inst(test, {use(n), def_in(w, rcx)});
  const std::uint32_t join = b.block();
  const VReg taken = b.param(join);
  for (const std::uint32_t way : ways) b.jump(way, join, {v});
  b.jump(test, join, {w});
  b.inst(join, {use(taken)});
  b.ret(join, {use(n)});
  const Result result(b);
  EXPECT_EQ(result.count([&](const LBlock& block, const Move&) {
    return block.end - block.first == 1 && block.succ_count == 1;
  }),
            0u)
      << result.text();
}

TEST(RegisterQuality, LeavesRegistersThatTheLoopFixes) {
  Loop loop([](Loop& l, std::uint32_t body) {
    const VReg quotient = l.b.vreg();
    l.b.inst(body, {use_in(l.t, rax), late_use(l.n), def_in(quotient, rax)}, RegSet(1u << rdx));
    const VReg shifted = l.b.vreg();
    l.b.inst(body, {use(quotient), use_in(l.t, rcx), def_tied(shifted, 0)});
    l.t = shifted;
    return body;
  });
  const Result result(loop.b);
  // t to rcx or to rax: it can only be in one of them.
  EXPECT_LE(result.moves_in_hot_loops(), 2u) << result.text();
}

/// Ten values from outside, used in the outer loop only; the inner loop needs many registers.
TEST(RegisterQuality, AnInnerLoopSpillsOutsideOfItself) {
  LirBuilder b;
  const std::uint32_t entry = b.block();
  const std::uint32_t outer = b.block(1);
  const std::uint32_t inner = b.block(2);
  const std::uint32_t inner_latch = b.block(2);
  const std::uint32_t after = b.block(1);
  const std::uint32_t outer_latch = b.block(1);
  const std::uint32_t exit = b.block();
  const VReg start = b.vreg();
  b.inst(entry, {def_in(start, rdi)});
  std::vector<VReg> values;
  for (unsigned k = 0; k < 10; ++k) {
    values.push_back(b.vreg());
    b.inst(entry, {use(start), def(values.back())});
  }
  const VReg i = b.param(outer);
  b.jump(entry, outer, {start});
  VReg j = b.param(inner);
  b.jump(outer, inner, {i});
  std::vector<VReg> inside;
  for (unsigned k = 0; k < 6; ++k) {
    inside.push_back(b.vreg());
    b.inst(inner, {use(j), def(inside.back())});
  }
  for (const VReg v : inside) {
    const VReg next = b.vreg();
    b.inst(inner, {use(j), use(v), def_tied(next, 0)});
    j = next;
  }
  b.branch(inner, {use(j)}, {inner_latch, after});
  b.jump(inner_latch, inner, {j});
  VReg sum = i;
  for (const VReg v : values) {
    const VReg next = b.vreg();
    b.inst(after, {use(sum), use(v, Constraint::any), def_tied(next, 0)});
    sum = next;
  }
  b.branch(after, {use(sum)}, {outer_latch, exit});
  b.jump(outer_latch, outer, {sum});
  b.ret(exit, {use_in(sum, rax)});
  const Result result(b);
  EXPECT_EQ(result.count([](const LBlock& block, const Move& move) {
    return block.loop_depth == 2 && (move.to.is_slot() || move.from.is_slot());
  }),
            0u)
      << result.text();
}

TEST(RegisterQuality, StoresOnceForManyCalls) {
  LirBuilder b;
  const std::uint32_t entry = b.block();
  const VReg v = b.vreg();
  b.inst(entry, {def_in(v, rdi)});
  for (unsigned k = 0; k < 3; ++k) b.call(entry, {use_in(v, rdi)});
  b.ret(entry, {use_in(v, rax)});
  const Result result(b);
  EXPECT_EQ(result.stores(), 1u) << result.text();
  EXPECT_EQ(result.loads(), 3u) << result.text();
}

TEST(RegisterQuality, DoesNotStoreOnTheWayThatDoesNotCall) {
  LirBuilder b;
  const std::uint32_t entry = b.block();
  const std::uint32_t calls = b.block();
  const std::uint32_t returns = b.block();
  const VReg v = b.vreg();
  b.inst(entry, {def_in(v, rdi)});
  b.branch(entry, {use(v)}, {calls, returns});
  b.call(calls, {use_in(v, rdi)});
  b.ret(calls, {use_in(v, rax)});
  b.ret(returns, {use_in(v, rdi)});
  const Result result(b);
  ASSERT_EQ(result.stores(), 1u) << result.text();
  for (const Move& move : result.allocation.moves) {
    EXPECT_GE(move.at, result.function.blocks[1].first) << result.text();
    EXPECT_LT(move.at, result.function.blocks[1].end) << result.text();
  }
}

TEST(RegisterQuality, StoresInThoseCasesOfASwitchThatCall) {
  LirBuilder b;
  const std::uint32_t entry = b.block();
  const std::uint32_t header = b.block(1);
  const std::uint32_t latch = b.block(1);
  const VReg n = b.vreg();
  b.inst(entry, {def_in(n, rdi)});
  const VReg state = b.param(header);
  b.jump(entry, header, {n});
  std::vector<std::uint32_t> cases;
  for (unsigned i = 0; i < 6; ++i) cases.push_back(b.block(1));
  b.branch(header, {use(state)}, cases);
  for (unsigned i = 0; i < 6; ++i) {
    if (i % 2 == 0) b.call(cases[i], {use_in(state, rdi)});
    b.jump(cases[i], latch);
  }
  const VReg next = b.vreg();
  b.inst(latch, {use(state), def_tied(next, 0)});
  b.jump(latch, header, {next});
  const Result result(b);
  EXPECT_EQ(result.count([&](const LBlock& block, const Move& move) {
    return &block == &result.function.blocks[header] && move.to.is_slot();
  }),
            0u)
      << result.text();
}

TEST(RegisterQuality, ReadsASpilledValueThatIsUsedOnceFromMemory) {
  LirBuilder b;
  const std::uint32_t entry = b.block();
  const VReg v = b.vreg();
  const VReg r = b.vreg();
  const VReg sum = b.vreg();
  b.inst(entry, {def_in(v, rdi)});
  b.call(entry, {def_in(r, rax)});
  b.inst(entry, {use(r), use(v, Constraint::any), def_tied(sum, 0)});
  b.ret(entry, {use_in(sum, rax)});
  const Result result(b);
  EXPECT_EQ(result.loads(), 0u) << result.text();
  EXPECT_EQ(result.allocation.moves.size(), 1u) << result.text();
}

TEST(RegisterQuality, AValueWithAHomeIsNeverStored) {
  LirBuilder b;
  b.function().reserved_slots = 4;
  const std::uint32_t entry = b.block();
  const VReg v = b.vreg();
  b.info(v).home = 2;
  b.inst(entry, {def_in(v, rdi)});
  b.call(entry, {});
  b.ret(entry, {use_in(v, rax)});
  const Result result(b);
  ASSERT_EQ(result.allocation.moves.size(), 1u) << result.text();
  EXPECT_EQ(result.allocation.moves[0].from, Loc::slot(2));
  EXPECT_EQ(result.allocation.slots, 4u);
}

TEST(RegisterQuality, AConstantIsMadeAgain) {
  LirBuilder b;
  const std::uint32_t entry = b.block();
  const VReg v = b.constant(42);
  b.call(entry, {use_in(v, rdi)});
  b.call(entry, {use_in(v, rdi)});
  b.ret(entry, {use_in(v, rax)});
  const Result result(b);
  EXPECT_EQ(result.stores() + result.loads(), 0u) << result.text();
  EXPECT_EQ(result.allocation.moves.size(), 3u) << result.text();
}

TEST(RegisterQuality, SlotsAreShared) {
  LirBuilder b;
  const std::uint32_t entry = b.block();
  for (unsigned k = 0; k < 5; ++k) {
    const VReg v = b.vreg();
    b.call(entry, {def_in(v, rax)});
    b.call(entry, {});
    b.inst(entry, {use(v)});
  }
  b.ret(entry);
  const Result result(b);
  EXPECT_EQ(result.stores(), 5u) << result.text();
  EXPECT_EQ(result.allocation.slots, 1u) << result.text();
}

TEST(RegisterQuality, TiesToTheOperandThatDies) {
  LirBuilder b;
  const std::uint32_t entry = b.block();
  const VReg x = b.vreg();
  const VReg y = b.vreg();
  const VReg sum = b.vreg();
  b.inst(entry, {def_in(x, rdi), def_in(y, rsi)});
  b.inst(entry, {use(x), use(y), def_tied(sum, 0)});
  b.at(entry).insts.back().is_commutative = true;
  b.inst(entry, {use(x), use(sum)});
  b.ret(entry);
  const Result result(b);
  EXPECT_TRUE(result.allocation.moves.empty()) << result.text();
}

/// A value that a loop keeps in memory is changed there in one arm only.
TEST(RegisterQuality, AParamSharesTheSlotOfItsArgs) {
  LirBuilder b;
  const std::uint32_t entry = b.block();
  const std::uint32_t header = b.block(1);
  const std::uint32_t left = b.block(1);
  const std::uint32_t right = b.block(1);
  const std::uint32_t join = b.block(1);
  const std::uint32_t latch = b.block(1);
  const std::uint32_t exit = b.block();
  const VReg start = b.vreg();
  b.inst(entry, {def_in(start, rdi)});
  const VReg kept = b.param(header);
  b.jump(entry, header, {start});
  b.call(header, {});
  b.branch(header, {}, {left, right});
  b.jump(left, join, {kept});
  const VReg changed = b.vreg();
  b.inst(right, {use(kept), def_tied(changed, 0)});
  b.jump(right, join, {changed});
  const VReg joined = b.param(join);
  b.call(join, {});
  b.branch(join, {}, {latch, exit});
  b.jump(latch, header, {joined});
  b.ret(exit, {use_in(joined, rax)});
  const Result result(b);
  EXPECT_EQ(result.allocation.slots, 1u) << result.text();
  EXPECT_EQ(result.moves_in_hot_loops(), 2u) << result.text();
}

/// An interpreter's loop, whose turns go on from the end of each case. All cases call.
struct Interpreter {
  LirBuilder b;
  std::uint32_t header = 0;
  std::uint32_t join = 0;
  std::vector<std::uint32_t> cases;
  VReg next = 0;    ///< of each turn
  VReg seldom = 0;  ///< what the loop carries

  Interpreter() {
    const std::uint32_t entry = b.block();
    header = b.block(1);
    const VReg first = b.vreg();
    const VReg start = b.vreg();
    b.inst(entry, {def_in(first, rdi), def_in(start, rsi)});
    next = b.param(header);
    seldom = b.param(header);
    b.jump(entry, header, {first, start});
    for (unsigned i = 0; i < 20; ++i) cases.push_back(b.block(1));
    join = b.block(1);
    b.branch(header, {use(next)}, cases);
  }
  /// Ends all cases but the first, and the loop.
  Result finish() {
    const VReg now = b.param(join);
    const VReg carried = b.param(join);
    for (std::size_t i = 1; i < cases.size(); ++i) {
      const VReg r = b.vreg();
      b.call(cases[i], {use_in(next, rdi), def_in(r, rax)});
      b.jump(cases[i], join, {r, seldom});
    }
    b.jump(join, header, {now, carried});
    return Result(b);
  }
};

TEST(RegisterQuality, WhatFewCasesUseStaysInItsSlot) {
  Interpreter loop;
  const VReg sum = loop.b.vreg();
  const VReg r = loop.b.vreg();
  loop.b.inst(loop.cases[0], {use(loop.seldom), use(loop.next), def_tied(sum, 0)});
  loop.b.call(loop.cases[0], {use_in(sum, rdi), def_in(r, rax)});
  loop.b.jump(loop.cases[0], loop.join, {r, sum});
  const Result result = loop.finish();
  EXPECT_EQ(result.allocation.slots, 1u) << result.text();
  EXPECT_EQ(result.loads(), 1u) << result.text();
  // Where the loop is entered, and where it is changed.
  EXPECT_EQ(result.stores(), 2u) << result.text();
}

TEST(RegisterQuality, WhatMostCasesUseComesInARegister) {
  Interpreter loop;
  for (const std::uint32_t each : loop.cases) loop.b.inst(each, {use(loop.seldom)});
  loop.b.call(loop.cases[0], {});
  loop.b.jump(loop.cases[0], loop.join, {loop.next, loop.seldom});
  const Result result = loop.finish();
  // Where a case begins, its first instruction reads it.
  EXPECT_EQ(result.count([](const LBlock& block, const Move& move) {
    return move.at == block.first && move.from.is_slot();
  }),
            0u)
      << result.text();
}

TEST(RegisterQuality, ANumberThatOneCaseUsesIsMadeThere) {
  Interpreter loop;
  const VReg number = loop.b.constant(7);
  loop.b.inst(loop.cases[0], {use(number)});
  loop.b.call(loop.cases[0], {});
  loop.b.jump(loop.cases[0], loop.join, {loop.next, loop.seldom});
  const Result result = loop.finish();
  EXPECT_EQ(result.count([&](const LBlock& block, const Move& move) {
    return move.vreg == number && &block != &result.function.blocks[loop.cases[0]];
  }),
            0u)
      << result.text();
}

/// The one that is alive where the other is made has a slot of its own, though both become one.
TEST(RegisterQuality, WhatIsAliveTogetherSharesNoSlot) {
  Interpreter loop;
  const VReg sum = loop.b.vreg();
  const VReg r = loop.b.vreg();
  loop.b.inst(loop.cases[0], {use(loop.seldom), use(loop.next), def(sum)});
  loop.b.call(loop.cases[0], {use_in(sum, rdi), def_in(r, rax)});
  loop.b.inst(loop.cases[0], {use(loop.seldom)});
  loop.b.jump(loop.cases[0], loop.join, {r, sum});
  const Result result = loop.finish();
  EXPECT_EQ(result.allocation.slots, 2u) << result.text();
}

TEST(RegisterQuality, PrintsWhatItDid) {
  LirBuilder b;
  const std::uint32_t entry = b.block();
  const VReg v = b.vreg();
  const VReg r = b.vreg();
  const VReg sum = b.vreg();
  b.inst(entry, {def_in(v, rdi)});
  b.call(entry, {use_in(v, rdi), def_in(r, rax)});
  b.inst(entry, {use(r), use(v, Constraint::any), def_tied(sum, 0)});
  b.ret(entry, {use_in(sum, rax)});
  const Result result(b);
  EXPECT_EQ(result.text(),
            "block 0\n"
            "    0 op0 =v0:rdi@rdi\n"
            "      [0] = rdi  ; v0\n"
            "    1 op0 v0:rdi@rdi =v1:rax@rax clobbers all\n"
            "    2 op0 v1@rax v0:any@[0] =v2:0@rax\n"
            "    3 op0 v2:rax@rax\n");
}

}  // namespace
}  // namespace wrun::inline v0::jit
