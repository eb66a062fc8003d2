// Which instructions of a function become part of others, by the machine instructions that are
// left.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "jit/builder.hpp"
#include "jit/lower.hpp"
#include "jit/optimize.hpp"
#include "jit/types.hpp"
#include "lib/text/module.hpp"
#include "tests/unit/jit/jit_helpers.hpp"

namespace wrun::jit {
namespace {

class LoweringTest : public testing::Test {
 protected:
  /// The module's only function, of this body.
  void lower(const std::string& body) {
    const auto parsed = wat::parse_module(
        "(module (memory 1) (func (param $p i32) (param $q i32) (result i32) " + body + "))");
    ASSERT_TRUE(parsed.has_value()) << parsed.error().message();
    lower_module(parsed->bytes);
  }

  void lower_module(const std::vector<std::uint8_t>& bytes) {
    module_ = load_module(bytes);
    ASSERT_NE(module_, nullptr);
    Graph graph;
    ASSERT_FALSE(Builder(graph).build(*module_, wasm::FuncIdx(0), options_).has_value());
    ASSERT_EQ(Optimizer().run(graph, false), "");
    Cfg cfg;
    cfg.compute(graph);
    BlockOrder order;
    order.compute(graph, cfg);
    const Signature own = signature_of(shape_of(module_->type_of(wasm::FuncIdx(0))));
    Lowering(cpu_).run(*module_, graph, order, own, options_, made_);
  }

  std::size_t count(MOp op, bool of_memory = true) const {
    const auto& all = made_.lir.insts;
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const LInst& inst) {
      const Machine m = machine_of(inst);
      return m.op == op && (of_memory || m.traps != Machine::Traps::no);
    }));
  }
  /// Loads of linear memory.
  std::size_t loads() const { return count(MOp::load, false); }
  Machine only(MOp op) const {
    EXPECT_EQ(count(op), 1u);
    const auto& all = made_.lir.insts;
    return machine_of(*std::find_if(all.begin(), all.end(),
                                    [&](const LInst& inst) { return machine_of(inst).op == op; }));
  }
  Machine machine_of(const LInst& inst) const {
    Machine room;
    return made_.machine_of(inst, room);
  }

  CpuFeatures cpu_;
  CompileOptions options_;
  std::shared_ptr<wasm::ModuleData> module_;
  MachineFunction made_;
};

TEST_F(LoweringTest, ComparesAByteWhereItLies) {
  lower(
      "(if (result i32) (i32.eq (i32.load8_u offset=7 (local.get $p)) (i32.const 200))"
      " (then (local.get $q)) (else (local.get $p)))");
  EXPECT_EQ(loads(), 0u);
  const Machine& branch = only(MOp::branch);
  EXPECT_EQ(branch.compare.a, in_memory);
  EXPECT_EQ(branch.compare.size, 1);
  EXPECT_EQ(branch.compare.imm, 200);
  EXPECT_EQ(branch.address.disp, 7);
  EXPECT_EQ(branch.traps, Machine::Traps::with_address);
}

TEST_F(LoweringTest, ChecksIndicesOfTablesThatMayBeTooLarge) {
  const auto is_checked = [&](const std::string& chosen) {
    lower("(block (block (block (block (br_table 0 1 2 3 2 " + chosen +
          ")) (return (i32.const 1))) (return (i32.const 2))) (return (i32.const 3)))"
          " (i32.const 4)");
    return !only(MOp::switch_).has_imm;
  };
  EXPECT_TRUE(is_checked("(local.get $p)"));
  EXPECT_TRUE(is_checked("(i32.and (local.get $p) (i32.const 4))"));
  EXPECT_FALSE(is_checked("(i32.and (local.get $p) (i32.const 3))"));
  EXPECT_FALSE(is_checked("(i32.shr_u (local.get $p) (i32.const 30))"));
}

