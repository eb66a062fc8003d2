// Damaged modules are valid, or end in an error with an offset inside them; sanitizers see the
// rest.

#include "tests/unit/wasm/decode_helpers.hpp"

namespace wrun::test {
namespace {

Bytes with_types_and_imports() {
  return module({types({rec({sub({}, struct_type({{0x78, 1}, {0x63, 1, 0}})),
                             sub({0}, struct_type({{0x78, 1}, {0x64, 1, 0}, {i64, 0}}))}),
                        func_type({i32, 0x6e}, {f64, v128}), array_type({0x77, 1})}),
                 imports({import("env", "f", {0, 2}), import("env", "t", {1, func_ref, 1, 2, 3}),
                          import("env", "g", {3, i32, 0}), import("env", "m", {2, 4, 1})}),
                 custom("x", {1, 2, 3})});
}

/// Blocks, branches, a call, memory and table accesses.
Bytes body_with_control() {
  return sized({1,    2,    i32,  0x03, 0x40, 0x20, 0,    0x04, i32,  0x41, 1,    0x05,
                0x20, 1,    0x28, 2,    0,    0x0b, 0x0d, 0,    0x0b, 0x02, 0x40, 0x20,
                0,    0x0e, 1,    0,    0,    0x0b, 0x10, 0,    0xd2, 1,    0x1a, 0x41,
                0,    0x41, 0,    0x41, 0,    0xfc, 0x08, 1,    0,    0x0f, 0x0b});
}

Bytes with_everything_else() {
  return module(
      {types({func_type({}, {}), array_type({i32, 1})}), functions({0, 0}),
       tables({{func_ref, 0, 4}, {0x40, 0, 0x64, 0, 0, 2, 0xd2, 1, 0x0b}}), memories({{3, 1, 2}}),
       tags({{0, 0}}),
       globals({cat({{i32, 1}, i32_expr(5)}), {0x64, 1, 0, 0x41, 1, 0x41, 2, 0xfb, 6, 1, 0x0b}}),
       exports({export_("memory", 2, 0), export_("run", 0, 1)}), start(0),
       elements({cat({{0}, i32_expr(1), vec({{0}, {1}})}),
                 cat({{5, func_ref}, vec({{0xd2, 0, 0x0b}, {0xd0, 0x70, 0x0b}})})}),
       data_count(2), code({empty_body(), body_with_control()}),
       data({cat({{0}, i32_expr(7), name("hello")}), {1, 1, 9}}),
       custom("name", cat({section(1, vec({cat({{0}, name("f")})})),
                           section(2, vec({cat({{0}, vec({cat({{0}, name("x")})})})}))}))});
}

void expect_contained(const Bytes& bytes, const std::shared_ptr<wasm::TypeRegistry>& registry) {
  wasm::DecodeOptions options;
  options.features = Features::all();
  const auto validated = wasm::decode(bytes, options, registry).and_then([&](auto&& whole) {
    return wasm::validate(*whole, options);
  });
  if (validated) return;
  const Error& error = validated.error();
  ASSERT_TRUE(error.offset().has_value()) << error.message();
  EXPECT_LE(*error.offset(), bytes.size()) << error.message();
  EXPECT_FALSE(error.message().empty());
}

class Damaged : public testing::TestWithParam<Bytes (*)()> {};

TEST_P(Damaged, IntactModulesAreValid) {
  const auto whole = decoded(GetParam()(), Features::all());
  ASSERT_TRUE(whole);
  wasm::DecodeOptions options;
  options.features = Features::all();
  const auto validated = wasm::validate(*whole, options);
  EXPECT_TRUE(validated.has_value()) << validated.error().message();
}

TEST_P(Damaged, EveryTruncation) {
  const auto registry = std::make_shared<wasm::TypeRegistry>();
  const Bytes whole = GetParam()();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    part.shrink_to_fit();
    expect_contained(part, registry);
  }
}

TEST_P(Damaged, EveryValueOfEveryByte) {
  const auto registry = std::make_shared<wasm::TypeRegistry>();
  Bytes bytes = GetParam()();
  for (std::uint8_t& byte : bytes) {
    const std::uint8_t original = byte;
    for (int value = 0; value < 256; ++value) {
      byte = static_cast<std::uint8_t>(value);
      expect_contained(bytes, registry);
    }
    byte = original;
  }
}

TEST_P(Damaged, EveryByteLeftOutOrDoubled) {
  const auto registry = std::make_shared<wasm::TypeRegistry>();
  const Bytes whole = GetParam()();
  for (std::ptrdiff_t at = 0; at < static_cast<std::ptrdiff_t>(whole.size()); ++at) {
    Bytes shorter = whole;
    shorter.erase(shorter.begin() + at);
    expect_contained(shorter, registry);
    Bytes longer = whole;
    longer.insert(longer.begin() + at, whole[static_cast<std::size_t>(at)]);
    expect_contained(longer, registry);
  }
}

INSTANTIATE_TEST_SUITE_P(Modules, Damaged,
                         testing::Values(with_types_and_imports, with_everything_else));

}  // namespace
}  // namespace wrun::test
