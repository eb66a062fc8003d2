#include "tests/unit/wasm/decode_helpers.hpp"

namespace wrun::test {
namespace {

using wasm::DecodeLimits;

/// Fails unless the module decodes with `enough` of the limit and not with one less.
template <class T>
void expect_limit(Bytes bytes, T DecodeLimits::*limit, T enough, const std::string& message) {
  const auto registry = std::make_shared<wasm::TypeRegistry>();
  wasm::DecodeOptions options;
  options.limits.*limit = enough;
  const auto fits = wasm::decode(bytes, options, registry);
  EXPECT_TRUE(fits.has_value()) << fits.error().message();
  options.limits.*limit = static_cast<T>(enough - 1);
  const auto exceeds = wasm::decode(bytes, options, registry);
  ASSERT_FALSE(exceeds.has_value()) << message;
  EXPECT_EQ(exceeds.error().kind(), ErrorKind::limit);
  EXPECT_EQ(exceeds.error().message().substr(0, message.size()), message);
}

const Bytes type = func_type({}, {});
const Bytes memory = {0, 1};
const Bytes table = {func_ref, 0, 1};

TEST(DecodeLimits, EachIsExact) {
  expect_limit(module({}), &DecodeLimits::module_size, std::uint64_t{8},
               "the module has 8 bytes, the limit is 7");
  expect_limit(module({types({type, type})}), &DecodeLimits::types, 2u,
               "2 types are too many, the limit is 1");
  expect_limit(module({types({rec({type, type})})}), &DecodeLimits::types, 2u,
               "too many types, the limit is 1");
  expect_limit(module({types({rec({type, type})})}), &DecodeLimits::rec_group_size, 2u,
               "2 types in a group are too many");
  expect_limit(module({types({func_type({i32, i32}, {})})}), &DecodeLimits::params, 2u,
               "2 parameters");
  expect_limit(module({types({func_type({}, {i32, i32})})}), &DecodeLimits::results, 2u,
               "2 results");
  expect_limit(module({types({struct_type({{i32, 0}, {i32, 0}})})}), &DecodeLimits::fields, 2u,
               "2 fields");
  expect_limit(module({memories({memory, memory})}), &DecodeLimits::memories, 2u, "2 memories");
  expect_limit(module({tables({table, table})}), &DecodeLimits::tables, 2u, "2 tables");
  expect_limit(module({globals({cat({{i32, 0}, i32_expr(0)})})}), &DecodeLimits::globals, 1u,
               "1 globals");
  expect_limit(module({memories({memory}), exports({export_("", 2, 0)})}), &DecodeLimits::exports,
               1u, "1 exports");
  expect_limit(module({elements({{1, 0, 0}})}), &DecodeLimits::element_segments, 1u,
               "1 element segments");
  expect_limit(module({elements({cat({{5, func_ref}, vec({{0xd0, 0x70, 0x0b}})})})}),
               &DecodeLimits::segment_elements, 1u, "1 elements");
  expect_limit(module({data({{1, 0}})}), &DecodeLimits::data_segments, 1u, "1 data segments");
}

TEST(DecodeLimits, OfFunctionsAndImports) {
  const Bytes one_type = types({type});
  const Bytes import_f = import("", "", {0, 0});
  expect_limit(module({one_type, imports({import_f, import_f})}), &DecodeLimits::imports, 2u,
               "2 imports");
  expect_limit(module({one_type, imports({import_f}), functions({0}), code({empty_body()})}),
               &DecodeLimits::functions, 2u, "2 functions");
  expect_limit(module({one_type, functions({0}), code({empty_body()})}),
               &DecodeLimits::function_size, 2u, "function 0 has 2 bytes, the limit is 1");
  expect_limit(module({imports({import("", "", cat({{1}, table}))}), tables({table})}),
               &DecodeLimits::tables, 2u, "2 tables");
  expect_limit(module({imports({import("", "", cat({{2}, memory}))})}), &DecodeLimits::memories, 1u,
               "too many memories");
  expect_limit(module({one_type, tags({{0, 0}})}), &DecodeLimits::tags, 1u, "1 tags");
}

}  // namespace
}  // namespace wrun::test
