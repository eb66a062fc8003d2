#include "tests/unit/wasm/decode_helpers.hpp"

namespace wrun::test {
namespace {

// Types 0 to 5 of the modules below.
const Bytes some_types =
    types({func_type({}, {}), struct_type({{i32, 0}, {0x78, 1}}), array_type({0x77, 1}),
           array_type({any_ref, 0}), struct_type({{0x64, 0x6e, 0}}), func_type({i32}, {})});

/// A module with a global of `type` initialised by `expr`; function 0 has type 0. Globals 0 and 1
/// are imported: an i32 and a mutable i32; global 2 is a defined i32.
Bytes with_global(const Bytes& type, const Bytes& expr) {
  return module({some_types,
                 imports({import("", "f", {0, 0}), import("", "g", {3, i32, 0}),
                          import("", "h", {3, i32, 1})}),
                 globals({cat({{i32, 0}, i32_expr(1)}), cat({type, {0}, expr, {0x0b}})})});
}

void expect_constant(const Bytes& type, const Bytes& expr) {
  const auto m = decoded(with_global(type, expr));
  ASSERT_TRUE(m);
  EXPECT_EQ(m->globals[3].init.size, expr.size() + 1);
}

const Bytes one = {0x41, 1};

TEST(ConstExpr, Constants) {
  expect_constant({i32}, one);
  expect_constant({i64}, {0x42, 0x7f});
  expect_constant({f32}, {0x43, 0, 0, 0, 0});
  expect_constant({f64}, {0x44, 0, 0, 0, 0, 0, 0, 0, 0});
  expect_constant({v128}, cat({{0xfd, 0x0c}, Bytes(16, 0x0b)}));
  expect_constant({func_ref}, {0xd0, 0x70});
  expect_constant({0x63, 1}, {0xd0, 1});
}

TEST(ConstExpr, ReferencesToFunctionsAreExactAndDeclared) {
  expect_constant({func_ref}, {0xd2, 0});
  expect_constant({0x64, 0}, {0xd2, 0});
  expect_invalid(with_global({0x64, 5}, {0xd2, 0}),
                 "type mismatch: block requires [(ref 5)] but stack has [(ref 0)]");
  expect_invalid(with_global({func_ref}, {0xd2, 1}), "unknown function 1");
  EXPECT_TRUE(decoded(with_global({func_ref}, {0xd2, 0}))->declared_functions[0]);
  EXPECT_FALSE(decoded(with_global({i32}, one))->declared_functions[0]);
}

TEST(ConstExpr, GlobalsThatAreKnownAndImmutable) {
  expect_constant({i32}, {0x23, 0});
  expect_constant({i32}, {0x23, 2});
  expect_invalid(with_global({i32}, {0x23, 1}),
                 "constant expression required: global 1 is mutable");
  expect_invalid(with_global({i32}, {0x23, 3}), "unknown global 3");
  expect_invalid(with_global({i64}, {0x23, 0}),
                 "type mismatch: block requires [i64] but stack has [i32]");
  const Bytes second = {i32, 0, 0x23, 0, 0x0b};
  expect_error(module({globals({cat({{i32, 0}, i32_expr(1)}), second})}), ErrorKind::invalid,
               "unknown global 0", 18, Features::wasm2());
}

TEST(ConstExpr, ExtendedArithmetic) {
  expect_constant({i32}, cat({one, one, {0x6a}, one, {0x6c}, one, {0x6b}}));
  expect_constant({i64}, {0x42, 1, 0x42, 2, 0x7c, 0x42, 3, 0x7e, 0x42, 4, 0x7d});
  expect_invalid(with_global({i32}, cat({one, {0x6a}})),
                 "type mismatch: instruction requires [i32 i32] but stack has [i32]");
  expect_invalid(with_global({i32}, cat({one, one, {0x6d}})),
                 "constant expression required: i32.div_s is not constant");
  expect_error(module({globals({cat({{i32, 0}, one, one, {0x6a, 0x0b}})})}), ErrorKind::invalid,
               "constant expression required: i32.add needs feature extended-const", 17,
               Features::wasm2());
}

TEST(ConstExpr, Aggregates) {
  expect_constant({0x64, 1}, cat({one, one, {0xfb, 0, 1}}));
  expect_constant({0x6b}, {0xfb, 1, 1});
  expect_constant({0x64, 2}, cat({one, one, {0xfb, 6, 2}}));
  expect_constant({0x64, 3}, cat({one, {0xfb, 7, 3}}));
  expect_constant({0x6a}, cat({one, one, one, {0xfb, 8, 2, 3}}));
  expect_constant({any_ref}, {0xfb, 8, 2, 0});
  expect_invalid(with_global({0x64, 1}, cat({one, {0xfb, 0, 1}})),
                 "type mismatch: instruction requires [i32 i32] but stack has [i32]");
  expect_invalid(with_global({0x64, 4}, {0xfb, 1, 4}),
                 "type mismatch: a field of struct 4 has no default value");
  expect_invalid(with_global({0x64, 1}, {0xfb, 1, 2}),
                 "type mismatch: type 2 is not a struct type");
  expect_invalid(with_global({0x64, 9}, {0xfb, 1, 9}), "unknown type 9");
  expect_error(with_global({any_ref}, {0xfb, 8, 2, 0xff, 0xff, 0xff, 0xff, 0x0f}), ErrorKind::limit,
               "array.new_fixed of 4294967295 elements");
}

TEST(ConstExpr, Conversions) {
  expect_constant({0x64, 0x6c}, cat({one, {0xfb, 28}}));
  expect_constant({any_ref}, {0xd0, 0x6f, 0xfb, 26});
  expect_constant({extern_ref}, {0xd0, 0x6e, 0xfb, 27});
  expect_constant({0x64, 0x6f}, cat({one, {0xfb, 28, 0xfb, 27}}));
  expect_invalid(with_global({0x64, 0x6e}, {0xd0, 0x6f, 0xfb, 26}),
                 "type mismatch: block requires [(ref any)] but stack has [(ref null any)]");
}

TEST(ConstExpr, OneResult) {
  expect_invalid(with_global({i32}, {}), "type mismatch: block requires [i32] but stack has []");
  expect_invalid(with_global({i32}, cat({one, one})),
                 "type mismatch: block requires [i32] but stack has [i32 i32]");
}

TEST(ConstExpr, MustEndAndHaveKnownOpcodes) {
  expect_malformed(module({section(6, {1, i32, 0, 0x41, 0})}), "END opcode expected", 15);
  expect_malformed(with_global({i32}, {0x27}), "illegal opcode 27");
  expect_malformed(with_global({i32}, {0xfb, 0x60}), "illegal opcode fb");
  expect_malformed(with_global({i32}, {0xfd, 0x80, 0x80, 0x04}), "illegal opcode");
}

TEST(ConstExpr, InitialisersOfTables) {
  const Bytes init = {0x40, 0, 0x64, 0, 0, 1, 0xd2, 0, 0x0b};
  const auto m =
      decoded(module({some_types, functions({0}), tables({init}), code({empty_body()})}));
  ASSERT_TRUE(m);
  ASSERT_TRUE(m->tables[0].init);
  EXPECT_EQ(m->tables[0].init->size, 3u);
  expect_malformed(module({tables({{0x40, 1, func_ref, 0, 0, 0xd0, 0x70, 0x0b}})}),
                   "zero byte expected", 12);
  expect_invalid(module({some_types, tables({{0x64, 0, 0, 1}})}),
                 "type mismatch: a table of non-null references needs an initializer");
  // Globals come later, so a table may use imported ones only.
  expect_invalid(module({tables({{0x40, 0, func_ref, 0, 1, 0x23, 0, 0x0b}}),
                         globals({{func_ref, 0, 0xd0, 0x70, 0x0b}})}),
                 "unknown global 0");
}

}  // namespace
}  // namespace wrun::test
