#include "text_helpers.hpp"

namespace wrun::wat {
namespace {

/// The code of one function that takes nothing, without size, locals and final end.
Bytes code(std::string_view fields, std::string_view instructions) {
  const Bytes with = parse(std::string(fields) + "(func " + std::string(instructions) + ")");
  const Bytes nothing = parse(std::string(fields) + "(func)");
  std::size_t prefix = nothing.size() - 4;  // section size, count, body size, locals, end
  EXPECT_GT(with.size(), nothing.size());
  return {with.begin() + static_cast<std::ptrdiff_t>(prefix + 3), with.end() - 1};
}

TEST(Instructions, FoldedOperandsComeFirst) {
  expect_same("(func (drop (i32.add (i32.const 1) (i32.mul (i32.const 2) (i32.const 3)))))",
              "(func i32.const 1 i32.const 2 i32.const 3 i32.mul i32.add drop)");
  EXPECT_EQ(error_of("(func (drop (i32.const 1) nop))"),
            "unexpected token nop, expected an instruction");
}

TEST(Instructions, FoldedBlocks) {
  expect_same("(func (block $a (loop $b (br $a) (br $b) (br 2))))",
              "(func block loop br 1 br 0 br 2 end end)");
  expect_same("(func (if (result i32) (i32.const 0) (then (i32.const 1)) (else i32.const 2)) drop)",
              "(func i32.const 0 if (result i32) i32.const 1 else i32.const 2 end drop)");
  expect_same("(func (if $l (i32.const 0) (i32.eqz) (then (br $l))))",
              "(func i32.const 0 i32.eqz if br 0 end)");
}

TEST(Instructions, TryTable) {
  expect_same("(tag $e) (func (block $h (try_table (catch $e $h) (catch_all $h) nop)))",
              "(tag) (func block try_table (catch 0 0) (catch_all 0) nop end end)");
}

TEST(Instructions, LegacyTry) {
  expect_same("(tag $e) (func (try $t (do nop) (catch $e (rethrow $t)) (catch_all (nop))))",
              "(tag) (func try nop catch 0 rethrow 0 catch_all nop end)");
  expect_same("(tag $e) (func (try $o (do (try (do (throw $e)) (delegate $o))) (catch_all)))",
              "(tag) (func try try throw 0 delegate 0 catch_all end)");
}

TEST(Instructions, LabelsHideOuterOnes) {
  expect_same("(func block $l block $l br $l end br $l end)",
              "(func block block br 0 end br 0 end)");
}

TEST(Instructions, OptionalIndices) {
  expect_same("(memory $m 1) (func memory.size memory.copy memory.fill)",
              "(memory 1) (func memory.size 0 memory.copy 0 0 memory.fill 0)");
  expect_same("(table $t 1 funcref) (func table.get table.copy)",
              "(table 1 funcref) (func table.get 0 table.copy 0 0)");
}

TEST(Instructions, MemoryArguments) {
  EXPECT_EQ(code("(memory 1) (memory 1)", "i32.load offset=5 align=2"), (Bytes{0x28, 1, 5}));
  EXPECT_EQ(code("(memory 1) (memory 1)", "i32.load 1 offset=0x80"),
            (Bytes{0x28, 0x42, 1, 0x80, 1}));
  EXPECT_EQ(code("(memory 1)", "v128.load8_lane 3"), (Bytes{0xfd, 0x54, 0, 0, 3}));
  EXPECT_EQ(code("(memory 1) (memory 1)", "v128.load8_lane 1 3"),
            (Bytes{0xfd, 0x54, 0x40, 1, 0, 3}));
  EXPECT_EQ(code("(memory 1) (memory 1)", "v128.load8_lane 1 offset=1 3"),
            (Bytes{0xfd, 0x54, 0x40, 1, 1, 3}));
}

TEST(Instructions, SegmentsAreEncodedBeforeTheirTarget) {
  EXPECT_EQ(code("(table 1 funcref) (table 1 funcref) (elem func)", "table.init 1 0"),
            (Bytes{0xfc, 0x0c, 0, 1}));
  EXPECT_EQ(code("(table 1 funcref) (elem func)", "table.init 0"), (Bytes{0xfc, 0x0c, 0, 0}));
}

TEST(Instructions, ReferenceTestsChooseTheirOpcode) {
  EXPECT_EQ(code("", "ref.test (ref eq)"), (Bytes{0xfb, 0x14, 0x6d}));
  EXPECT_EQ(code("", "ref.test (ref null eq)"), (Bytes{0xfb, 0x15, 0x6d}));
  EXPECT_EQ(code("", "ref.cast i31ref"), (Bytes{0xfb, 0x17, 0x6c}));
  EXPECT_EQ(code("", "br_on_cast 0 anyref (ref eq)"), (Bytes{0xfb, 0x18, 1, 0, 0x6e, 0x6d}));
  EXPECT_EQ(code("", "br_on_cast_fail 0 (ref any) eqref"), (Bytes{0xfb, 0x19, 2, 0, 0x6e, 0x6d}));
}

TEST(Instructions, Select) {
  EXPECT_EQ(code("", "select"), (Bytes{0x1b}));
  EXPECT_EQ(code("", "select (result i32)"), (Bytes{0x1c, 1, 0x7f}));
  EXPECT_EQ(code("", "select (result)"), (Bytes{0x1c, 0}));
}

TEST(Instructions, Constants) {
  EXPECT_EQ(code("", "i32.const 0xffffffff"), (Bytes{0x41, 0x7f}));
  EXPECT_EQ(code("", "i32.const 64"), (Bytes{0x41, 0xc0, 0}));
  EXPECT_EQ(code("", "f32.const -nan:0x1"), (Bytes{0x43, 1, 0, 0x80, 0xff}));
  EXPECT_EQ(code("", "v128.const i16x8 1 -1 0 0 0 0 0 0x8000"),
            (Bytes{0xfd, 0x0c, 1, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80}));
}

TEST(Instructions, FieldsByName) {
  expect_same(
      "(type $s (struct (field $a i32) (field i8 i16) (field $d (mut i64)))) (func "
      "struct.get $s $d)",
      "(type (struct (field i32) (field i8) (field i16) (field (mut i64)))) (func "
      "struct.get 0 3)");
}

/// The ids of a module's sections, whose sizes are below 128.
Bytes section_ids(const Bytes& module) {
  Bytes ids;
  for (std::size_t at = 8; at < module.size(); at += 2u + module[at + 1]) ids.push_back(module[at]);
  return ids;
}

TEST(Instructions, DataCountOnlyWhereCodeNeedsIt) {
  EXPECT_EQ(section_ids(parse("(data \"a\") (func)")), (Bytes{1, 3, 10, 11}));
  EXPECT_EQ(section_ids(parse("(data \"a\") (func data.drop 0)")), (Bytes{1, 3, 12, 10, 11}));
}

}  // namespace
}  // namespace wrun::wat
