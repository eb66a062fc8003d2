#pragma once

// What the readers of DWARF's sections have in common.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "lib/wasm/byte_cursor.hpp"
#include "lib/wasm/module_data.hpp"

namespace wrun::inline v0::wasm {

inline std::span<const std::uint8_t> custom_section(const ModuleData& module,
                                                    std::string_view name) {
  for (const CustomSection& each : module.customs)
    if (each.name == name) return module.at(each.payload);
  return {};
}

/// What is from an offset on; nothing if it is beyond the end.
inline ByteCursor cursor_at(std::span<const std::uint8_t> section, std::uint64_t offset) {
  if (offset >= section.size()) return ByteCursor({});
  return ByteCursor(section.subspan(static_cast<std::size_t>(offset)));
}

/// An address that is asked for, by its place in the answer.
struct WantedAddress {
  std::uint64_t address;
  std::size_t index;
};

/// Those of byte offsets in the module, ascending: addresses in DWARF count from the start of the
/// code section's contents.
inline std::vector<WantedAddress> wanted_addresses(const ModuleData& module,
                                                   std::span<const std::uint32_t> offsets) {
  std::vector<WantedAddress> wanted;
  for (const SectionInfo& section : module.sections) {
    if (section.id != SectionId::code) continue;
    const std::uint32_t code = section.range.offset;
    for (std::size_t i = 0; i < offsets.size(); ++i)
      if (offsets[i] >= code) wanted.push_back({offsets[i] - code, i});
    break;
  }
  std::sort(wanted.begin(), wanted.end(),
            [](const WantedAddress& a, const WantedAddress& b) { return a.address < b.address; });
  return wanted;
}

/// Those from an address on.
inline std::span<const WantedAddress> wanted_from(std::span<const WantedAddress> wanted,
                                                  std::uint64_t address) {
  const auto first = std::lower_bound(
      wanted.begin(), wanted.end(), address,
      [](const WantedAddress& each, std::uint64_t least) { return each.address < least; });
  return wanted.subspan(static_cast<std::size_t>(first - wanted.begin()));
}

/// The length of a unit, which says how wide its offsets are.
struct UnitLength {
  std::uint64_t bytes = 0;
  bool is_64 = false;
};
inline UnitLength unit_length(ByteCursor& in) {
  constexpr std::uint32_t escape = 0xffffffff;
  const auto first = in.fixed<std::uint32_t>();
  if (first != escape) return {first, false};
  return {in.fixed<std::uint64_t>(), true};
}

}  // namespace wrun::inline v0::wasm
