// .debug_line: what compilers write, and what nobody should.

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <random>
#include <string_view>
#include <vector>

#include "lib/wasm/dwarf_lines.hpp"
#include "tests/unit/wasm/dwarf_bytes.hpp"

namespace wrun::wasm {
namespace {

/// The same header for all versions: special opcodes advance lines by -1 to 2.
void header_start(Bytes& out, unsigned version) {
  out.push_back(1);                    // instructions' least length
  if (version >= 4) out.push_back(1);  // operations of an instruction
  out.push_back(1);                    // default of is_stmt
  out.push_back(0xff);                 // line base
  out.push_back(4);                    // line range
  out.push_back(10);                   // opcode base
  for (const int operands : {0, 1, 1, 1, 1, 0, 0, 0, 1})
    out.push_back(static_cast<std::uint8_t>(operands));
}

void names_of_4(Bytes& out) {
  text(out, "src");
  out.push_back(0);
  text(out, "a.c");
  out.insert(out.end(), {0, 0, 0});
  text(out, "b.h");
  out.insert(out.end(), {1, 0, 0});
  out.push_back(0);
}

void names_of_5(Bytes& out) {
  out.insert(out.end(), {1, 1, 0x08});  // directories: a path, as text
  out.push_back(2);
  text(out, "/home");
  text(out, "src");
  out.insert(out.end(), {2, 1, 0x08, 2, 0x0b});  // files: a path, and a directory in a byte
  out.push_back(3);
  text(out, "a.c");
  out.push_back(0);
  text(out, "a.c");
  out.push_back(0);
  text(out, "b.h");
  out.push_back(1);
}

/// Address 10: a.c:5, 14: a.c:6:3, 20: b.h:100, 30: the end. Then a sequence that was dropped.
void program(Bytes& out) {
  out.insert(out.end(), {0, 5, 2});
  word(out, 10);
  out.insert(out.end(), {3, 4, 1});            // line += 4, copy
  out.insert(out.end(), {5, 3, 10 + 2 + 16});  // column 3; line += 1, address += 4
  out.insert(out.end(), {2, 6, 4, 2, 5, 0, 3, 0xde, 0, 1});
  out.insert(out.end(), {2, 10, 0, 1, 1});
  out.insert(out.end(), {0, 5, 2});
  word(out, 0xffffffff);
  out.insert(out.end(), {3, 70, 1, 2, 40, 0, 1, 1});
}

Bytes unit(unsigned version) {
  Bytes header;
  header_start(header, version);
  if (version == 5) {
    names_of_5(header);
  } else {
    names_of_4(header);
  }
  Bytes body;
  word(body, version, 2);
  if (version == 5) body.insert(body.end(), {4, 0});
  word(body, static_cast<std::uint32_t>(header.size()));
  body.insert(body.end(), header.begin(), header.end());
  program(body);
  Bytes out;
  word(out, static_cast<std::uint32_t>(body.size()));
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

/// A module with that section, and code somewhere.
std::vector<std::optional<SourceLine>> find(const Bytes& section,
                                            std::vector<std::uint32_t> addresses) {
  ModuleData module;
  module.bytes = section;
  module.sections.push_back({SectionId::code, {code_start, 1000}});
  module.customs.push_back({".debug_line", {0, static_cast<std::uint32_t>(section.size())}, 0});
  for (std::uint32_t& each : addresses) each += code_start;
  return find_lines(module, addresses);
}

class DwarfLines : public testing::TestWithParam<unsigned> {};

TEST_P(DwarfLines, AreFound) {
  Bytes section = unit(GetParam());
  const Bytes second = unit(GetParam());
  section.insert(section.end(), second.begin(), second.end());
  const auto lines = find(section, {29, 10, 9, 13, 14, 30, 20, 0});
  const auto expect = [&](std::size_t i, std::string_view file, std::uint32_t line,
                          std::uint32_t column) {
    ASSERT_TRUE(lines[i]) << i;
    EXPECT_EQ(lines[i]->file, file);
    EXPECT_EQ(lines[i]->line, line);
    EXPECT_EQ(lines[i]->column, column);
  };
  expect(0, "src/b.h", 100, 0);
  expect(1, "a.c", 5, 0);
  EXPECT_FALSE(lines[2]);
  expect(3, "a.c", 5, 0);
  expect(4, "a.c", 6, 3);
  EXPECT_FALSE(lines[5]);
  expect(6, "src/b.h", 100, 0);
  EXPECT_FALSE(lines[7]);
}

TEST_P(DwarfLines, OfDamagedSectionsEndTheSearch) {
  const Bytes whole = unit(GetParam());
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(find({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}, {10}).size(),
              1u);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (int value = 0; value < 256; ++value) {
      Bytes changed = whole;
      changed[i] = static_cast<std::uint8_t>(value);
      EXPECT_EQ(find(changed, {10, 20}).size(), 2u);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Versions, DwarfLines, testing::Values(2u, 3u, 4u, 5u));

TEST(DwarfLinesOfNoise, AreFew) {
  std::mt19937 random(7);
  for (int i = 0; i < 300; ++i) {
    Bytes noise = unit(4 + i % 2);
    for (std::size_t at = 12; at < noise.size(); ++at)
      if (random() % 3 == 0) noise[at] = static_cast<std::uint8_t>(random());
    EXPECT_EQ(find(noise, {10, 11, 12}).size(), 3u);
  }
}

TEST(DwarfLinesOfNothing, AreNone) {
  EXPECT_FALSE(find({}, {10})[0]);
  EXPECT_FALSE(has_lines(ModuleData()));
}

}  // namespace
}  // namespace wrun::wasm
