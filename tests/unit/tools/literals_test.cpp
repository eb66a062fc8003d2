#include "tools/wrun/literals.hpp"

#include <gtest/gtest.h>

#include "lib/text/literals.hpp"

namespace wrun::tool {
namespace {

TEST(Literals, FloatsReadBackAsTheSameBits) {
  for (const std::uint32_t bits :
       {0u, 0x80000000u, 1u, 0x3f800000u, 0x3dcccccdu, 0x7f7fffffu, 0x7f800000u, 0xff800000u,
        0x7fc00000u, 0xffc00000u, 0x7f800001u, 0xffe12345u}) {
    std::uint32_t again = 0;
    ASSERT_EQ(wat::parse_f32(format_f32(bits), again), wat::LiteralStatus::ok) << format_f32(bits);
    EXPECT_EQ(again, bits) << format_f32(bits);
  }
  for (const std::uint64_t bits :
       {std::uint64_t{0}, std::uint64_t{1} << 63, std::uint64_t{1},
        std::uint64_t{0x3fb999999999999a}, std::uint64_t{0x7ff8000000000000},
        std::uint64_t{0xfff0000000000001}}) {
    std::uint64_t again = 0;
    ASSERT_EQ(wat::parse_f64(format_f64(bits), again), wat::LiteralStatus::ok) << format_f64(bits);
    EXPECT_EQ(again, bits) << format_f64(bits);
  }
}

TEST(Literals, VectorsOfEveryShape) {
  const V128Bytes expected{1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0xff, 0xff, 0xff, 0xff};
  EXPECT_EQ(parse_v128("i32x4:1,2,3,-1"), expected);
  EXPECT_EQ(parse_v128("i64x2:0x200000001,0xffffffff00000003"), expected);
  EXPECT_EQ(parse_v128("i16x8:1,0,2,0,3,0,-1,-1"), expected);
  EXPECT_EQ(parse_v128("i8x16:1,0,0,0,2,0,0,0,3,0,0,0,255,-1,-1,-1"), expected);
  EXPECT_EQ(parse_v128(format_v128(expected)), expected);
  EXPECT_EQ(format_v128(*parse_v128("f32x4:1,0,-0,inf")),
            "i32x4:0x3f800000,0x00000000,0x80000000,0x7f800000");
  EXPECT_EQ(format_v128(*parse_v128("f64x2:1,nan")),
            "i32x4:0x00000000,0x3ff00000,0x00000000,0x7ff80000");
}

TEST(Literals, WhatIsNoVector) {
  for (const char* text :
       {"", "1", "i32x4", "i32x4:", "i32x4:1,2,3", "i32x4:1,2,3,4,5",
        "i8x16:256,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0", "i32x3:1,2,3", "i32x4:1,2,3,x"}) {
    EXPECT_FALSE(parse_v128(text)) << text;
  }
}

}  // namespace
}  // namespace wrun::tool
