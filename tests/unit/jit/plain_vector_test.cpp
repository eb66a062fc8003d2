#include "jit/plain_vector.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>

namespace wrun::jit {
namespace {

/// From a few bytes to where its memory has pages of its own.
TEST(PlainVector, KeepsWhatItHasWhileItGrows) {
  PlainVector<std::uint32_t> numbers;
  constexpr std::uint32_t count = 1'000'000;
  for (std::uint32_t i = 0; i < count; ++i) numbers.push_back(i);
  for (std::uint32_t i = 0; i < count; ++i) ASSERT_EQ(numbers[i], i);
  numbers.resize(5);
  numbers.shrink_to_fit();
  EXPECT_EQ(numbers.back(), 4u);
  numbers.clear();
  numbers.shrink_to_fit();
  EXPECT_TRUE(numbers.empty());
}

/// Whose room is gone when it has got more.
TEST(PlainVector, TakesElementsOfItsOwn) {
  PlainVector<std::uint32_t> numbers{7};
  for (unsigned i = 0; i < 1000; ++i) numbers.push_back(numbers[i]);
  for (const std::uint32_t number : numbers) EXPECT_EQ(number, 7u);
}

TEST(PlainVector, IsCopiedAndMoved) {
  const PlainVector<std::uint32_t> first{1, 2, 3};
  PlainVector<std::uint32_t> second = first;
  second.resize(4);
  EXPECT_EQ(second[2], 3u);
  EXPECT_EQ(second[3], 0u);
  second = first;
  const PlainVector<std::uint32_t> third = std::move(second);
  EXPECT_EQ(third.size(), 3u);
  EXPECT_EQ(first.size(), 3u);
}

}  // namespace
}  // namespace wrun::jit