TEST_F(LoweringTest, ComparesUnsignedBytesWithoutTheirSign) {
  lower(
      "(select (local.get $p) (local.get $q)"
      " (i32.lt_s (i32.load8_u (local.get $p)) (i32.const 200)))");
  EXPECT_EQ(only(MOp::select).compare.cond, Cond::below);
}

TEST_F(LoweringTest, ComparesBytesInMemoryWithTheLowestPartOfARegister) {
  lower("(i32.eq (i32.load8_u (local.get $p)) (i32.load8_u (local.get $q)))");
  EXPECT_EQ(loads(), 1u);
  EXPECT_EQ(only(MOp::set).compare.size, 1);
  lower("(i32.lt_s (i32.load16_u (local.get $p)) (i32.load8_u (local.get $q)))");
  EXPECT_EQ(loads(), 2u);
  lower("(i32.gt_s (i32.load8_u (local.get $p)) (i32.load16_u (local.get $q)))");
  EXPECT_EQ(loads(), 1u);
  EXPECT_EQ(only(MOp::set).compare.size, 2);
  EXPECT_EQ(only(MOp::set).compare.cond, Cond::above);
  // Any number's byte needn't be cut out first.
  lower("(i32.ne (i32.and (local.get $p) (i32.const 255)) (i32.load8_u (local.get $q)))");
  EXPECT_EQ(loads() + count(MOp::alu) + count(MOp::extend), 0u);
  EXPECT_EQ(only(MOp::set).compare.size, 1);
  lower("(i32.ne (local.get $p) (i32.load8_u (local.get $q)))");
  EXPECT_EQ(loads(), 1u);
}

TEST_F(LoweringTest, LoadsWhatAByteCannotBeComparedWith) {
  lower(
      "(select (local.get $p) (local.get $q)"
      " (i32.lt_s (i32.load8_u (local.get $p)) (i32.const 256)))");
  EXPECT_EQ(loads(), 1u);
  lower(
      "(select (local.get $p) (local.get $q)"
      " (i32.lt_u (i32.load8_s (local.get $p)) (i32.const 5)))");
  EXPECT_EQ(loads(), 1u);
}

TEST_F(LoweringTest, LoadsBeforeWhatActsInBetween) {
  lower(
      "(local $x i32) (local.set $x (i32.load (local.get $p)))"
      " (i32.store (local.get $q) (i32.const 1)) (i32.add (local.get $x) (local.get $q))");
  EXPECT_EQ(loads(), 1u);
  // The first of two that may trap is the first to trap.
  lower(
      "(local $x i32) (local.set $x (i32.load (local.get $p)))"
      " (i32.xor (i32.load (local.get $q)) (local.get $x))");
  EXPECT_EQ(loads(), 1u);
}

TEST_F(LoweringTest, LoadsOnceWhatIsUsedTwice) {
  lower(
      "(local $x i32) (local.set $x (i32.load (local.get $p)))"
      " (i32.add (i32.mul (local.get $x) (local.get $q)) (local.get $x))");
  EXPECT_EQ(loads(), 1u);
}

TEST_F(LoweringTest, LoadsWhatNobodyWantsInTheEnd) {
  lower("(drop (i32.add (i32.load (local.get $p)) (local.get $q))) (local.get $q)");
  EXPECT_EQ(loads(), 1u);
  lower(
      "(drop (select (local.get $p) (local.get $q) (i32.eqz (i32.load (local.get $p)))))"
      " (local.get $q)");
  EXPECT_EQ(loads(), 1u);
}

TEST_F(LoweringTest, ComputesWithMemory) {
  lower("(i32.sub (local.get $q) (i32.load offset=12 (local.get $p)))");
  EXPECT_EQ(loads(), 0u);
  const Machine& sub = only(MOp::alu);
  EXPECT_EQ(sub.address.disp, 12);
  EXPECT_NE(sub.address.base, no_operand);
  // There is no such form with the operands exchanged.
  lower("(i32.sub (i32.load (local.get $p)) (local.get $q))");
  EXPECT_EQ(loads(), 1u);
  lower("(i32.sub (i32.const 0) (i32.load (local.get $p)))");
  EXPECT_EQ(loads(), 1u);
}

