#include "lib/text/source.hpp"
#include "text_helpers.hpp"

namespace wrun::wat {
namespace {

void expect_error(std::string_view text, std::string_view message) {
  EXPECT_TRUE(error_of(text).starts_with(message)) << text << "\n" << error_of(text);
}

TEST(ParseErrors, SayWhatTheSpecificationsScriptsSay) {
  expect_error("(func (i32.foo))", "unknown operator i32.foo");
  expect_error("(func 0drop)", "unknown operator 0drop");
  expect_error("(func br 0drop)", "unknown operator 0drop");
  expect_error("(func (i32.const))", "unexpected token )");
  expect_error("(func", "unexpected token");
  expect_error("(func) )", "unexpected token )");
  expect_error("(func (br $x))", "unknown label $x");
  expect_error("(func (call $x))", "unknown func $x");
  expect_error("(func (global.get $g))", "unknown global $g");
  expect_error("(func $f) (func $f)", "duplicate func $f");
  expect_error("(func (param $x i32) (local $x i32))", "duplicate local $x");
  expect_error("(type (struct (field $x i32) (field $x i32)))", "duplicate field $x");
  expect_error("(type (func)) (func (type 0) (param i32))", "inline function type");
  expect_error("(func (type 3) (param i32))", "unknown type 3");
  expect_error("(func (i32.const 0x100000000))", "constant out of range");
  expect_error("(func br 4294967296)", "i32 constant out of range");
  expect_error("(memory 1) (func i32.load align=3)", "alignment must be a power of two");
  expect_error("(memory 1) (func i32.load align=0)", "alignment must be a power of two");
  expect_error("(memory 1) (func i32.load align=-1)", "unknown operator align=-1");
  expect_error("(func block $a end $b)", "mismatching label $b");
  expect_error("(func i32.const 0 if $a else $b end)", "mismatching label $b");
  expect_error("(func end)", "unexpected token end");
  expect_error("(func) (import \"\" \"\" (func))", "import after function");
  expect_error("(memory 1) (table (import \"\" \"\") 1 funcref)", "import after memory");
  expect_error("(func $f) (start $f) (start $f)", "multiple start sections");
  expect_error("(func (result i32) (param i32))", "unexpected token param");
  expect_error("(func v128.const i32x4 1 2 3)", "wrong number of lane literals");
  expect_error("(func i8x16.extract_lane_s 256)", "i8 constant out of range");
  expect_error("(func i8x16.shuffle 0 1)", "invalid lane length");
  expect_error("(memory 0 (pagesize 3))", "invalid custom page size");
  expect_error("(export \"\\ff\" (func 0))", "malformed UTF-8 encoding");
  expect_error("(func $\"\\ff\")", "malformed UTF-8 encoding");
}

TEST(ParseErrors, BlocksAndClausesOutOfPlace) {
  for (const char* text :
       {"(func (then))", "(func (if (i32.const 0)))", "(func (if (then) (then)))",
        "(func (if (then) (else) (else)))", "(func block)", "(func else)",
        "(func i32.const 0 if else else end)", "(func (block end))", "(func (block) end)",
        "(func (try (catch_all)))", "(func (try (do) (catch_all) (catch_all)))",
        "(func (try (do) (delegate 0) (catch_all)))", "(func try catch_all catch_all end)",
        "(func (catch_all))", "(func delegate 0)", "(func (end))"})
    EXPECT_NE(error_of(text), "parsed") << text;
}

/// The first error ends every list, also where it doesn't take the token that it is about.
TEST(ParseErrors, EndLists) {
  for (const char* text :
       {"(elem func 4294967296 0)", "(func br_table 0 4294967296 1)",
        "(type (sub 4294967296 (func)))", "(table funcref (elem 4294967296))",
        "(func (param (ref 4294967296) i32))", "(func v128.const i32x4 1 2 99999999999 3)",
        "(func i8x16.shuffle 256 256 256)", "(func (try_table (catch 4294967296 0) (catch 0 0)))",
        "(func (local (ref 16777216) i32))", "(type (struct (field (ref 4294967296) i32)))",
        "(func select (result (ref 4294967296) i32))"})
    EXPECT_NE(error_of(text), "parsed") << text;
}

TEST(ParseErrors, HaveAPlace) {
  const std::string_view text = "(module\n  (func\n    (call $nope)))";
  const auto parsed = parse_module(text);
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().kind(), ErrorKind::malformed);
  EXPECT_EQ(explain(text, "a.wat", parsed.error()),
            "a.wat:3:11: malformed: unknown func $nope\n"
            "    (call $nope)))\n"
            "          ^");
}

TEST(ParseErrors, OffsetsAreOfTheWholeText) {
  ParseOptions options;
  options.begin = 6;
  options.end = 19;
  const auto parsed = parse_module("(nop) (module (x))", options);
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().offset(), 15u);
}

TEST(ParseErrors, ValidationErrorsFindTheirText) {
  const std::string_view text = "(module\n  (func (result i32)\n    nop\n    i64.const 1))";
  const auto parsed = parse_module(text);
  ASSERT_TRUE(parsed.has_value());
  const auto loaded = load(parsed->bytes);
  ASSERT_FALSE(loaded.has_value());
  const Error error = at_text(loaded.error(), parsed->positions);
  ASSERT_TRUE(error.offset().has_value());
  EXPECT_EQ(locate(text, *error.offset()).line, 4u);
}

TEST(ParseErrors, PositionsAscendAndPointAtInstructions) {
  const std::string_view text = "(module (global i32 (i32.const 7)) (func (drop (i32.const 1))))";
  const auto parsed = parse_module(text);
  ASSERT_TRUE(parsed.has_value());
  const auto& entries = parsed->positions.entries();
  ASSERT_FALSE(entries.empty());
  for (std::size_t i = 1; i < entries.size(); ++i)
    EXPECT_LE(entries[i - 1].binary, entries[i].binary);
  const auto at = [&](std::uint8_t byte) {
    for (std::size_t i = 8; i < parsed->bytes.size(); ++i)
      if (parsed->bytes[i] == byte) return text.substr(*parsed->positions.text_offset(i), 4);
    return std::string_view();
  };
  EXPECT_EQ(at(0x1a), "drop");
  EXPECT_FALSE(parsed->positions.text_offset(0).has_value());
}

}  // namespace
}  // namespace wrun::wat
