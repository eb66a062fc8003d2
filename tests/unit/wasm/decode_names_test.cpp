#include "tests/unit/wasm/decode_helpers.hpp"

namespace wrun::test {
namespace {

Bytes entry(std::uint8_t index, std::string_view title) {
  return cat({{index}, name(title)});
}
Bytes part(std::uint8_t kind, const Bytes& contents) {
  return section(kind, contents);
}

/// A module of one memory and two functions, with such a name section.
Bytes named(std::initializer_list<Bytes> parts) {
  return module({types({func_type({}, {})}), functions({0, 0}), memories({{0, 1}}),
                 code({empty_body(), empty_body()}), custom("name", cat(parts))});
}

using Map = wasm::Names::Map;

TEST(DecodeNames, EveryKindOfName) {
  const auto m = decoded(named({part(0, name("mod")), part(1, vec({entry(0, "f"), entry(1, "g")})),
                                part(2, vec({cat({{1}, vec({entry(0, "x"), entry(3, "y")})})})),
                                part(3, vec({cat({{0}, vec({entry(0, "loop")})})})),
                                part(4, vec({entry(0, "sig")})), part(6, vec({entry(0, "mem")}))}));
  ASSERT_TRUE(m);
  EXPECT_EQ(m->names.module, "mod");
  EXPECT_EQ(m->names.functions, (Map{{0, "f"}, {1, "g"}}));
  EXPECT_EQ(m->names.locals.at(1), (Map{{0, "x"}, {3, "y"}}));
  EXPECT_EQ(m->names.labels.at(0), (Map{{0, "loop"}}));
  EXPECT_EQ(m->names.types, (Map{{0, "sig"}}));
  EXPECT_EQ(m->names.memories, (Map{{0, "mem"}}));
  EXPECT_TRUE(m->names.globals.empty());
}

TEST(DecodeNames, NamesOfNothingAreDropped) {
  const auto m = decoded(
      named({part(1, vec({entry(1, "g"), entry(2, "none")})), part(7, vec({entry(0, "none")}))}));
  ASSERT_TRUE(m);
  EXPECT_EQ(m->names.functions, (Map{{1, "g"}}));
  EXPECT_TRUE(m->names.globals.empty());
}

TEST(DecodeNames, IllFormedPartsAreDroppedNotRefused) {
  const Bytes bad_utf8 = {1, 0, 2, 0xc0, 0x80};
  const auto m = decoded(named({part(1, bad_utf8),
                                part(4, {9}),
                                part(99, {1, 2, 3}),
                                part(6, vec({entry(0, "mem")})),
                                {5, 100}}));
  ASSERT_TRUE(m);
  EXPECT_TRUE(m->names.functions.empty());
  EXPECT_EQ(m->names.memories, (Map{{0, "mem"}}));
  EXPECT_TRUE(decoded(named({{0}})));
}

}  // namespace
}  // namespace wrun::test