TEST_F(LoweringTest, UpdatesWhatIsInMemory) {
  lower(
      "(i32.store offset=8 (local.get $p)"
      " (i32.add (i32.load offset=8 (local.get $p)) (i32.const 1))) (local.get $q)");
  EXPECT_EQ(loads() + count(MOp::store) + count(MOp::add), 0u);
  const Machine& sum = only(MOp::update);
  EXPECT_EQ(sum.address.disp, 8);
  EXPECT_EQ(sum.compare.imm, 1);
  EXPECT_EQ(sum.traps, Machine::Traps::with_address);
  EXPECT_EQ(module_->bytes[sum.origin.offset], 0x28);  // i32.load, whose trap is the first
  // Of a part of a number, whichever operand it is.
  lower(
      "(i32.store8 (local.get $p) (i32.xor (local.get $q) (i32.load8_s (local.get $p))))"
      " (local.get $q)");
  EXPECT_EQ(only(MOp::update).size, 1);
  EXPECT_FALSE(only(MOp::update).has_imm);
  lower(
      "(i64.store32 (local.get $p) (i64.or (i64.load32_u (local.get $p)) (i64.const -2)))"
      " (local.get $q)");
  EXPECT_EQ(only(MOp::update).size, 4);
  EXPECT_EQ(only(MOp::update).compare.imm, -2);
  // Of an element of a table.
  lower(
      "(local $x i32)"
      " (local.set $x (i32.shl (i32.and (local.get $p) (i32.const 255)) (i32.const 2)))"
      " (i32.store (local.get $x) (i32.sub (i32.load (local.get $x)) (local.get $q)))"
      " (local.get $q)");
  EXPECT_EQ(only(MOp::update).address.scale, 2);
  EXPECT_EQ(count(MOp::shift_imm), 0u);
}

TEST_F(LoweringTest, ComputesWithVectorsInMemory) {
  const auto lower_vectors = [this](const std::string& outcome) {
    lower(
        "(local $x v128) (local.set $x (v128.load offset=16 (local.get $q)))"
        " (v128.store (local.get $p) " +
        outcome + ") (local.get $q)");
  };
  const char* sum = "(f32x4.mul (local.get $x) (v128.load (local.get $p)))";
  lower_vectors(sum);
  EXPECT_EQ(loads(), 2u);
  cpu_.has_avx = true;
  lower_vectors(sum);
  EXPECT_EQ(loads(), 1u);
  EXPECT_EQ(only(MOp::vector_binary).traps, Machine::Traps::with_address);
  // Where the operands can be exchanged.
  lower_vectors("(i32x4.add (local.get $x) (i32x4.splat (local.get $p)))");
  EXPECT_EQ(loads(), 0u);
  lower_vectors("(f64x2.sub (local.get $x) (f64x2.splat (f64.const 1)))");
  EXPECT_EQ(loads(), 1u);
  lower_vectors("(i8x16.gt_s (local.get $x) (v128.load (local.get $p)))");
  EXPECT_EQ(loads(), 1u);
  lower_vectors("(i8x16.lt_s (v128.load (local.get $p)) (v128.load (local.get $q)))");
  EXPECT_EQ(loads(), 3u);
  // A constant is a part of the instruction, which then has no room for memory.
  lower_vectors("(v128.xor (local.get $x) (v128.const i64x2 90 90))");
  EXPECT_EQ(loads(), 1u);
  EXPECT_TRUE(only(MOp::vector_binary).has_imm);
}

