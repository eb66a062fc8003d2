// Vectors in frames: two slots each, an accumulator of their own, held lazily like all values.

#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include "machine.hpp"

namespace wrun::test {
namespace {

struct VectorCase {
  const char* name;
  const char* body;  // of (func (param $i i32) (param $v v128) (param $w v128) (result i32)
                     //          (local $x v128) (local $n i32) ...), called with 5, 10s and 3s
  std::uint32_t result;
};

const VectorCase vector_cases[] = {
    {"a local read before it changes",
     "local.get $v (local.set $v (v128.const i32x4 1 1 1 1)) local.get $v i32x4.sub"
     " i32x4.extract_lane 2",
     9},
    {"swap of locals",
     "local.get $v local.get $w local.set $v local.set $w"
     " (i32x4.extract_lane 1 (i32x4.sub (local.get $v) (local.get $w)))",
     static_cast<std::uint32_t>(-7)},
    {"tee, then set, of the same local",
     "(local.tee $x (i32x4.add (local.get $v) (local.get $w)))"
     " (local.set $x (v128.const i64x2 0 0)) local.get $x i32x4.add i32x4.extract_lane 0",
     13},
    {"both operands in the accumulator",
     "(local.set $x (i32x4.add (local.get $v) (local.get $w)))"
     " (i32x4.extract_lane 3 (i32x4.mul (local.get $x) (local.get $x)))",
     169},
    {"a shift by a number that is pending, of a vector that is pending",
     "(i32x4.add (local.get $v) (local.get $w)) (i32.add (local.get $i) (i32.const 30))"
     " i32x4.shl i32x4.extract_lane 0",
     13 << 3},
    {"a shift by a constant",
     "(i32x4.extract_lane 0 (i32x4.shr_u (i32x4.add (local.get $v) (local.get $w))"
     " (i32.const 2)))",
     3},
    {"a shift by a local, after its vector was stored",
     "(local.set $x (i32x4.mul (local.get $v) (local.get $w))) (local.set $n (i32.const 1))"
     " (i32x4.extract_lane 1 (i32x4.shl (local.get $x) (local.get $n)))",
     60},
    {"one pending result of each class",
     "(i32x4.mul (local.get $v) (local.get $w)) (i32.mul (local.get $i) (i32.const 3))"
     " (f64.mul (f64.const 2) (f64.const 4)) i32.trunc_f64_s i32.add i32x4.splat i32x4.add"
     " i32x4.extract_lane 2",
     53},
    {"a number where a vector was",
     "(drop (i32x4.add (local.get $v) (local.get $w))) (i32.add (local.get $i) (i32.const 1))"
     " (i32.add (local.get $i) (i32.const 2)) (drop (i32x4.splat (local.get $i))) i32.mul",
     42},
    {"a vector where numbers were",
     "(drop (i32.mul (local.get $i) (local.get $i))) (drop (i32.add (local.get $i) (local.get $i)))"
     " (i32x4.add (local.get $v) (local.get $w)) (i32x4.extract_lane 0)",
     13},
    {"select, with operands pending",
     "(i32x4.extract_lane 0 (select (i32x4.add (local.get $v) (local.get $w))"
     " (i32x4.mul (local.get $v) (local.get $w)) (i32.eq (local.get $i) (i32.const 4))))",
     30},
    {"a block's result, from two places",
     "(block (result v128) (i32x4.sub (local.get $v) (local.get $w))"
     " (br_if 0 (local.get $i)) drop (local.get $w)) i32x4.extract_lane 3",
     7},
    {"a branch that moves vectors over what lies below",
     "(block (result v128 i32) (i32.const 1) (local.get $w) (i32.const 2)"
     " (i32x4.add (local.get $v) (local.get $w)) (i32.const 9) (br 0)) drop"
     " i32x4.extract_lane 1",
     13},
    {"a table of branches that carry a vector",
     "(block $a (result v128) (block $b (result v128) (i32.const 7) (local.get $v)"
     " (i32.const 7) (i32x4.add (local.get $v) (local.get $w))"
     " (br_table $b $a (i32.const 1))) (i32x4.neg)) i32x4.extract_lane 0",
     13},
    {"a loop's parameter",
     "(local.set $n (i32.const 4)) (local.get $v) (loop (param v128) (result v128)"
     " (i32x4.add (local.get $w)) (local.set $n (i32.sub (local.get $n) (i32.const 1)))"
     " (br_if 0 (local.get $n))) i32x4.extract_lane 2",
     22},
    {"an if with a vector in both arms",
     "(i32x4.add (local.get $v) (local.get $w)) (if (param v128) (result v128)"
     " (i32.eqz (local.get $i)) (then i32x4.neg) (else (i32x4.add (local.get $v))))"
     " i32x4.extract_lane 0",
     23},
    {"a call with vectors between numbers",
     "(call $mixed (i32.const 2) (i32x4.add (local.get $v) (local.get $w)) (i32.const 3)"
     " (local.get $w)) (local.set $n) i32x4.extract_lane 3 (i32.add (local.get $n))",
     13 * 2 + 3 * 3 + 5},
    {"a tail call", "(call $tail (local.get $v) (local.get $w) (local.get $i))", 5 * 10 + 3},
    {"a result that is a local",
     "(i32x4.extract_lane 0 (call $same (i32x4.add (local.get $v) (local.get $w))))", 13},
    {"globals",
     "(global.set $g (i32x4.add (global.get $g) (local.get $w)))"
     " (i32x4.extract_lane 1 (i32x4.add (global.get $g) (global.get $c)))",
     2 + 3 + 100},
    {"replaced lanes",
     "(i32x4.replace_lane 2 (i32x4.replace_lane 1 (local.get $v) (i32.mul (local.get $i)"
     " (local.get $i))) (i32.const 70)) (local.tee $x) (i32x4.extract_lane 1)"
     " (i32.add (i32x4.extract_lane 2 (local.get $x)))"
     " (i32.add (i32x4.extract_lane 3 (local.get $x)))",
     25 + 70 + 10},
    {"a lane of what was just computed",
     "(i8x16.extract_lane_s 4 (i8x16.sub (local.get $w) (local.get $v)))",
     static_cast<std::uint32_t>(-7)},
    {"a shuffle of pending vectors",
     "(i8x16.shuffle 16 17 18 19 0 1 2 3 4 5 6 7 8 9 10 31 (i32x4.neg (local.get $v))"
     " (i32x4.add (local.get $v) (local.get $w))) i32x4.extract_lane 0",
     13},
    {"three operands, each in the accumulator once",
     "(local.set $x (v128.not (v128.const i64x2 0 0)))"
     " (v128.bitselect (i32x4.add (local.get $v) (local.get $w)) (local.get $w) (local.get $x))"
     " (v128.bitselect (local.get $w) (i32x4.neg (local.get $w)) (local.get $x)) i32x4.add"
     " (local.set $n (i32.const 0)) (v128.bitselect (local.get $w) (local.get $v)"
     " (i32x4.eq (local.get $v) (local.get $v))) i32x4.add i32x4.extract_lane 0",
     19},
    {"a store and a load at a sum of locals",
     "(v128.store offset=3 (i32.add (local.get $i) (local.get $i)) (i32x4.add (local.get $v)"
     " (local.get $w))) (i32x4.extract_lane 3 (v128.load (i32.add (local.get $i) (i32.const 8))))",
     13},
    {"lanes loaded and stored",
     "(i32.store (local.get $i) (i32.const 77)) (v128.store32_lane offset=95 3 (local.get $i)"
     " (v128.load32_lane 3 (i32.add (local.get $i) (i32.const 0)) (local.get $v)))"
     " (i32.load (i32.const 100))",
     77},
    {"another memory",
     "(v128.store $m (local.get $i) (local.get $v)) (v128.store16_lane $m offset=2 5 (local.get $i)"
     " (local.get $w)) (i32x4.extract_lane 0 (v128.load8_lane $m 1 (i32.const 5)"
     " (v128.load $m (local.get $i))))",
     0x0a0a},
    {"a memory with 64-bit addresses",
     "(v128.store $l (i64.const 9) (local.get $w)) (v128.store8_lane $l 0 (i64.const 9)"
     " (local.get $v)) (i32x4.extract_lane 1 (v128.load32_lane $l 1 (i64.const 9)"
     " (local.get $v)))",
     10},
    {"extending, splatting and zeroing loads",
     "(i64.store (i32.const 0) (i64.const -2)) (i32.add"
     " (i32x4.extract_lane 3 (v128.load32_splat (i32.const 4)))"
     " (i32.add (i32x4.extract_lane 1 (v128.load64_zero (i32.const 0)))"
     " (i16x8.extract_lane_u 0 (v128.load8x8_s (i32.const 0)))))",
     0xfffc},
};

constexpr const char* module_text = R"((module
  (memory 1) (memory $m 1) (memory $l i64 1)
  (global $g (mut v128) (v128.const i32x4 1 2 3 4)) (global $c v128 (v128.const i32x4 0 100 0 0))
  (func $mixed (param i32 v128 i32 v128) (result v128 i32) (local v128)
    (i32x4.add (i32x4.mul (local.get 1) (i32x4.splat (local.get 0)))
               (i32x4.mul (local.get 3) (i32x4.splat (local.get 2))))
    (local.set 4 (i32x4.splat (i32.const 5))) (i32x4.extract_lane 0 (local.get 4)))
  (func $same (param v128) (result v128) (local.get 0))
  (func $tail (param v128 v128 i32) (result i32)
    (return_call $last (local.get 2) (local.get 0) (local.get 1)))
  (func $last (param i32 v128 v128) (result i32)
    (i32.add (i32.mul (local.get 0) (i32x4.extract_lane 3 (local.get 1)))
             (i32x4.extract_lane 0 (local.get 2))))
  (func (export "f") (param $i i32) (param $v v128) (param $w v128) (result i32)
    (local $x v128) (local $n i32) )";

class Vectors : public testing::TestWithParam<VectorCase> {};

TEST_P(Vectors, GiveTheResult) {
  const std::uint64_t ten = 10 * 0x1'0000'0001, three = 3 * 0x1'0000'0001;
  for (const bool fuel : {false, true}) {
    Machine machine(std::string(module_text) + GetParam().body + "))", {.fuel = fuel});
    if (fuel) machine.state().fuel = 1000;
    EXPECT_EQ(machine.i32("f", {5, ten, ten, three, three}), GetParam().result);
  }
}

INSTANTIATE_TEST_SUITE_P(Table, Vectors, testing::ValuesIn(vector_cases));

TEST(VectorTraps, AreAtTheLastByteThatIsThere) {
  const char* bodies[] = {
      "(drop (v128.load (local.get 0)))",
      "(v128.store offset=8 (i32.sub (local.get 0) (i32.const 8)) (v128.const i64x2 0 0))",
      "(v128.store $m (local.get 0) (v128.const i64x2 0 0))",
      "(drop (v128.load8x8_u offset=8 (local.get 0)))",
      "(drop (v128.load64_lane offset=8 1 (local.get 0) (v128.const i64x2 0 0)))",
      "(v128.store8_lane offset=15 9 (local.get 0) (v128.const i64x2 0 0))",
      "(drop (v128.load16_lane $m offset=14 1 (local.get 0) (v128.const i64x2 0 0)))",
      "(v128.store32_lane $m offset=12 3 (local.get 0) (v128.const i64x2 0 0))",
  };
  for (const char* body : bodies) {
    Machine machine(
        std::string("(module (memory 1) (memory $m 1) (func (export \"f\") (param i32)") + body +
        "))");
    machine.call("f", {0x10000 - 16});
    EXPECT_EQ(machine.fail("f", {0x10000 - 15}).trap(), TrapCode::out_of_bounds_memory_access)
        << body;
  }
}

TEST(VectorListing, ShowsVectorInstructions) {
  Machine machine(R"((module (memory 1) (func (param v128 i32) (result v128)
    (i32x4.shl (i32x4.add (local.get 0) (v128.load offset=4 (local.get 1))) (i32.const 3)))))");
  const std::string listing = interp::print_slots(machine.code(), 0);
  for (const char* line : {"acc = v128.load [s2 + 4]", "acc = i32x4.add s0, acc",
                           "acc = i32x4.shl acc, 0x3", "return acc"}) {
    EXPECT_NE(listing.find(line), std::string::npos) << listing;
  }
}

}  // namespace
}  // namespace wrun::test
