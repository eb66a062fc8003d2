#include "lib/wasm/compose.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace wrun {
namespace {

TEST(Compose, PutsValuesOfAllTypesWhereTheBracesAre) {
  const std::string string = "string";
  EXPECT_EQ(compose("plain"), "plain");
  EXPECT_EQ(compose("{}, {}, {}, {}", string, std::string_view("view"), "literal", 'c'),
            "string, view, literal, c");
  EXPECT_EQ(compose("{} {} {}", true, std::int8_t{-1}, std::uint8_t{200}), "true -1 200");
  EXPECT_EQ(compose("{}{}", std::numeric_limits<std::int64_t>::min(),
                    std::numeric_limits<std::uint64_t>::max()),
            "-922337203685477580818446744073709551615");
}

TEST(Compose, WritesIntegersAsTheFieldSays) {
  EXPECT_EQ(compose("{:x} {:#x} {:02x} {:02x}", 255, 255u, 5, 0x123), "ff 0xff 05 123");
  EXPECT_EQ(compose("{:#010x}|{:#018x}", 0xabu, std::uint64_t{1}), "0x000000ab|0x0000000000000001");
  EXPECT_EQ(compose("{:3}|{:5}|{:09}", 7, -42, 1234), "  7|  -42|000001234");
  EXPECT_EQ(compose("{:x}", std::int32_t{-16}), "-10");
}

TEST(Compose, WritesNumbersWithTheFewestDigits) {
  EXPECT_EQ(compose("{} {} {}", 1.0, 0.1, -2.5f), "1 0.1 -2.5");
  EXPECT_EQ(compose("{} {}", 0.1f, 16777216.0f), "0.1 16777216");
  EXPECT_EQ(compose("{} {} {}", 1e15, 1e16, 1e300), "1000000000000000 1e+16 1e+300");
  EXPECT_EQ(compose("{} {}", 0.0001, 0.00001), "0.0001 1e-05");
  EXPECT_EQ(compose("{} {}", -0.0, std::numeric_limits<double>::infinity()), "-0 inf");
}

TEST(Compose, Appends) {
  std::string text = "a";
  compose_to(text, "{}", 1);
  compose_to(text, "b");
  EXPECT_EQ(text, "a1b");
}

}  // namespace
}  // namespace wrun
