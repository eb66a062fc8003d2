#include "lib/os/image_file.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "lib/os/stack_pool.hpp"

namespace wrun::os {
namespace {

Mapping blank(std::size_t pages) {
  auto mapping = Mapping::reserve(pages * page_size());
  EXPECT_TRUE(mapping && mapping->commit(0, pages * page_size()));
  return std::move(*mapping);
}

TEST(ImageFile, IsCopiedWhereItIsWrittenTo) {
  ImageFile file;
  const auto place = file.reserve(page_size() + 1);
  ASSERT_TRUE(place);
  EXPECT_EQ(place->size, 2 * page_size());
  const std::uint8_t bytes[] = {1, 2, 3};
  ASSERT_TRUE(file.write(*place, page_size() - 1, bytes, 3));
  Mapping first = blank(3);
  Mapping second = blank(3);
  ASSERT_TRUE(file.map(*place, first));
  ASSERT_TRUE(file.map(*place, second));
  first.data()[page_size()] = 77;
  EXPECT_EQ(std::memcmp(second.data() + page_size() - 1, bytes, 3), 0);
  EXPECT_EQ(second.data()[2 * page_size()], 0);
  EXPECT_TRUE(first.decommit(0, 3 * page_size()));
  EXPECT_EQ(std::memcmp(first.data() + page_size() - 1, bytes, 3), 0);
}

TEST(ImageFile, HoldsSeveral) {
  ImageFile file;
  const auto one = file.reserve(10);
  const auto two = file.reserve(10);
  ASSERT_TRUE(one && two);
  EXPECT_NE(one->offset, two->offset);
  const std::uint8_t bytes[] = {1, 2};
  ASSERT_TRUE(file.write(*one, 0, bytes, 1));
  ASSERT_TRUE(file.write(*two, 0, bytes + 1, 1));
  file.release(*one);
  Mapping mapping = blank(1);
  ASSERT_TRUE(file.map(*two, mapping));
  EXPECT_EQ(mapping.data()[0], 2);
  EXPECT_FALSE(file.reserve(0));
}

/// Whether a stack that was full of something comes back, and as zeros.
bool is_wiped(StackPool& pool, std::uint64_t bytes, StackPool::Growth growth) {
  auto stack = pool.take(bytes);
  if (!stack) return false;
  std::uint8_t* const begin = stack->begin();
  std::memset(begin, 1, stack->size());
  pool.give(std::move(*stack), growth);
  const auto again = pool.take(bytes);
  if (!again || again->begin() != begin) return false;
  return std::all_of(begin, again->end(), [](std::uint8_t byte) { return byte == 0; });
}

TEST(StackPool, GivesStacksThatWereWiped) {
  StackPool pool;
  for (const std::size_t pages : {1, 2, 3, 16}) {
    EXPECT_TRUE(is_wiped(pool, pages * page_size(), StackPool::Growth::up)) << pages;
    EXPECT_TRUE(is_wiped(pool, pages * page_size(), StackPool::Growth::down)) << pages;
  }
}

TEST(StackPool, KeepsStacksOfSeveralSizes) {
  StackPool pool;
  auto small = pool.take(64 * 1024);
  auto large = pool.take(128 * 1024);
  ASSERT_TRUE(small && large);
  std::uint8_t* const begin = small->begin();
  pool.give(std::move(*small), StackPool::Growth::up);
  pool.give(std::move(*large), StackPool::Growth::down);
  EXPECT_NE(pool.take(32 * 1024)->begin(), begin);
  const auto again = pool.take(64 * 1024);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->begin(), begin);
}

}  // namespace
}  // namespace wrun::os
