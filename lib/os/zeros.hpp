#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace wrun::inline v0::os {

/// Whether a page, or what begins as one and is a multiple of 64 bytes, is all zeros. By the C
/// library's quickest loop: the first line is, and each other one is as the one before it.
inline bool is_zero(const std::uint8_t* bytes, std::size_t size) noexcept {
  static constexpr std::size_t line = 64;
  static constexpr std::uint8_t zeros[line] = {};
  return std::memcmp(bytes, zeros, line) == 0 && std::memcmp(bytes, bytes + line, size - line) == 0;
}

}  // namespace wrun::inline v0::os
