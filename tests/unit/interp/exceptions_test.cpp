// What handlers find: locals as they were when something was thrown, operands below the try at
// home, the values of the tag on top. Each function would give a wrong result if something were
// kept in an accumulator, or not written yet.

#include <gtest/gtest.h>

#include "machine.hpp"

namespace wrun::test {
namespace {

constexpr const char* prelude = R"(
  (tag $e (param i32)) (tag $p) (tag $m (param i32 i64 f64)) (tag $other (param i32))
  (memory 1)
  (global $exn (mut exnref) (ref.null exn))
  (table $exns 4 exnref)
  (func $throw (param i32) (throw $e (local.get 0)))
  (func $throw_if (param i32 i32) (result i32)
    (if (local.get 1) (then (throw $e (local.get 0)))) (local.get 0))
  (func $deep (param i32 i32)
    (if (i32.eqz (local.get 1)) (then (throw $e (local.get 0))))
    (call $deep (local.get 0) (i32.sub (local.get 1) (i32.const 1)))
    (drop (memory.grow (i32.const 0))))
  (func $tail (param i32 i32)
    (if (i32.eqz (local.get 1)) (then (return_call $throw (local.get 0))))
    (return_call $tail (local.get 0) (i32.sub (local.get 1) (i32.const 1))))
)";

struct ExceptionCase {
  const char* name;
  const char* body;  // of (func (param $x i32) (param $y i32) (result i32) (local $z i32) ...)
  std::uint32_t x, y, result;
};

const ExceptionCase exception_cases[] = {
    {"a value is caught",
     "(block $h (result i32) (try_table (catch $e $h) (throw $e (i32.const 7)))"
     " (i32.const 0))",
     0, 0, 7},
    {"a local changed in the try",
     "(local.set $z (i32.const 1)) (block $h (result i32) (try_table (result i32) (catch $e $h)"
     " (local.set $z (i32.add (local.get $x) (i32.const 2))) (call $throw (i32.const 10))"
     " (local.set $z (i32.const 50)) (i32.const 0))) (i32.add (local.get $z))",
     3, 0, 15},
    {"a local changed by tee, with the value pending",
     "(block $h (result i32) (try_table (result i32) (catch $e $h) (i32.add (local.tee $z"
     " (i32.mul (local.get $x) (i32.const 3))) (call $throw_if (i32.const 4) (i32.const 1)))))"
     " (i32.add (local.get $z))",
     5, 0, 19},
    {"an alias below the try of a local that the try changes",
     "local.get $x (block $h (result i32) (try_table (result i32) (catch $e $h)"
     " (local.set $x (i32.const 100)) (call $throw_if (i32.const 1) (i32.const 1)))) i32.sub",
     9, 0, 8},
    {"pending operands, aliases and constants below the try",
     "(i32.mul (local.get $x) (i32.const 3)) (local.get $y) (i32.const 1000)"
     " (block $h (result i32) (try_table (result i32) (catch $e $h) (local.set $y (i32.const 5))"
     " (call $throw_if (i32.const 4) (i32.const 1)))) i32.add i32.add i32.add",
     2, 7, 1017},
    {"operands inside the try are gone",
     "(i32.const 7) (block $h (result i32) (try_table (result i32) (catch $e $h)"
     " (i32.const 1) (i32.const 2) (local.get $x) (call $throw (i32.const 30)) drop drop))"
     " i32.add",
     1, 0, 37},
    {"a parameter of the try",
     "(block $h (result i32) (i32.add (local.get $x) (i32.const 1))"
     " (try_table (param i32) (result i32) (catch $e $h) (local.set $z) (call $throw (local.get "
     "$z))"
     " (i32.const 0)))",
     6, 0, 7},
    {"a comparison at the end of a try, fused with the branch after it",
     "(block $h (result i32) (block $out (try_table (result i32) (catch $e $h)"
     " (i32.lt_s (local.get $x) (local.get $y))) (br_if $out)"
     " (call $throw_if (i32.const 1) (local.get $z)) (return (i32.add (i32.const 40))))"
     " (i32.const 8))",
     1, 2, 8},
    {"what follows a try isn't in it, also when its end was taken back",
     "(block $o (result i32) (try_table (catch $e $o)"
     "  (block $h (result i32) (i64.eq (try_table (result i64) (catch $e $h)"
     "    (i64.add (i64.extend_i32_u (local.get $x)) (i64.const 0x123456789a))) (i64.const 3))"
     "   (if (then (nop))) (call $throw (i32.const 5)) (i32.const 1)) (return (i32.const 99)))"
     " (i32.const 0))",
     1, 0, 5},
    {"an address sum at the end of a try",
     "(block $o (result i32) (try_table (catch $e $o)"
     "  (block $h (result i32) (i32.load (try_table (result i32) (catch $e $h)"
     "    (i32.add (local.get $x) (local.get $y)))) (call $throw (i32.const 6)))"
     "  (return (i32.const 99))) (i32.const 0))",
     4, 8, 6},
    {"the first clause that matches",
     "(block $a (result i32) (block $b (result i32) (block $c"
     " (try_table (catch $other $a) (catch $e $b) (catch_all $c) (throw $e (i32.const 3))))"
     " (i32.const 100)) (i32.add (i32.const 1)))",
     0, 0, 4},
    {"catch_all",
     "(block $c (try_table (catch $other 1) (catch_all $c)"
     " (throw $e (i32.const 3))) (return (i32.const 1))) (i32.const 2)",
     0, 0, 2},
    {"a clause of the outermost label returns",
     "(try_table (catch $e 0) (call $throw (i32.add (local.get $x) (i32.const 1)))) (i32.const 0)",
     8, 0, 9},
    {"and so does one at a height",
     "(local.get $x) (local.get $y) (try_table (catch $e 0) (call $throw (local.get $y))) i32.add",
     8, 2, 2},
    {"catch in a loop",
     "(loop $l (param) (local.set $z (i32.add (local.get $z) (i32.const 1)))"
     " (if (i32.lt_u (local.get $z) (local.get $x)) (then (try_table (catch $p $l) (throw $p)))))"
     " (local.get $z)",
     1000, 0, 1000},
    {"values to a loop's parameters",
     "(local.get $x) (loop $l (param i32) (result i32) (local.tee $z)"
     " (if (param i32) (result i32) (i32.gt_u (local.get $z) (local.get $y)) (then"
     " (try_table (param i32) (result i32) (catch $e $l) (i32.sub (i32.const 1)) (local.tee $z)"
     " (call $throw (local.get $z))))))",
     9, 4, 4},
    {"nested: the inner one first, then the outer",
     "(block $o (result i32) (try_table (result i32) (catch $e $o)"
     "  (block $i (result i32) (try_table (result i32) (catch $e $i) (call $throw (i32.const 1))"
     "   (i32.const 0))) (i32.add (i32.const 10)) (local.set $z) (call $throw (local.get $z))"
     "  (i32.const 0)))",
     0, 0, 11},
    {"nested: what the inner one doesn't catch",
     "(block $o (result i32) (try_table (result i32) (catch $e $o)"
     "  (block $i (result i32) (try_table (result i32) (catch $other $i) (call $throw (i32.const "
     "1))"
     "   (i32.const 0))) (i32.add (i32.const 10))))",
     0, 0, 1},
    {"a branch out of a try",
     "(block $out (result i32) (block $h (result i32)"
     " (try_table (catch $e $h) (br $out (i32.const 1))) (i32.const 2)) (drop) (i32.const 3))",
     0, 0, 1},
    {"several values",
     "(block $h (result i32 i64 f64) (try_table (catch $m $h)"
     " (throw $m (local.get $x) (i64.const 20) (f64.const 300))) (unreachable))"
     " (i32.trunc_f64_s) (local.set $z) (i32.wrap_i64) (i32.add) (i32.add (local.get $z))",
     1, 0, 321},
    {"several values and the exception, thrown on",
     "(block $o (result i32 i64 f64) (try_table (result i32 i64 f64) (catch $m $o)"
     "  (block $h (result i32 i64 f64 exnref) (try_table (catch_ref $m $h)"
     "   (throw $m (local.get $x) (i64.const 20) (f64.const 300))) (unreachable)) (throw_ref)))"
     " (i32.trunc_f64_s) (local.set $z) (i32.wrap_i64) (i32.add) (i32.add (local.get $z))",
     5, 0, 325},
    {"catch labels whose results a br_if brings, too",
     "(block $h (result i32) (try_table (result i32) (catch $e $h)"
     " (br_if $h (local.get $x) (local.get $y)) (i32.add (i32.const 1)) (local.set $z)"
     " (call $throw (local.get $z)) (i32.const 0)))",
     5, 0, 6},
    {"the same, with the branch taken",
     "(block $h (result i32) (try_table (result i32) (catch $e $h)"
     " (br_if $h (local.get $x) (local.get $y)) (i32.add (i32.const 1)) (local.set $z)"
     " (call $throw (local.get $z)) (i32.const 0)))",
     5, 1, 5},
    {"from a callee far down",
     "(block $h (result i32) (try_table (catch $e $h)"
     " (call $deep (local.get $x) (i32.const 1000))) (i32.const 0))",
     77, 0, 77},
    {"from a tail call",
     "(block $h (result i32) (try_table (catch $e $h)"
     " (call $tail (local.get $x) (i32.const 1000))) (i32.const 0))",
     78, 0, 78},
    {"a vector among the values takes two slots",
     "(block $h (result i32) (call $vectors (local.get $x)))", 43, 0, 43},
    {"an exception in a global, thrown later",
     "(block $h (result exnref) (try_table (catch_all_ref $h) (call $throw (local.get $x)))"
     " (unreachable)) (global.set $exn) (block $o (result i32) (try_table (catch $e $o)"
     " (throw_ref (global.get $exn))) (i32.const 0))",
     12, 0, 12},
    {"an exception in a table",
     "(i32.const 2) (block $h (result exnref) (try_table (catch_all_ref $h)"
     " (call $throw (local.get $x))) (unreachable)) (table.set $exns)"
     " (block $o (result i32) (try_table (catch $e $o) (throw_ref (table.get $exns (i32.const 2))))"
     " (i32.const 0))",
     13, 0, 13},
    {"br_on_null of an exception",
     "(block $n (block $h (result exnref)"
     " (try_table (catch_all_ref $h) (call $throw (i32.const 1))) (ref.null exn))"
     " (br_on_null $n) (drop) (return (i32.const 5))) (i32.const 6)",
     0, 0, 5},
    {"br_on_null of none",
     "(block $n (table.get $exns (i32.const 0)) (br_on_null $n) (drop)"
     " (return (i32.const 5))) (i32.const 6)",
     0, 0, 6},

    {"legacy: a value", "(try (result i32) (do (throw $e (local.get $x)) ) (catch $e))", 4, 0, 4},
    {"legacy: nothing thrown",
     "(try (result i32) (do (i32.add (local.get $x) (i32.const 1)))"
     " (catch $e))",
     4, 0, 5},
    {"legacy: locals and operands below",
     "(i32.mul (local.get $x) (i32.const 2)) (local.get $y) (try (result i32) (do"
     " (local.set $y (i32.const 3)) (local.set $z (i32.add (local.get $x) (i32.const 1)))"
     " (call $throw (i32.const 100)) (i32.const 0)) (catch $e (i32.add (local.get $z))))"
     " i32.add i32.add",
     5, 1000, 1116},
    {"legacy: catch_all after catch",
     "(try (result i32) (do (throw $p)) (catch $e)"
     " (catch_all (i32.const 9)))",
     0, 0, 9},
    {"legacy: throwing in a catch isn't caught by its own try",
     "(try (result i32) (do (try (result i32) (do (throw $e (i32.const 1)))"
     " (catch $e (i32.add (i32.const 10)) (local.set $z) (throw $e (local.get $z)))"
     " (catch_all (i32.const 0)))) (catch $e (i32.add (i32.const 100))))",
     0, 0, 111},
    {"legacy: rethrow",
     "(try (result i32) (do (try (result i32) (do (throw $e (local.get $x)))"
     " (catch $e (drop) (local.set $z (i32.const 1)) (rethrow 0))))"
     " (catch $e (i32.add (local.get $z))))",
     7, 0, 8},
    {"legacy: rethrow of an outer catch, after calls that throw",
     "(try (result i32) (do (try (result i32) (do (throw $e (local.get $x)))"
     " (catch_all (try (do (call $deep (i32.const 1000) (i32.const 5)))"
     "   (catch $e (drop) (rethrow 1))) (i32.const 0)))) (catch $e))",
     7, 0, 7},
    {"legacy: rethrow from three levels down",
     "(try (result i32) (do (try (result i32) (do (throw $e (i32.const 1)))"
     " (catch $e (local.set $z) (try (result i32) (do (throw $e (i32.const 2)))"
     "   (catch $e (i32.add (local.get $z)) (local.set $z) (try (result i32) (do"
     "     (throw $e (i32.const 4))) (catch $e (i32.add (local.get $z)) (local.set $z)"
     "      (rethrow 1))))))))"
     " (catch $e (i32.shl (i32.const 8)) (i32.add (local.get $z))))",
     0, 0, 2 * 256 + 7},
    {"legacy: delegate",
     "(try $t (result i32) (do (try (do (try (result i32)"
     " (do (call $throw_if (local.get $x) (i32.const 1))) (delegate $t)) (drop))"
     " (catch_all (unreachable))) (i32.const 0)) (catch $e))",
     6, 0, 6},
    {"legacy: delegate to a block goes to the try around it",
     "(try (result i32) (do (block $b (result i32) (try (result i32) (do (try (result i32)"
     " (do (call $throw_if (local.get $x) (i32.const 1))) (delegate $b)))"
     " (catch_all (i32.const 0))))) (catch $e (i32.add (i32.const 1))))",
     6, 0, 7},
    {"legacy: delegate to a catch skips its try",
     "(try (result i32) (do (try $t (result i32) (do (throw $p)) (catch $p (try (result i32) (do"
     "  (try (result i32) (do (call $throw_if (local.get $x) (i32.const 1))) (delegate $t)))"
     "  (catch_all (i32.const 0)))))) (catch $e (i32.add (i32.const 2))))",
     6, 0, 8},
    {"legacy: delegate without a throw",
     "(try (result i32) (do (try (result i32)"
     " (do (i32.add (local.get $x) (i32.const 1))) (delegate 0)) (i32.add (i32.const 1)))"
     " (catch $e))",
     6, 0, 8},
    {"legacy: a branch out of a catch",
     "(block $b (result i32) (try (result i32)"
     " (do (throw $e (local.get $x))) (catch $e (br_if $b (local.get $y)) (i32.add (i32.const "
     "1)))))",
     6, 1, 6},
    {"legacy: a try in a loop",
     "(loop $l (try (do (call $throw (i32.const 1)))"
     " (catch $e (i32.add (local.get $z)) (local.set $z)))"
     " (br_if $l (i32.lt_u (local.get $z) (local.get $x)))) (local.get $z)",
     500, 0, 500},
    {"legacy: a try without handlers",
     "(try (result i32) (do (try (result i32)"
     " (do (call $throw_if (local.get $x) (i32.const 1))))) (catch $e))",
     3, 0, 3},
    {"legacy inside of new, and the other way",
     "(block $h (result i32) (try_table (result i32) (catch $e $h) (try (result i32) (do"
     "  (block $p (drop (try_table (result i32) (catch $p $p) (throw $e (local.get $x)))))"
     "  (i32.const 0)) (catch $other))))",
     3, 0, 3},
};

std::string module_of(const ExceptionCase& c) {
  return std::string("(module") + prelude + R"(
    (tag $v (param i32 v128 i32))
    (func $vectors (param $x i32) (result i32) (local v128)
      (block $h (result i32 v128 i32)
        (try_table (catch $v $h) (throw $v (i32.const 1) (local.get 1) (i32.sub (local.get $x)
          (i32.const 1)))) (unreachable))
      (local.set $x) (drop) (i32.add (local.get $x)))
    (func (export "f") (param $x i32) (param $y i32) (result i32) (local $z i32) )" +
         c.body + "))";
}

class Exceptions : public testing::TestWithParam<ExceptionCase> {};

TEST_P(Exceptions, GiveTheResult) {
  const ExceptionCase& c = GetParam();
  for (const bool fuel : {false, true}) {
    for (const bool poison : {false, true}) {
      Machine machine(module_of(c), {fuel, true, poison});
      if (fuel) machine.state().fuel = 1'000'000;
      EXPECT_EQ(machine.i32("f", {c.x, c.y}), c.result) << c.name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Table, Exceptions, testing::ValuesIn(exception_cases));

}  // namespace
}  // namespace wrun::test