TEST_F(LoweringTest, FusesWithAnyOperandInMemory) {
  cpu_.has_avx = cpu_.has_fma = true;
  options_.madd = Madd::fused;
  const auto lower_fused = [this](const std::string& op, const std::string& args) {
    lower(
        "(local $x v128) (local $y v128) (local.set $x (f32x4.splat (f32.load (local.get $p))))"
        " (local.set $y (f32x4.splat (f32.load offset=4 (local.get $p))))"
        " (v128.store (local.get $p) (" +
        op + args + ")) (local.get $q)");
  };
  const std::string x = " (local.get $x)", y = " (local.get $y)";
  const std::string memory = " (v128.load (local.get $q))";
  for (const std::string& args : {memory + x + y, x + memory + y}) {
    lower_fused("f32x4.relaxed_madd", args);
    EXPECT_EQ(loads(), 2u) << args;
    EXPECT_EQ(only(MOp::vector_fma).which, 0) << args;
    EXPECT_EQ(only(MOp::vector_fma).traps, Machine::Traps::with_address) << args;
  }
  lower_fused("f64x2.relaxed_nmadd", x + y + memory);
  EXPECT_EQ(loads(), 2u);
  EXPECT_EQ(only(MOp::vector_fma).which, Fma::adds_last | Fma::negates);
  // There is room for one; a constant that is added takes it.
  lower_fused("f32x4.relaxed_madd", x + memory + " (v128.const f32x4 1 2 3 4)");
  EXPECT_EQ(loads(), 3u);
  EXPECT_TRUE(only(MOp::vector_fma).has_imm);
  EXPECT_EQ(count(MOp::constant), 0u);
}

TEST_F(LoweringTest, UpdatesNothingThatIsReadEarlierOrElsewhere) {
  for (const char* outcome :
       {// Another place, another width.
        "(i32.add (i32.load offset=4 (local.get $p)) (local.get $q))",
        "(i32.add (i32.load (local.get $q)) (local.get $q))",
        "(i32.add (i32.load8_u (local.get $p)) (local.get $q))",
        // Nothing is taken from a number in memory but in its place.
        "(i32.sub (local.get $q) (i32.load (local.get $p)))",
        // The first of two loads traps first.
        "(i32.add (i32.load (local.get $p)) (i32.load (local.get $q)))",
        // What is used again is in a register.
        "(local.tee $x (i32.add (i32.load (local.get $p)) (local.get $q)))",
        "(i32.add (local.tee $x (i32.load (local.get $p))) (local.get $q))"}) {
    lower("(local $x i32) (i32.store (local.get $p) " + std::string(outcome) + ") (local.get $x)");
    EXPECT_EQ(count(MOp::update), 0u) << outcome;
    EXPECT_EQ(count(MOp::store), 1u) << outcome;
  }
  lower(
      "(local $x i32) (local.set $x (i32.load (local.get $p)))"
      " (i32.store (local.get $q) (i32.const 1))"
      " (i32.store (local.get $p) (i32.add (local.get $x) (local.get $q))) (local.get $q)");
  EXPECT_EQ(count(MOp::update), 0u);
  // The other operand's load is made before.
  lower(
      "(local $x i32) (local.set $x (i32.load (local.get $q)))"
      " (i32.store (local.get $p) (i32.add (i32.load (local.get $p)) (local.get $x)))"
      " (local.get $q)");
  EXPECT_EQ(count(MOp::update), 1u);
  EXPECT_EQ(loads(), 1u);
}

TEST_F(LoweringTest, AChecksTrapIsItsOwn) {
  // Of the divisor; but the table's size, which is there, is compared in its structure.
  lower("(i32.div_u (local.get $q) (i32.load (local.get $p)))");
  EXPECT_EQ(loads(), 1u);
  const auto parsed = wat::parse_module(
      "(module (table 3 funcref) (func (param i32) (result i32)"
      " (ref.is_null (table.get (local.get 0)))))");
  ASSERT_TRUE(parsed.has_value());
  lower_module(parsed->bytes);
  EXPECT_EQ(only(MOp::trap_if).compare.b, in_memory);
}

