#pragma once

// What the readers of DWARF's sections have in common.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

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

/// Addresses in DWARF count from the start of the code section's contents.
inline std::optional<std::uint32_t> start_of_code(const ModuleData& module) {
  for (const SectionInfo& each : module.sections)
    if (each.id == SectionId::code) return each.range.offset;
  return std::nullopt;
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
