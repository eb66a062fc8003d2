// The translator keeps locals, constants and results where they are until it must not: each of
// these functions would give a wrong result if it waited too long.

#include <gtest/gtest.h>

#include "machine.hpp"

namespace wrun::test {
namespace {

struct LazyCase {
  const char* name;
  const char* body;  // of (func (param $x i32) (param $y i32) (result i32) (local $z i32) ...)
  std::uint32_t x, y, result;
};

const LazyCase lazy_cases[] = {
    {"a local read before it changes",
     "local.get $x  (local.set $x (i32.const 7))  local.get $x  i32.sub", 10, 0, 3},
    {"a local read twice before it changes",
     "local.get $x local.get $x (local.set $x (i32.const 1)) i32.mul local.get $x i32.add", 5, 0,
     26},
    {"post-increment",
     "local.get $x  (local.set $x (i32.add (local.get $x) (i32.const 1)))  local.get $x  i32.mul",
     6, 0, 42},
    {"swap of locals",
     "local.get $x local.get $y local.set $x local.set $y (i32.sub (local.get $x) (local.get $y))",
     3, 10, 7},
    {"tee, then set, of the same local",
     "(local.tee $z (i32.add (local.get $x) (i32.const 1)))  (local.set $z (i32.const 100))"
     " local.get $z i32.add",
     1, 0, 102},
    {"a value under a block that changes the local",
     "local.get $x  (block (br_if 0 (local.get $y)) (local.set $x (i32.const 9)))  local.get $x"
     " i32.sub",
     4, 0, static_cast<std::uint32_t>(-5)},
    {"the same, with the branch taken",
     "local.get $x  (block (br_if 0 (local.get $y)) (local.set $x (i32.const 9)))  local.get $x"
     " i32.sub",
     4, 1, 0},
    {"a constant under a loop that may not run",
     "i32.const 5 (block (br_if 0 (local.get $y)) (loop)) local.get $x i32.add", 4, 1, 9},
    {"constants on the left of what doesn't commute",
     "(i32.sub (i32.const 10) (local.get $x)) (i32.shl (i32.const 1) (local.get $y)) i32.add", 4, 3,
     14},
    {"both operands in the accumulator",
     "(local.set $z (i32.add (local.get $x) (local.get $y)))"
     " (i32.mul (local.get $z) (local.get $z))",
     2, 3, 25},
    {"two results pending, one per class",
     "(i32.trunc_f64_s (f64.mul (f64.convert_i32_s (local.get $x)) (f64.const 2.5)))"
     " (i32.mul (local.get $y) (i32.const 3)) i32.sub",
     4, 3, 1},
    {"select with pending operands",
     "(select (i32.add (local.get $x) (i32.const 1)) (i32.add (local.get $y) (i32.const 2))"
     " (i32.lt_s (local.get $x) (local.get $y)))",
     1, 5, 2},
    {"a dropped result between others",
     "(i32.add (local.get $x) (i32.const 1)) (drop (i32.mul (local.get $x) (i32.const 9)))", 1, 0,
     2},
    {"if without else keeps its parameter",
     "local.get $x (if (param i32) (result i32) (local.get $y) (then drop i32.const 77))", 5, 0, 5},
    {"if whose arms leave constants",
     "(if (result i32) (local.get $x) (then (i32.const 1)) (else (i32.const 2)))", 0, 0, 2},
    {"branch with a value from deeper down",
     "(block (result i32) (i32.const 1) (i32.const 2) (local.get $x) (br 0))", 33, 0, 33},
    {"conditional branch with a value to an outer height",
     "(block (result i32) (i32.const 50) (block (result i32) (local.get $x) (br_if 1 (local.get "
     "$y))"
     " ) i32.add)",
     3, 0, 53},
    {"the same, taken",
     "(block (result i32) (i32.const 50) (block (result i32) (local.get $x) (br_if 1 (local.get "
     "$y))"
     " ) i32.add)",
     3, 1, 3},
    {"loop-carried parameter",
     "i32.const 0 (loop (param i32) (result i32) local.get $x i32.add"
     " (local.tee $x (i32.sub (local.get $x) (i32.const 1))) (br_if 0))",
     4, 0, 10},
    {"br_table to different heights",
     "(block $b (result i32) (i32.const 1) (block $a (result i32) (i32.const 2) (local.get $x)"
     " (br_table $a $b $a (local.get $y))) i32.add)",
     40, 0, 41},
    {"br_table to the outer one",
     "(block $b (result i32) (i32.const 1) (block $a (result i32) (i32.const 2) (local.get $x)"
     " (br_table $a $b $a (local.get $y))) i32.add)",
     40, 1, 40},
    {"br_table out of range takes the default",
     "(block $b (result i32) (i32.const 1) (block $a (result i32) (i32.const 2) (local.get $x)"
     " (br_table $a $b $a (local.get $y))) i32.add)",
     40, static_cast<std::uint32_t>(-1), 41},
    {"an address sum that wraps",
     "(i32.store (i32.const 8) (i32.const 99)) (i32.load (i32.add (local.get $x) (local.get $y)))",
     static_cast<std::uint32_t>(-8), 16, 99},
    {"a store whose value is computed after its address",
     "(i32.store offset=4 (i32.add (local.get $x) (i32.const 4))"
     " (i32.mul (local.get $y) (i32.const 3))) (i32.load (i32.const 16))",
     8, 5, 15},
    {"a store of a constant to a folded address",
     "(i32.store (i32.add (local.get $x) (local.get $y)) (i32.const -3))"
     " (i32.load16_s (i32.const 12))",
     4, 8, static_cast<std::uint32_t>(-3)},
    {"a 64-bit constant that doesn't fit 32 bits",
     "(i64.store (i32.const 0) (i64.const 0x1122334455667788)) (i32.load (i32.const 4))", 0, 0,
     0x11223344},
    {"a constant stored to a sum of what two slots have",
     "(i64.store (i32.add (local.get $x) (memory.size)) (i64.const 0x1122334455667788))"
     " (i32.load (i32.add (local.get $x) (i32.const 5)))",
     7, 0, 0x11223344},
    {"a float constant stored to a sum with a block's result",
     "(f64.store (i32.add (local.get $x) (block (result i32) (br_if 0 (i32.const 8) (local.get "
     "$y))))"
     " (f64.const 1.5)) (i32.load (i32.const 28))",
     16, 1, 0x3ff80000},
    {"return of one of many locals", "(local.set $z (local.get $y)) (return (local.get $z))", 1, 2,
     2},
    {"code after a branch is dead", "(block (result i32) (br 0 (local.get $x)) (drop) (i32.add))",
     8, 0, 8},
};

class LazyValues : public testing::TestWithParam<LazyCase> {};

TEST_P(LazyValues, GiveTheResult) {
  const LazyCase& c = GetParam();
  const std::string text = std::string("(module (memory 1) (func (export \"f\") (param $x i32)") +
                           " (param $y i32) (result i32) (local $z i32) " + c.body + "))";
  for (const bool fuel : {false, true}) {
    for (const bool interruptible : {false, true}) {
      for (const bool poison : {false, true}) {
        Machine machine(text, {fuel, interruptible, poison});
        if (fuel) machine.state().fuel = 1'000'000;
        EXPECT_EQ(machine.i32("f", {c.x, c.y}), c.result) << c.name;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Table, LazyValues, testing::ValuesIn(lazy_cases));

}  // namespace
}  // namespace wrun::test
