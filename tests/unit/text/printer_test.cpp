#include "text_helpers.hpp"

namespace wrun::wat {
namespace {

/// Text, printed from its bytes, parses to the same bytes.
void expect_round_trip(std::string_view text) {
  const Bytes bytes = parse(text, true);
  const std::string printed = print(bytes);
  EXPECT_EQ(parse(printed, true), bytes) << printed;
}

TEST(Printer, LooksLikeThis) {
  EXPECT_EQ(
      print(parse("(module $m (memory 1) (func $add (export \"add\") (param $a i32) (param i32)"
                  "(result i32) (local i64 i64) (block $b (result i32) (i32.add (local.get $a)"
                  "(i32.load offset=4 align=1 (local.get 1))))))",
                  true)),
      "(module $m\n"
      "  (type (;0;) (func (param i32 i32) (result i32)))\n"
      "  (memory (;0;) 1)\n"
      "  (export \"add\" (func $add))\n"
      "  (func $add (;0;) (type 0) (param $a i32) (param i32) (result i32)\n"
      "    (local i64 i64)\n"
      "    block $b (result i32)\n"
      "      local.get $a\n"
      "      local.get 1\n"
      "      i32.load offset=4 align=1\n"
      "      i32.add\n"
      "    end))\n");
}

TEST(Printer, RoundTripsFields) {
  expect_round_trip("");
  expect_round_trip(
      "(rec (type $a (sub (struct (field $x (mut (ref null $b))) (field i8)))) (type $b "
      "(sub final $a (struct (field (mut (ref null $b))) (field i8) (field i64)))))"
      "(type (array (mut i16)))");
  expect_round_trip(
      "(import \"m\" \"n\" (func $f (param i32))) (import \"m\" \"t\" (table i64 1 2 "
      "externref)) (import \"\" \"\" (memory 1 2 shared)) (import \"\" \"\" (global "
      "(mut f32))) (import \"\" \"\" (tag (param i32)))");
  expect_round_trip("(table 3 (ref i31) (ref.i31 (i32.const 1))) (memory i64 1 (pagesize 1))");
  expect_round_trip("(global i32 (i32.add (i32.const 1) (i32.const 2)))");
  expect_round_trip("(func $s) (start $s)");
  expect_round_trip(
      "(table 2 funcref) (table $u 2 externref) (func $f) (elem (i32.const 0) $f)"
      "(elem $e (table $u) (i32.const 0) externref (ref.null extern)) (elem declare "
      "func $f) (elem funcref (item (ref.func $f)))");
  expect_round_trip(
      "(memory 1) (memory $m 1) (data (memory $m) (i32.const 0) \"a\\00\\ff\\\"\") "
      "(data \"\xce\xbb\")");
}

TEST(Printer, RoundTripsCode) {
  expect_round_trip(
      "(tag $e (param i32)) (func (block $l (result i32) (try_table (catch $e $l) "
      "(catch_all 1) (throw $e (i32.const 1))) (i32.const 2)) (drop))");
  expect_round_trip(
      "(tag $e) (func (try $t (do (try (do) (delegate $t))) (catch $e (rethrow $t)) "
      "(catch_all)))");
  expect_round_trip(
      "(memory 1) (memory $m 1) (func (param v128) (v128.load8_lane $m offset=1 3 "
      "(i32.const 0) (local.get 0)) (drop) (v128.store64_lane 1 (i32.const 0) "
      "(local.get 0)) (memory.copy $m 0 (i32.const 0) (i32.const 0) (i32.const 0)))");
  expect_round_trip(
      "(func (drop (f32.const nan:0x1)) (drop (f64.const -0x1.8p-1074)) (drop "
      "(f32.const -inf)) (drop (i64.const -1)) (drop (v128.const f64x2 1 -2)))");
  expect_round_trip(
      "(func (param anyref) (block $l (result (ref eq)) (br_on_cast $l anyref (ref eq) "
      "(local.get 0)) (drop) (unreachable)) (drop))");
  expect_round_trip("(func (block $l (block $l (br_table $l 1 2 (i32.const 0)))))");
}

TEST(Printer, NamesThatCannotBeIdentifiers) {
  expect_round_trip(
      "(func $f (@name \"same\")) (func $g (@name \"same\")) (func (@name \"\"))"
      "(func $\"with space\" (param (@name \"x\") i32) (param (@name \"x\") i32))");
  const std::string text =
      print(parse("(func (@name \"a\")) (func (@name \"a\")) (func call 1)", true));
  EXPECT_NE(text.find("(func $a (;0;)"), std::string::npos) << text;
  EXPECT_NE(text.find("(func (@name \"a\") (;1;)"), std::string::npos) << text;
  EXPECT_NE(text.find("call 1"), std::string::npos) << text;
}

TEST(Printer, NamesThatTextCannotGiveStayASection) {
  // Local 7 of function 0, which has none; a name section before other custom sections.
  expect_round_trip("(module (func) (@custom \"name\" \"\\02\\06\\01\\00\\01\\07\\01x\"))");
  expect_round_trip("(module (@custom \"name\" (before first) \"\\00\\02\\01m\") (func))");
  expect_round_trip("(module $m (func $f) (@custom \"x\" \"y\"))");
  expect_round_trip("(module (@custom \"a\") (@custom \"b\" (before first)) (type (func)))");
}

TEST(Printer, OverlongIntegersBecomeStable) {
  const Bytes overlong =
      parse("(module binary \"\\00asm\\01\\00\\00\\00\" \"\\05\\84\\00\\01\\00\\81\\00\")");
  const Bytes first = parse(print(overlong));
  EXPECT_LT(first.size(), overlong.size());
  EXPECT_EQ(parse(print(first)), first);
}

TEST(Printer, OneFunction) {
  const auto module = load(parse("(import \"\" \"\" (func)) (func nop)"));
  ASSERT_TRUE(module.has_value());
  EXPECT_EQ(print_function(**module, wasm::FuncIdx(1)).value_or(""),
            "(func (;1;) (type 0)\n    nop)\n");
  EXPECT_FALSE(print_function(**module, wasm::FuncIdx(0)).has_value());
  EXPECT_FALSE(print_function(**module, wasm::FuncIdx(2)).has_value());
}

TEST(Printer, StopsAtItsLimit) {
  const auto module = load(parse("(func " + repeat("nop ", 1000) + ")"));
  ASSERT_TRUE(module.has_value());
  const auto text = print_module(**module, {.max_size = 500});
  ASSERT_FALSE(text.has_value());
  EXPECT_EQ(text.error().kind(), ErrorKind::limit);
}

}  // namespace
}  // namespace wrun::wat
