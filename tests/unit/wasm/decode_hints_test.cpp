#include "tests/unit/wasm/decode_helpers.hpp"

namespace wrun::test {
namespace {

using wasm::BranchHint;

constexpr std::uint8_t unlikely = 0, likely = 1;

Bytes hint(std::uint8_t place, std::uint8_t value) {
  return {place, 1, value};
}
Bytes of_function(std::uint8_t index, std::initializer_list<Bytes> hints) {
  return cat({{index}, vec(hints)});
}

/// A module of two functions without instructions but `end`, with such a section.
Bytes hinted(const Bytes& contents) {
  return module({types({func_type({}, {})}), functions({0, 0}),
                 custom("metadata.code.branch_hint", contents),
                 code({empty_body(), empty_body()})});
}

TEST(DecodeBranchHints, AreKeptByFunctionAndPlace) {
  const auto m = decoded(hinted(vec(
      {of_function(0, {hint(0, likely), hint(1, unlikely)}), of_function(1, {hint(1, likely)})})));
  ASSERT_TRUE(m);
  const std::uint32_t first = m->functions[0].body.offset;
  const std::uint32_t second = m->functions[1].body.offset;
  EXPECT_EQ(m->branch_hints.at(0), (std::vector<BranchHint>{{first, true}, {first + 1, false}}));
  EXPECT_EQ(m->branch_hints.at(1), (std::vector<BranchHint>{{second + 1, true}}));
}

TEST(DecodeBranchHints, OfWhatIsNotThereAreDropped) {
  const auto m = decoded(
      hinted(vec({of_function(7, {hint(0, likely)}), of_function(0, {hint(99, likely), hint(1, 2)}),
                  of_function(1, {hint(1, likely), hint(0, likely)})})));
  ASSERT_TRUE(m);
  EXPECT_EQ(m->branch_hints.count(0), 0u);
  EXPECT_EQ(m->branch_hints.at(1).size(), 1u);
  EXPECT_EQ(m->branch_hints.size(), 1u);
}

TEST(DecodeBranchHints, IllFormedOnesAreNoError) {
  for (const Bytes& contents : {Bytes{}, Bytes{0xff}, Bytes{5}, Bytes{1, 0, 0xff, 0xff, 0xff, 0x7f},
                                Bytes{1, 0, 1, 0, 9, 0}, Bytes{1, 0, 1, 0, 1}}) {
    const auto m = decoded(hinted(contents));
    ASSERT_TRUE(m);
    EXPECT_TRUE(m->branch_hints.empty());
  }
}

}  // namespace
}  // namespace wrun::test
