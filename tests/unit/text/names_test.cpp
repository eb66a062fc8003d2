#include "text_helpers.hpp"

namespace wrun::wat {
namespace {

TEST(Names, ComeFromIdentifiers) {
  const auto module = load(parse(
      "(module $m (type $t (struct (field i32) (field $f i32))) (import \"a\" \"b\" (func $i))"
      "(table $tab 1 funcref) (memory $mem 1) (global $g i32 (i32.const 0)) (tag $e)"
      "(func $f (param $p i32) (local i32) (local $l i64) block block $b end end)"
      "(elem $el func) (data $d \"\"))",
      true));
  ASSERT_TRUE(module.has_value());
  const wasm::Names& names = (*module)->names;
  EXPECT_EQ(names.module, "m");
  EXPECT_EQ(names.functions, (wasm::Names::Map{{0, "i"}, {1, "f"}}));
  EXPECT_EQ(names.locals, (wasm::Names::Indirect{{1, {{0, "p"}, {2, "l"}}}}));
  EXPECT_EQ(names.labels, (wasm::Names::Indirect{{1, {{1, "b"}}}}));
  EXPECT_EQ(names.types, (wasm::Names::Map{{0, "t"}}));
  EXPECT_EQ(names.fields, (wasm::Names::Indirect{{0, {{1, "f"}}}}));
  EXPECT_EQ(names.tables, (wasm::Names::Map{{0, "tab"}}));
  EXPECT_EQ(names.memories, (wasm::Names::Map{{0, "mem"}}));
  EXPECT_EQ(names.globals, (wasm::Names::Map{{0, "g"}}));
  EXPECT_EQ(names.tags, (wasm::Names::Map{{0, "e"}}));
  EXPECT_EQ(names.elements, (wasm::Names::Map{{0, "el"}}));
  EXPECT_EQ(names.data, (wasm::Names::Map{{0, "d"}}));
}

TEST(Names, AnnotationsComeBeforeIdentifiers) {
  const auto module = load(
      parse("(module $m (@name \"M\") (func $f (@name \"\\ce\\bb\")) (func (@name \"\")))", true));
  ASSERT_TRUE(module.has_value());
  EXPECT_EQ((*module)->names.module, "M");
  EXPECT_EQ((*module)->names.functions, (wasm::Names::Map{{0, "\xce\xbb"}, {1, ""}}));
}

TEST(Names, NoneWithoutIdentifiersOrWithTheOptionOff) {
  EXPECT_EQ(parse("(module (func (param i32)))", true), parse("(module (func (param i32)))"));
  EXPECT_EQ(parse("(module $m (func $f (param $x i32)))"), parse("(module (func (param i32)))"));
}

TEST(Names, AnExplicitSectionWins) {
  const auto module =
      load(parse("(module $m (func $f) (@custom \"name\" \"\\00\\02\\01x\"))", true));
  ASSERT_TRUE(module.has_value());
  EXPECT_EQ((*module)->names.module, "x");
  EXPECT_EQ((*module)->customs.size(), 1u);
}

TEST(Names, QuotedIdentifiersAreTheSame) {
  expect_same("(func $fh) (func (call $\"fh\"))", "(func) (func (call 0))");
  expect_same("(func $\"\\41B\") (func (call $\"A\\42\") (call $AB))",
              "(func) (func (call 0) (call 0))");
}

}  // namespace
}  // namespace wrun::wat
