#include "jit/regalloc_verify.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "jit/spill_everywhere.hpp"
#include "tests/unit/jit/lir_builder.hpp"
#include "tests/unit/jit/lir_generator.hpp"

namespace wrun::inline v0::jit {
namespace {

/// One block: a and b are made in rax and rcx, then one instruction, then a is returned in rax.
struct OneBlock {
  LirBuilder b;
  std::uint32_t entry = b.block();
  VReg a = b.vreg();
  VReg c = b.vreg();
  LFunction function;
  Allocation allocation;

  void build(std::vector<Operand> middle, RegSet clobbers, std::vector<Reg> places) {
    b.inst(entry, {def_in(a, rax), def_in(c, rcx)});
    b.inst(entry, std::move(middle), clobbers);
    b.ret(entry, {use_in(a, rax)});
    function = b.finish();
    places.insert(places.begin(), {rax, rcx});
    places.push_back(rax);
    for (const Reg reg : places) allocation.operands.push_back(Loc::reg(reg));
  }
  std::string verify() const { return verify_allocation(function, allocation); }
};

TEST(Verifier, AcceptsWhatIsRight) {
  OneBlock t;
  t.build({use(t.c)}, RegSet(), {rcx});
  EXPECT_EQ(t.verify(), "");
}

TEST(Verifier, FindsAReadOfTheWrongRegister) {
  OneBlock t;
  t.build({use(t.c)}, RegSet(), {rdx});
  EXPECT_EQ(t.verify(), "1: operand 0 reads r2, which doesn't hold v1");
}

TEST(Verifier, FindsAClobberedValue) {
  OneBlock t;
  t.build({use(t.c)}, RegSet(1u << rax), {rcx});
  EXPECT_EQ(t.verify(), "2: operand 0 reads r0, which doesn't hold v0");
}

TEST(Verifier, FindsATemporaryInAUse) {
  OneBlock t;
  t.build({use(t.c), temporary(t.b.vreg())}, RegSet(), {rcx, rcx});
  EXPECT_EQ(t.verify(), "1: operands 0 and 1 share r1");
}

TEST(Verifier, FindsADefInALateUse) {
  OneBlock t;
  t.build({late_use(t.c), def(t.b.vreg())}, RegSet(), {rcx, rcx});
  EXPECT_EQ(t.verify(), "1: operands 0 and 1 share r1");
}

TEST(Verifier, LetsADefShareWithAUse) {
  OneBlock t;
  t.build({use(t.c), def(t.b.vreg())}, RegSet(), {rcx, rcx});
  EXPECT_EQ(t.verify(), "");
}

TEST(Verifier, FindsAnUntiedDef) {
  OneBlock t;
  t.build({use(t.c), def_tied(t.b.vreg(), 0)}, RegSet(), {rcx, rdx});
  EXPECT_EQ(t.verify(), "1: operand 1 isn't tied");
}

TEST(Verifier, FindsAMissedFixedRegister) {
  OneBlock t;
  t.build({use_in(t.c, rdx)}, RegSet(), {rcx});
  EXPECT_EQ(t.verify(), "1: operand 0 isn't where it must be");
}

TEST(Verifier, FindsAMoveOverALiveValue) {
  OneBlock t;
  t.build({use(t.c)}, RegSet(), {rcx});
  t.allocation.moves.push_back({1, Loc::reg(rcx), Loc::reg(rax), t.c});
  EXPECT_EQ(t.verify(), "2: operand 0 reads r0, which doesn't hold v0");
}

TEST(Verifier, FindsAMoveOfWhatIsNotThere) {
  OneBlock t;
  t.build({use(t.c)}, RegSet(), {rcx});
  t.allocation.moves.push_back({1, Loc::slot(0), Loc::reg(rdx), t.c});
  EXPECT_EQ(t.verify(), "1: v1 isn't in slot 0 to be moved");
}

TEST(Verifier, FindsWritesToReservedAndUncountedSlots) {
  OneBlock t;
  t.build({use(t.c)}, RegSet(), {rcx});
  t.function.reserved_slots = 1;
  t.allocation.slots = 2;
  t.allocation.moves = {{1, Loc::reg(rcx), Loc::slot(1), t.c}};
  EXPECT_EQ(t.verify(), "");
  t.allocation.moves = {{1, Loc::reg(rcx), Loc::slot(0), t.c}};
  EXPECT_EQ(t.verify(), "1: slot 0 is reserved");
  t.allocation.moves = {{1, Loc::reg(rcx), Loc::slot(2), t.c}};
  EXPECT_EQ(t.verify(), "1: too few slots");
}

/// A value that only one way to a join brings along.
TEST(Verifier, MeetsAtJoins) {
  LirBuilder b;
  const std::uint32_t entry = b.block();
  const std::uint32_t left = b.block();
  const std::uint32_t right = b.block();
  const std::uint32_t join = b.block();
  const VReg v = b.vreg();
  b.inst(entry, {def_in(v, rax)});
  b.branch(entry, {}, {left, right});
  b.jump(left, join);
  b.jump(right, join);
  b.ret(join, {use_in(v, rcx)});
  const LFunction function = b.finish();
  Allocation allocation;
  allocation.operands = {Loc::reg(rax), Loc::reg(rcx)};
  allocation.moves = {{2, Loc::reg(rax), Loc::reg(rcx), v}};
  EXPECT_EQ(verify_allocation(function, allocation),
            "4: operand 0 reads r1, which doesn't hold v0");
  allocation.moves.push_back({3, Loc::reg(rax), Loc::reg(rcx), v});
  EXPECT_EQ(verify_allocation(function, allocation), "");
}

/// A loop's value of the round before is not its value.
TEST(Verifier, FindsStaleValuesInLoops) {
  LirBuilder b;
  const std::uint32_t entry = b.block();
  const std::uint32_t header = b.block(1);
  const VReg start = b.vreg();
  const VReg param = b.param(header);
  const VReg next = b.vreg();
  b.inst(entry, {def_in(start, rax)});
  b.jump(entry, header, {start});
  b.inst(header, {use(param), def(next)});
  b.jump(header, header, {next});
  const LFunction function = b.finish();
  Allocation allocation;
  allocation.operands = {Loc::reg(rax), Loc::reg(rax), Loc::reg(rcx)};
  EXPECT_EQ(verify_allocation(function, allocation),
            "2: operand 0 reads r0, which doesn't hold v1");
  allocation.moves = {{3, Loc::reg(rcx), Loc::reg(rax), next}};
  EXPECT_EQ(verify_allocation(function, allocation), "");
}

/// A value that goes round in its slot, and another that comes there in its place.
TEST(Verifier, FindsAParamThatIsNotInItsSlot) {
  LirBuilder b;
  const std::uint32_t entry = b.block();
  const std::uint32_t loop = b.block(1);
  const std::uint32_t keeps = b.block(1);
  const std::uint32_t changes = b.block(1);
  const VReg start = b.vreg();
  b.inst(entry, {def_in(start, rax)});
  const VReg v = b.param(loop);
  b.jump(entry, loop, {start});
  b.branch(loop, {use(v, Constraint::any)}, {keeps, changes});
  b.jump(keeps, loop, {v});
  const VReg other = b.vreg();
  b.inst(changes, {def_in(other, rcx)});
  b.jump(changes, loop, {other});
  const LFunction function = b.finish();
  Allocation allocation;
  const Loc slot = Loc::slot(0);
  allocation.slots = 1;
  allocation.operands = {Loc::reg(rax), slot, Loc::reg(rcx)};
  allocation.moves = {{1, Loc::reg(rax), slot, start}, {5, Loc::reg(rcx), slot, other}};
  EXPECT_EQ(verify_allocation(function, allocation), "");
  allocation.moves.pop_back();
  EXPECT_EQ(verify_allocation(function, allocation),
            "2: operand 0 reads slot 0, which doesn't hold v1");
}

/// Any one operand in another register, any one move left out: nearly always noticed, and what
/// isn't is harmless. At least the share shows that the verifier looks.
TEST(Verifier, FindsRandomDamage) {
  std::mt19937_64 random(1);
  SpillEverywhere allocator;
  Allocation allocation;
  unsigned found = 0;
  constexpr unsigned rounds = 500;
  for (unsigned seed = 0; seed < rounds; ++seed) {
    const LFunction function = generate_lir(seed, {});
    allocator.run(function, allocation);
    if (seed % 2 == 0) {
      Move* const lost = allocation.moves.begin() + random() % allocation.moves.size();
      std::copy(lost + 1, allocation.moves.end(), lost);
      allocation.moves.resize(allocation.moves.size() - 1);
    } else {
      Loc& loc = allocation.operands[random() % allocation.operands.size()];
      loc = Loc::reg(static_cast<Reg>((loc.code() + 1) % 32));
    }
    found += verify_allocation(function, allocation).empty() ? 0 : 1;
  }
  EXPECT_GT(found, rounds * 7 / 10);
}

}  // namespace
}  // namespace wrun::inline v0::jit
