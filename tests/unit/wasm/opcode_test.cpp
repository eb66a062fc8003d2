#include "lib/wasm/opcode.hpp"

#include <gtest/gtest.h>

namespace wrun::wasm {
namespace {

TEST(Opcode, EveryRowIsFoundByItsCode) {
  for (std::size_t i = 0; i < op_count; ++i)
    EXPECT_EQ(op_from_code(op_table[i].code), static_cast<Op>(i)) << op_table[i].text();
}

TEST(Opcode, EveryOtherCodeIsNone) {
  std::size_t known = 0;
  for (std::uint32_t prefix = 0; prefix <= 0xff; ++prefix)
    for (std::uint32_t sub = 0; sub <= 0xffff; ++sub)
      if (op_from_code(prefix << 16 | sub) != op_none) ++known;
  EXPECT_EQ(known, op_count);
  EXPECT_EQ(op_from_code(0xfd), op_none);
  EXPECT_EQ(op_from_code(0xffff'ffff), op_none);
}

TEST(Opcode, SignaturesSplitAtTheColon) {
  EXPECT_EQ(info(Op::i32_add).params(), "ii");
  EXPECT_EQ(info(Op::i32_add).results(), "i");
  EXPECT_EQ(info(Op::i64_add128).results(), "II");
  EXPECT_EQ(info(Op::i32_store).results(), "");
  EXPECT_EQ(info(Op::call).params(), "");
}

TEST(Opcode, AccessWidthFollowsTheImmediate) {
  EXPECT_EQ(access_width(info(Op::i64_load32_u).imm), 4u);
  EXPECT_EQ(access_width(info(Op::v128_store).imm), 16u);
  EXPECT_EQ(access_width(info(Op::v128_load64_lane).imm), 8u);
  EXPECT_EQ(access_width(info(Op::memory_copy).imm), 0u);
}

}  // namespace
}  // namespace wrun::wasm
