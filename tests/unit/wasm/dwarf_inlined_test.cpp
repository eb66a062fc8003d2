// .debug_info: what compilers write of inlined functions, and what nobody should.

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/wasm/dwarf_inlined.hpp"
#include "tests/unit/wasm/dwarf_bytes.hpp"

namespace wrun::wasm {
namespace {

void append(Bytes& out, const Bytes& more) {
  out.insert(out.end(), more.begin(), more.end());
}

struct Sections {
  Bytes info;
  Bytes abbrev;
  Bytes ranges;
};

// The second address is of the end, or a length.
const Bytes abbreviations{
    1, 0x11, 1, 0x10, 0x17, 0x11, 0x01, 0,    0,                                   // the unit
    2, 0x2e, 0, 0x03, 0x08, 0,    0,                                               // abstract
    3, 0x2e, 1, 0x03, 0x08, 0x11, 0x01, 0x12, 0x01, 0,    0,                       // a function
    4, 0x1d, 1, 0x31, 0x13, 0x55, 0x17, 0x58, 0x0b, 0x59, 0x05, 0x57, 0x0b, 0, 0,  // with ranges
    5, 0x1d, 0, 0x31, 0x13, 0x11, 0x01, 0x12, 0x06, 0x58, 0x0b, 0x59, 0x0b, 0, 0,  // with bounds
    0};

/// outer is [10, 40); middle, called in it, [12, 20) and [24, 30); leaf, called there, [14, 18).
Sections sections(unsigned version) {
  Sections out;
  out.abbrev = abbreviations;
  Bytes unit;
  word(unit, version, 2);
  if (version == 5) unit.insert(unit.end(), {1, 4});
  word(unit, 0);
  if (version != 5) unit.push_back(4);
  const auto here = [&] { return unit.size() + 4; };
  unit.push_back(1);
  word(unit, 77);
  word(unit, 0);
  const std::size_t leaf = here();
  unit.push_back(2);
  text(unit, "leaf");
  const std::size_t middle = here();
  unit.push_back(2);
  text(unit, "middle");
  unit.push_back(3);
  text(unit, "outer");
  word(unit, 10);
  word(unit, 40);
  unit.push_back(4);
  word(unit, middle);
  word(unit, 0);
  unit.insert(unit.end(), {1, 0x2c, 0x01, 3});
  unit.push_back(5);
  word(unit, leaf);
  word(unit, 14);
  word(unit, 4);
  unit.insert(unit.end(), {2, 9});
  unit.insert(unit.end(), {0, 0, 0});
  word(out.info, unit.size());
  append(out.info, unit);
  if (version == 5) {
    out.ranges = {4, 12, 20, 7};  // an offset pair, a start with a length
    word(out.ranges, 24);
    out.ranges.insert(out.ranges.end(), {6, 0});
  } else {
    for (const unsigned each : {12, 20, 24, 30, 0, 0}) word(out.ranges, each);
  }
  return out;
}

std::vector<std::vector<SourceFunction>> find(ModuleData& module, const Sections& from,
                                              std::vector<std::uint32_t> addresses) {
  module.sections.push_back({SectionId::code, {code_start, 1000}});
  const auto add = [&](std::string_view name, const Bytes& bytes) {
    const auto at = static_cast<std::uint32_t>(module.bytes.size());
    module.bytes.insert(module.bytes.end(), bytes.begin(), bytes.end());
    module.customs.push_back({name, {at, static_cast<std::uint32_t>(bytes.size())}, 0});
  };
  add(".debug_info", from.info);
  add(".debug_abbrev", from.abbrev);
  add(".debug_ranges", from.ranges);
  add(".debug_rnglists", from.ranges);
  for (std::uint32_t& each : addresses) each += code_start;
  return find_functions(module, addresses);
}

class DwarfInlined : public testing::TestWithParam<unsigned> {};

TEST_P(DwarfInlined, FunctionsAreFoundInnermostFirst) {
  ModuleData module;
  const auto found = find(module, sections(GetParam()), {17, 9, 10, 12, 18, 20, 29, 30, 40});
  const auto names = [&](std::size_t i) {
    std::vector<std::string_view> result;
    for (const SourceFunction& each : found[i]) result.push_back(each.name);
    return result;
  };
  using Names = std::vector<std::string_view>;
  EXPECT_EQ(names(0), (Names{"leaf", "middle", "outer"}));
  EXPECT_EQ(names(1), Names());
  EXPECT_EQ(names(2), Names{"outer"});
  EXPECT_EQ(names(3), (Names{"middle", "outer"}));
  EXPECT_EQ(names(4), (Names{"middle", "outer"}));
  EXPECT_EQ(names(5), Names{"outer"});
  EXPECT_EQ(names(6), (Names{"middle", "outer"}));
  EXPECT_EQ(names(7), Names{"outer"});
  EXPECT_EQ(names(8), Names());

  ASSERT_TRUE(found[0][0].inlined_at);
  EXPECT_EQ(found[0][0].inlined_at->lines, 77u);
  EXPECT_EQ(found[0][0].inlined_at->file, 2u);
  EXPECT_EQ(found[0][0].inlined_at->line, 9u);
  EXPECT_EQ(found[0][1].inlined_at->line, 300u);
  EXPECT_EQ(found[0][1].inlined_at->column, 3u);
  EXPECT_FALSE(found[0][2].inlined_at);
}

TEST_P(DwarfInlined, DamagedSectionsEndTheSearch) {
  const Sections whole = sections(GetParam());
  for (Bytes Sections::*part : {&Sections::info, &Sections::abbrev, &Sections::ranges}) {
    for (std::size_t i = 0; i < (whole.*part).size(); ++i) {
      Sections shorter = whole;
      (shorter.*part).resize(i);
      ModuleData module;
      EXPECT_EQ(find(module, shorter, {17}).size(), 1u);
      for (int value = 0; value < 256; ++value) {
        Sections changed = whole;
        (changed.*part)[i] = static_cast<std::uint8_t>(value);
        ModuleData other;
        EXPECT_EQ(find(other, changed, {10, 17}).size(), 2u);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Versions, DwarfInlined, testing::Values(2u, 3u, 4u, 5u));

TEST(DwarfInlinedOfNoise, IsSoonOver) {
  std::mt19937 random(7);
  for (int i = 0; i < 300; ++i) {
    Sections noise = sections(4 + i % 2);
    for (Bytes Sections::*part : {&Sections::info, &Sections::abbrev, &Sections::ranges}) {
      for (std::uint8_t& each : noise.*part)
        if (random() % 8 == 0) each = static_cast<std::uint8_t>(random());
    }
    ModuleData module;
    EXPECT_EQ(find(module, noise, {10, 17, 25}).size(), 3u);
  }
}

TEST(DwarfInlinedOfNothing, IsNone) {
  ModuleData module;
  EXPECT_TRUE(find(module, {}, {10})[0].empty());
  EXPECT_TRUE(find_functions(ModuleData(), {}).empty());
}

}  // namespace
}  // namespace wrun::wasm
