#include "tools/wrun/bench/times.hpp"

#include <gtest/gtest.h>

namespace wrun::tool {
namespace {

std::vector<Nanoseconds> times(std::initializer_list<int> counts) {
  std::vector<Nanoseconds> all;
  for (const int each : counts) all.emplace_back(each);
  return all;
}

TEST(Times, OneRound) {
  const Summary summary = summary_of(times({5}));
  EXPECT_EQ(summary.median.count(), 5);
  EXPECT_EQ(summary.least.count(), 5);
  EXPECT_EQ(summary.greatest.count(), 5);
  EXPECT_EQ(summary.spread.count(), 0);
}

TEST(Times, AnOddNumberInAnyOrder) {
  const Summary summary = summary_of(times({900, 10, 12, 14, 11}));
  EXPECT_EQ(summary.median.count(), 12);
  EXPECT_EQ(summary.least.count(), 10);
  EXPECT_EQ(summary.greatest.count(), 900);
  EXPECT_EQ(summary.spread.count(), 2);
}

TEST(Times, AnEvenNumber) {
  const Summary summary = summary_of(times({10, 40, 20, 30}));
  EXPECT_EQ(summary.median.count(), 25);
  EXPECT_EQ(summary.spread.count(), 10);
}

}  // namespace
}  // namespace wrun::tool