TEST_F(LoweringTest, ATrapIsTheLoadsOwn) {
  lower("(i32.and (local.get $q) (i32.load (local.get $p)))");
  const Machine& conjunction = only(MOp::alu);
  EXPECT_GT(conjunction.origin.offset, 0u);
  EXPECT_EQ(module_->bytes[conjunction.origin.offset], 0x28);  // i32.load
}

TEST_F(LoweringTest, TestsBitsInMemory) {
  lower(
      "(select (local.get $p) (local.get $q)"
      " (i32.and (i32.load16_u (local.get $p)) (i32.const 4)))");
  EXPECT_EQ(loads(), 0u);
  EXPECT_EQ(only(MOp::select).compare.kind, Compare::Kind::common_bits);
  EXPECT_EQ(only(MOp::select).compare.size, 2);
}

TEST_F(LoweringTest, ScalesWhatIsAdded) {
  lower("(i32.add (local.get $p) (i32.shl (local.get $q) (i32.const 3)))");
  EXPECT_EQ(only(MOp::add).which, 3);
  EXPECT_EQ(count(MOp::shift_imm), 0u);
  lower("(i32.add (i32.shl (local.get $q) (i32.const 2)) (i32.const 1024))");
  EXPECT_EQ(only(MOp::add_scaled).which, 2);
  lower("(i32.add (local.get $p) (i32.shl (local.get $q) (i32.const 4)))");
  EXPECT_EQ(count(MOp::shift_imm), 1u);
}

TEST_F(LoweringTest, ScalesIndicesThatStayInTheirBits) {
  const auto scale_of = [&](const std::string& index) -> unsigned {
    lower("(i32.store offset=16 " + index + " (local.get $q)) (local.get $q)");
    return only(MOp::store).address.scale;
  };
  EXPECT_EQ(scale_of("(i32.shl (i32.and (local.get $p) (i32.const 1023)) (i32.const 2))"), 2u);
  EXPECT_EQ(count(MOp::shift_imm), 0u);
  EXPECT_EQ(scale_of("(i32.shl (i32.shr_u (local.get $p) (i32.const 3)) (i32.const 3))"), 3u);
  EXPECT_EQ(scale_of("(i32.shl (i32.shr_u (local.get $p) (i32.const 2)) (i32.const 3))"), 0u);
  EXPECT_EQ(scale_of("(i32.shl (local.get $p) (i32.const 1))"), 0u);
  EXPECT_EQ(count(MOp::shift_imm), 1u);
}

TEST_F(LoweringTest, TakesBytesAndHalves) {
  lower("(i32.and (local.get $p) (i32.const 255))");
  EXPECT_EQ(only(MOp::extend).which, static_cast<std::uint8_t>(Extend::u8));
  lower("(i32.and (local.get $p) (i32.const 65535))");
  EXPECT_EQ(only(MOp::extend).which, static_cast<std::uint8_t>(Extend::u16));
  lower("(i32.and (local.get $p) (i32.const 127))");
  EXPECT_EQ(count(MOp::extend), 0u);
}

TEST_F(LoweringTest, AddsComparisonsByTheCarry) {
  lower("(i32.add (local.get $q) (i32.lt_u (local.get $p) (i32.const 7)))");
  EXPECT_EQ(only(MOp::carry).compare.cond, Cond::below);
  EXPECT_EQ(only(MOp::carry).compare.imm, 7);
  EXPECT_EQ(count(MOp::set), 0u);
  lower("(i32.sub (local.get $q) (i32.gt_u (local.get $p) (i32.const 7)))");
  EXPECT_EQ(only(MOp::carry).compare.cond, Cond::above_equal);
  EXPECT_EQ(only(MOp::carry).compare.imm, 8);
  EXPECT_EQ(only(MOp::carry).which, 1);
  lower("(i32.add (i32.eqz (i32.load8_u (local.get $p))) (local.get $q))");
  EXPECT_EQ(only(MOp::carry).compare.imm, 1);
  EXPECT_EQ(only(MOp::carry).compare.size, 1);
  EXPECT_EQ(loads(), 0u);
  lower(
      "(i32.wrap_i64 (i64.add (i64.extend_i32_u (local.get $q))"
      " (i64.extend_i32_u (i32.ge_u (local.get $p) (local.get $q)))))");
  EXPECT_EQ(only(MOp::carry).size, 8);
  EXPECT_NE(only(MOp::carry).compare.b, no_operand);
}

