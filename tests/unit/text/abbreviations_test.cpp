// Each short form gives the bytes of its long one.
// https://webassembly.github.io/spec/core/text/modules.html

#include "text_helpers.hpp"

namespace wrun::wat {
namespace {

TEST(Abbreviations, ModuleWithoutParentheses) {
  expect_same("(func) (memory 1)", "(module (func) (memory 1))");
  expect_same("", "(module)");
}

TEST(Abbreviations, BinaryAndQuote) {
  expect_same("(module binary \"\\00asm\" \"\\01\\00\" \"\\00\\00\")", "(module)");
  expect_same("(module $m quote \"(func)\" \"(memory 1)\")", "(module (func) (memory 1))");
}

TEST(Abbreviations, InlineImportsAndExports) {
  expect_same(
      "(module (func (export \"a\") (export \"b\") (import \"m\" \"n\") (param i32)))",
      "(module (import \"m\" \"n\" (func (param i32))) (export \"a\" (func 0)) (export \"b\" "
      "(func 0)))");
  expect_same("(module (global $g (export \"g\") (import \"m\" \"n\") (mut i64)))",
              "(module (import \"m\" \"n\" (global (mut i64))) (export \"g\" (global 0)))");
  expect_same("(module (table (import \"m\" \"n\") i64 1 2 externref))",
              "(module (import \"m\" \"n\" (table i64 1 2 externref)))");
  expect_same("(module (memory (import \"m\" \"n\") 1 2 shared))",
              "(module (import \"m\" \"n\" (memory 1 2 shared)))");
  expect_same("(module (tag (export \"t\") (import \"m\" \"n\") (param i32)))",
              "(module (import \"m\" \"n\" (tag (param i32))) (export \"t\" (tag 0)))");
}

TEST(Abbreviations, InlineSegments) {
  expect_same("(module (func $f) (table funcref (elem $f 0)))",
              "(module (func $f) (table 2 2 funcref) (elem (i32.const 0) func 0 0))");
  expect_same(
      "(module (func $f) (table i64 funcref (elem (ref.func $f) (item ref.null func))))",
      "(module (func $f) (table i64 2 2 funcref) (elem (offset (i64.const 0)) funcref (item "
      "(ref.func 0)) (item (ref.null func))))");
  expect_same("(module (memory (data \"ab\" \"c\")))",
              "(module (memory 1 1) (data (i32.const 0) \"abc\"))");
  expect_same("(module (memory i64 (data)))", "(module (memory i64 0 0) (data (i64.const 0)))");
  expect_same("(module (memory (pagesize 1) (data \"abc\")))",
              "(module (memory 3 3 (pagesize 1)) (data (i32.const 0) \"abc\"))");
}

TEST(Abbreviations, InlineSegmentsTakeAnIndex) {
  expect_same("(module (memory (data \"a\")) (data $d \"b\") (func data.drop $d))",
              "(module (memory 1 1) (data (i32.const 0) \"a\") (data \"b\") (func data.drop 1))");
  expect_same("(module (table funcref (elem)) (elem $e func) (func elem.drop $e))",
              "(module (table 0 0 funcref) (elem (i32.const 0) func) (elem func) (func elem.drop "
              "1))");
}

TEST(Abbreviations, ElementSegments) {
  expect_same("(module (table 1 funcref) (func) (elem (i32.const 0) 0))",
              "(module (table 1 funcref) (func) (elem (table 0) (offset i32.const 0) func 0))");
  expect_same("(module (table 1 funcref) (func) (elem 0 (i32.const 0) 0))",
              "(module (table 1 funcref) (func) (elem (i32.const 0) func 0))");
  EXPECT_EQ(parse("(elem declare funcref (ref.null func))"),
            (Bytes{0, 'a', 's', 'm', 1, 0, 0, 0, 9, 7, 1, 7, 0x70, 1, 0xd0, 0x70, 0x0b}));
}

TEST(Abbreviations, TypeUses) {
  expect_same("(module (func (param i32 i64) (param $x f32) (result)))",
              "(module (type (func (param i32 i64 f32))) (func (type 0)))");
  expect_same(
      "(module (func block (param i32) (result) end))",
      "(module (type (func)) (type (func (param i32))) (func (type 0) block (type 1) end))");
  expect_same("(module (func (type 0)) (type (func)))", "(module (type (func)) (func))");
}

TEST(Abbreviations, ImplicitTypesComeLastAndAreShared) {
  expect_same(
      "(module (func (param i32)) (func (result f64)) (type (func (param i32))) (func "
      "(result f64) unreachable))",
      "(module (type (func (param i32))) (type (func (result f64))) (func (type 0)) (func "
      "(type 1)) (func (type 1) unreachable))");
}

TEST(Abbreviations, ImplicitTypesAreFinalAndAlone) {
  expect_same("(module (rec (type (func)) (type (func))) (type (sub (func))) (func))",
              "(module (rec (type (func)) (type (func))) (type (sub (func))) (type (func)) (func "
              "(type 3)))");
}

TEST(Abbreviations, LocalsOfATypeGivenByIndexCount) {
  expect_same(
      "(module (type $t (func (param i32 i32))) (func (type $t) (local $x i32) local.get $x "
      "drop))",
      "(module (type (func (param i32 i32))) (func (type 0) (local i32) local.get 2 drop))");
}

TEST(Abbreviations, LocalsBecomeRuns) {
  expect_same("(module (func (local i32) (local $a i32) (local i32 f32)))",
              "(module (func (local i32 i32 i32 f32)))");
}

TEST(Abbreviations, ReferenceTypes) {
  expect_same(
      "(module (func (param funcref externref anyref eqref i31ref structref arrayref "
      "nullref nullfuncref nullexternref exnref nullexnref)))",
      "(module (func (param (ref null func) (ref null extern) (ref null any) (ref null eq) "
      "(ref null i31) (ref null struct) (ref null array) (ref null none) (ref null nofunc) "
      "(ref null noextern) (ref null exn) (ref null noexn))))");
}

}  // namespace
}  // namespace wrun::wat
