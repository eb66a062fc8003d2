#include "jit/value_table.hpp"

#include <gtest/gtest.h>

namespace wrun::jit {
namespace {

Computation computation(std::uint32_t number) {
  Computation c{Opcode::read, Type::i32};
  c.args[0] = static_cast<Value>(number / 16);
  c.imm = number % 16;
  return c;
}

TEST(ValueTable, KnowsMoreThanItHadRoomFor) {
  constexpr std::uint32_t count = 20000;
  ValueTable table;
  for (const std::size_t expected : {std::size_t{0}, std::size_t{count}}) {
    table.forget(expected);
    for (std::uint32_t i = 0; i < count; ++i) {
      KnownValue& known = table[computation(i)];
      EXPECT_EQ(known.value, Value::none);
      known = {static_cast<Value>(i), static_cast<Block>(i + 1)};
    }
    for (std::uint32_t i = 0; i < count; ++i) {
      EXPECT_EQ(table[computation(i)].value, static_cast<Value>(i));
      EXPECT_EQ(table.look_up(computation(i)).block, static_cast<Block>(i + 1));
    }
    EXPECT_EQ(table.look_up(computation(count)).value, Value::none);
  }
}

/// More often than slots can tell from each other.
TEST(ValueTable, ForgetsAllEachTime) {
  ValueTable table;
  for (std::uint32_t i = 0; i < 200'000; ++i) {
    ASSERT_EQ(table.look_up(computation(7)).value, Value::none) << i;
    table[computation(7)].value = static_cast<Value>(i);
    ASSERT_EQ(table.look_up(computation(7)).value, static_cast<Value>(i));
    table.forget();
  }
}

/// Rather than to grow with a function of any size, and as a new one does from there on.
TEST(ValueTable, ForgetsWhatIsTooMuch) {
  ValueTable table;
  std::uint32_t known = 0;
  while (known < 1'000'000 && (known == 0 || table.look_up(computation(0)).value != Value::none))
    table[computation(known++)].value = Value{1};
  EXPECT_GE(known, 90'000u);
  EXPECT_LT(known, 200'000u);
  EXPECT_EQ(table.look_up(computation(known - 2)).value, Value::none);
  EXPECT_EQ(table.look_up(computation(known - 1)).value, Value{1});
}

}  // namespace
}  // namespace wrun::jit
