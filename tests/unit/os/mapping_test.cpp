#include "lib/os/mapping.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "lib/os/stack.hpp"

namespace wrun::os {
namespace {

TEST(Mapping, ReservesFarMoreThanItCosts) {
  auto mapping = Mapping::reserve(1ull << 36);
  ASSERT_TRUE(mapping);
  EXPECT_EQ(mapping->size(), 1ull << 36);
  ASSERT_TRUE(mapping->commit((1ull << 36) - 1, 1));
  EXPECT_EQ(mapping->data()[(1ull << 36) - 1], 0);
}

TEST(Mapping, RefusalIsAValue) {
  EXPECT_FALSE(Mapping::reserve(0));
  EXPECT_FALSE(Mapping::reserve(std::numeric_limits<std::uint64_t>::max()));
  EXPECT_FALSE(Mapping::reserve(1ull << 62));
}

TEST(Mapping, DecommittedMemoryReadsAsZeros) {
  auto mapping = Mapping::reserve(4 * page_size());
  ASSERT_TRUE(mapping && mapping->commit(0, mapping->size()));
  std::memset(mapping->data(), 7, mapping->size());
  mapping->decommit(page_size(), page_size());
  EXPECT_EQ(mapping->data()[page_size() - 1], 7);
  EXPECT_EQ(mapping->data()[page_size()], 0);
  EXPECT_EQ(mapping->data()[2 * page_size()], 7);
}

TEST(Mapping, MovesWithItsContents) {
  auto mapping = Mapping::reserve(3 * page_size());
  ASSERT_TRUE(mapping && mapping->commit(0, 1));
  mapping->data()[5] = 42;
  ASSERT_TRUE(mapping->move_to(1000 * page_size()));
  EXPECT_EQ(mapping->size(), 1000 * page_size());
  EXPECT_EQ(mapping->data()[5], 42);
  EXPECT_EQ(mapping->data()[mapping->size() - 1], 0);
  EXPECT_FALSE(mapping->move_to(page_size()));
}

TEST(Mapping, AnEmptyOneMovesToo) {
  Mapping mapping;
  ASSERT_TRUE(mapping.move_to(1));
  mapping.data()[0] = 1;
  EXPECT_EQ(mapping.size(), page_size());
}

TEST(Mapping, OwnershipMoves) {
  auto mapping = Mapping::reserve(page_size());
  ASSERT_TRUE(mapping);
  const auto* base = mapping->data();
  Mapping other = std::move(*mapping);
  EXPECT_EQ(mapping->data(), nullptr);
  EXPECT_EQ(other.data(), base);
}

TEST(MappingDeathTest, GuardedPagesFault) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  auto mapping = Mapping::reserve(2 * page_size());
  ASSERT_TRUE(mapping && mapping->commit(0, mapping->size()));
  ASSERT_TRUE(mapping->guard(page_size(), page_size()));
  mapping->data()[page_size() - 1] = 1;
  EXPECT_DEATH(mapping->data()[page_size()] = 1, "");
}

TEST(Stack, IsUsableFromEndToEnd) {
  auto stack = Stack::create(100'000);
  ASSERT_TRUE(stack);
  EXPECT_GE(stack->size(), 100'000u);
  stack->begin()[0] = 1;
  stack->end()[-1] = 2;
  stack->reset();
  EXPECT_EQ(stack->begin()[0], 0);
  EXPECT_EQ(stack->end()[-1], 0);
}

TEST(StackDeathTest, HasGuardsAtBothEnds) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  auto stack = Stack::create(1);
  ASSERT_TRUE(stack);
  EXPECT_DEATH(stack->begin()[-1] = 1, "");
  EXPECT_DEATH(stack->end()[0] = 1, "");
}

TEST(Stack, RefusalIsAValue) {
  EXPECT_FALSE(Stack::create(0));
  EXPECT_FALSE(Stack::create(std::numeric_limits<std::uint64_t>::max() - page_size()));
}

}  // namespace
}  // namespace wrun::os
