#include "tools/wrun/units.hpp"

#include <gtest/gtest.h>

namespace wrun::tool {
namespace {

using std::chrono::nanoseconds;

TEST(Units, SizesArePowersOf1024) {
  EXPECT_EQ(parse_size("0"), 0u);
  EXPECT_EQ(parse_size("65536"), 65536u);
  EXPECT_EQ(parse_size("64K"), 65536u);
  EXPECT_EQ(parse_size("64KiB"), 65536u);
  EXPECT_EQ(parse_size("1.5m"), 1536u * 1024);
  EXPECT_EQ(parse_size("2GB"), std::uint64_t{2} << 30);
}

TEST(Units, WhatIsNoSize) {
  for (const char* text : {"", "K", "-1", "1X", "1 K", "0x10", "nan", "inf", "1e3", "17000000T"}) {
    EXPECT_FALSE(parse_size(text)) << text;
  }
}

TEST(Units, Durations) {
  EXPECT_EQ(parse_duration("500ms"), nanoseconds(500'000'000));
  EXPECT_EQ(parse_duration("2"), nanoseconds(2'000'000'000));
  EXPECT_EQ(parse_duration("1.5s"), nanoseconds(1'500'000'000));
  EXPECT_EQ(parse_duration("1m"), nanoseconds(60'000'000'000));
  EXPECT_EQ(parse_duration("10ns"), nanoseconds(10));
}

TEST(Units, WhatIsNoDuration) {
  for (const char* text : {"", "s", "-1s", "1 s", "1d", "99999999999h"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(Units, DurationsForPeople) {
  EXPECT_EQ(format_duration(nanoseconds(0)), "0 ns");
  EXPECT_EQ(format_duration(nanoseconds(999)), "999 ns");
  EXPECT_EQ(format_duration(nanoseconds(1'000)), "1.00 us");
  EXPECT_EQ(format_duration(nanoseconds(12'345)), "12.3 us");
  EXPECT_EQ(format_duration(nanoseconds(123'456'789)), "123 ms");
  EXPECT_EQ(format_duration(nanoseconds(61'500'000'000)), "61.5 s");
}

}  // namespace
}  // namespace wrun::tool
