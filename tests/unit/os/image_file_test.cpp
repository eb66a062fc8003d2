#include "lib/os/image_file.hpp"

#include <gtest/gtest.h>

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

TEST(StackPool, GivesStacksThatWereWiped) {
  StackPool pool;
  auto stack = pool.take(64 * 1024);
  ASSERT_TRUE(stack);
  std::uint8_t* const begin = stack->begin();
  std::memset(begin, 1, stack->size());
  pool.give(std::move(*stack));
  const auto other = pool.take(128 * 1024);
  ASSERT_TRUE(other);
  EXPECT_NE(other->begin(), begin);
  const auto again = pool.take(64 * 1024);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->begin(), begin);
  EXPECT_EQ(begin[100], 0);
}

}  // namespace
}  // namespace wrun::os
