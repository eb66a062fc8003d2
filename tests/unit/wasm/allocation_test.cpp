// Decoding allocates by section, not by function or instruction.

#include "tests/unit/wasm/allocation_counter.hpp"
#include "tests/unit/wasm/decode_helpers.hpp"

namespace wrun::test {
namespace {

/// `count` copies of an item, as a vector of the binary format.
Bytes repeated(std::size_t count, const Bytes& item) {
  Bytes result = leb(count);
  result.reserve(result.size() + count * item.size());
  for (std::size_t i = 0; i < count; ++i) result.insert(result.end(), item.begin(), item.end());
  return result;
}

TEST(Allocation, TenMegabytesTakeAFewAllocationsBySection) {
  constexpr std::size_t bodies = 100'000;
  const Bytes body = sized(cat({{0}, Bytes(100, 0x01), {0x0b}}));
  const Bytes bytes =
      module({types({func_type({}, {})}), section(3, repeated(bodies, {0})), memories({{0, 1}}),
              section(6, repeated(bodies, cat({{i32, 0}, i32_expr(1)}))),
              exports({export_("m", 2, 0)}), section(10, repeated(bodies, body)),
              section(11, repeated(10'000, cat({{0}, i32_expr(0), name("some data")})))});
  ASSERT_GT(bytes.size(), 10u << 20);
  const auto registry = std::make_shared<wasm::TypeRegistry>();
  wasm::DecodeOptions options;
  Bytes copy = bytes;
  const std::size_t before = allocation_count();
  const auto result = wasm::decode(std::move(copy), options, registry);
  const std::size_t used = allocation_count() - before;
  ASSERT_TRUE(result.has_value()) << result.error().message();
  EXPECT_EQ((*result)->functions.size(), bodies);
  EXPECT_LT(used, 100u);
}

}  // namespace
}  // namespace wrun::test
