// Fuel is charged by the blocks of fuel_blocks.hpp, before each; bulk instructions charge for what
// they move.

#include <gtest/gtest.h>

#include "machine.hpp"

namespace wrun::test {
namespace {

constexpr interp::CodeOptions with_fuel{true, true, false};

struct FuelCase {
  const char* body;  // of a function (param i32) in a module with a memory and a table
  std::uint32_t argument;
  std::int64_t cost;
};

const FuelCase fuel_cases[] = {
    {"", 0, 0},
    {"(nop) (nop)", 0, 0},
    {"(drop (i32.const 1))", 0, 2},
    {"(block (block (drop (local.get 0))))", 0, 2},
    {"(if (local.get 0) (then (drop (i32.const 1))))", 1, 4},
    {"(if (local.get 0) (then (drop (i32.const 1))))", 0, 2},
    {"(loop (local.set 0 (i32.sub (local.get 0) (i32.const 1))) (br_if 0 (local.get 0)))", 10, 60},
    {"(call $callee)", 0, 3},
    {"(return)  (drop (i32.const 1))", 0, 1},
    {"(memory.fill (i32.const 0) (i32.const 1) (i32.const 65))", 0, 6},
    {"(memory.fill (i32.const 0) (i32.const 1) (i32.const 64))", 0, 5},
    {"(memory.copy (i32.const 0) (i32.const 1) (i32.const 0))", 0, 4},
    {"(drop (table.grow (ref.null func) (i32.const 100)))", 0, 6},
};

class Fuel : public testing::TestWithParam<FuelCase> {};

std::string module_of(const FuelCase& c) {
  return std::string("(module (memory 1) (table 0 funcref)") +
         " (func $callee (drop (i32.const 1))) (func (export \"f\") (param i32) " + c.body + "))";
}

TEST_P(Fuel, CostsWhatTheBlocksSay) {
  const FuelCase& c = GetParam();
  Machine machine(module_of(c), with_fuel);
  machine.state().fuel = 1000;
  machine.call("f", {c.argument});
  EXPECT_EQ(1000 - machine.state().fuel, c.cost) << c.body;
}

TEST_P(Fuel, IsEnoughExactlyAtThatCost) {
  const FuelCase& c = GetParam();
  Machine machine(module_of(c), with_fuel);
  machine.state().fuel = c.cost;
  machine.call("f", {c.argument});
  EXPECT_EQ(machine.state().fuel, 0) << c.body;
  if (c.cost == 0) return;
  machine.state().fuel = c.cost - 1;
  EXPECT_EQ(machine.fail("f", {c.argument}).trap(), TrapCode::out_of_fuel) << c.body;
  EXPECT_GE(machine.state().fuel, 0) << c.body;
}

INSTANTIATE_TEST_SUITE_P(Table, Fuel, testing::ValuesIn(fuel_cases));

TEST(Fuel, StopsABlockBeforeItRuns) {
  Machine machine(R"((module (global (export "g") (mut i32) (i32.const 0))
      (func (export "f") (global.set 0 (i32.const 1)) (global.set 0 (i32.const 2)))))",
                  with_fuel);
  machine.state().fuel = 3;
  EXPECT_EQ(machine.fail("f").trap(), TrapCode::out_of_fuel);
  EXPECT_EQ(machine.instance().globals[0]->get<std::uint32_t>(), 0u);
  EXPECT_EQ(machine.state().fuel, 3);
}

}  // namespace
}  // namespace wrun::test
