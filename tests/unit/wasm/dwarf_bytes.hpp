#pragma once

// Writes what sections of DWARF are made of.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace wrun::wasm {

using Bytes = std::vector<std::uint8_t>;

/// Of the code section, from which DWARF counts.
inline constexpr std::uint32_t code_start = 100;

/// With the 0 that ends it.
inline void text(Bytes& out, std::string_view text) {
  out.insert(out.end(), text.begin(), text.end());
  out.push_back(0);
}

/// Little-endian.
inline void word(Bytes& out, std::size_t value, unsigned bytes = 4) {
  for (unsigned i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

}  // namespace wrun::wasm
