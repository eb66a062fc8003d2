// The upper half of an i32's slot is unspecified. With garbage there at every boundary, nothing
// that a program computes may change.

#include <gtest/gtest.h>

#include "machine.hpp"

namespace wrun::test {
namespace {

constexpr std::uint64_t garbage = 0xdeadbeef00000000;

TEST(UpperHalves, AreIgnoredByEveryConsumer) {
  Machine machine(R"((module (memory 1) (table 2 funcref) (elem (i32.const 1) $id)
      (global $g (mut i32) (i32.const 0))
      (func $id (param i32) (result i32) (local.get 0))
      (func (export "extend") (param i32) (result i64) (i64.extend_i32_u (local.get 0)))
      (func (export "convert") (param i32) (result f64) (f64.convert_i32_u (local.get 0)))
      (func (export "load") (param i32) (result i32)
        (i32.store (i32.const 4) (i32.const 11)) (i32.load (local.get 0)))
      (func (export "call") (param i32) (result i64)
        (i64.extend_i32_u (call_indirect (param i32) (result i32) (i32.const 42) (local.get 0))))
      (func (export "table") (param i32) (result i32)
        (i32.add (i32.const 1) (block (result i32) (br_table 0 1 (i32.const 5) (local.get 0)))))
      (func (export "test") (param i32) (result i32)
        (if (result i32) (local.get 0) (then (i32.const 1)) (else (i32.const 2))))
      (func (export "select") (param i32) (result i32)
        (select (i32.const 1) (i32.const 2) (local.get 0)))
      (func (export "global") (param i32) (result i64)
        (global.set $g (local.get 0)) (i64.extend_i32_u (global.get $g)))
      (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
      (func (export "fill") (param i32) (result i32)
        (memory.fill (local.get 0) (i32.const 7) (local.get 0)) (i32.load8_u (local.get 0)))))",
                  {false, true, true});
  EXPECT_EQ(machine.call("extend", {garbage | 5}).get<std::uint64_t>(), 5u);
  EXPECT_EQ(machine.call("convert", {garbage | 6}).get<double>(), 6.0);
  EXPECT_EQ(machine.i32("load", {garbage | 4}), 11u);
  EXPECT_EQ(machine.call("call", {garbage | 1}).get<std::uint64_t>(), 42u);
  EXPECT_EQ(machine.i32("table", {garbage | 1}), 5u);
  EXPECT_EQ(machine.i32("test", {garbage}), 2u);
  EXPECT_EQ(machine.i32("select", {garbage}), 2u);
  EXPECT_EQ(machine.call("global", {garbage | 9}).get<std::uint64_t>(), 9u);
  EXPECT_EQ(machine.i32("fill", {garbage | 100}), 7u);
  EXPECT_EQ(machine.i32("grow", {garbage | 1}), 1u);
}

}  // namespace
}  // namespace wrun::test