TEST_F(LoweringTest, SetsWhatTheCarryDoesNotTell) {
  for (const char* comparison :
       {"(i32.lt_s (local.get $p) (i32.const 7))", "(i32.eq (local.get $p) (i32.const 7))",
        "(i32.le_u (local.get $p) (local.get $q))",
        "(i32.eqz (i32.and (local.get $p) (i32.const 6)))"}) {
    lower("(i32.add (local.get $q) " + std::string(comparison) + ")");
    EXPECT_EQ(count(MOp::carry), 0u) << comparison;
    EXPECT_EQ(count(MOp::set), 1u) << comparison;
  }
  // What is used twice is made.
  lower(
      "(local $x i32) (local.set $x (i32.lt_u (local.get $p) (i32.const 7)))"
      " (i32.mul (i32.add (local.get $q) (local.get $x)) (local.get $x))");
  EXPECT_EQ(count(MOp::carry), 0u);
}

TEST_F(LoweringTest, ComparesBytesOfRegisters) {
  lower(
      "(select (local.get $p) (local.get $q)"
      " (i32.lt_s (i32.and (local.get $p) (i32.const 255)) (i32.const 200)))");
  EXPECT_EQ(count(MOp::extend), 0u);
  EXPECT_EQ(only(MOp::select).compare.size, 1);
  EXPECT_EQ(only(MOp::select).compare.cond, Cond::below);
  lower(
      "(select (local.get $p) (local.get $q)"
      " (i32.lt_s (i32.extend8_s (local.get $p)) (i32.const -3)))");
  EXPECT_EQ(count(MOp::extend), 0u);
  EXPECT_EQ(only(MOp::select).compare.cond, Cond::less);
  for (const char* comparison :
       {"(i32.lt_u (i32.and (local.get $p) (i32.const 255)) (i32.const 256))",
        "(i32.lt_u (i32.extend8_s (local.get $p)) (i32.const 3))",
        "(i32.lt_s (i32.extend8_s (local.get $p)) (i32.const 0))"}) {
    lower("(select (local.get $p) (local.get $q) " + std::string(comparison) + ")");
    EXPECT_EQ(count(MOp::extend), 1u) << comparison;
  }
}

TEST_F(LoweringTest, ReadsLowerHalvesWhereTheyAre) {
  const std::string number = "(i64.mul (i64.extend_i32_u (local.get $p)) (i64.const 1311768467))";
  lower("(i32.xor (local.get $q) (i32.wrap_i64 " + number + "))");
  EXPECT_EQ(count(MOp::extend), 0u);
  // An address is all of its register, and so is what leaves the function.
  lower("(i32.load (i32.wrap_i64 " + number + "))");
  EXPECT_EQ(count(MOp::extend), 1u);
  lower("(i32.load (i32.shl (i32.wrap_i64 (i64.and " + number +
        " (i64.const 255))) (i32.const 2)))");
  EXPECT_EQ(count(MOp::extend), 1u);  // of the conjunction
  lower("(i32.wrap_i64 " + number + ")");
  EXPECT_EQ(count(MOp::extend), 1u);
  // There is nothing in the upper half.
  lower("(i32.wrap_i64 (i64.shr_u " + number + " (i64.const 35)))");
  EXPECT_EQ(count(MOp::extend), 0u);
}

}  // namespace
}  // namespace wrun::jit
