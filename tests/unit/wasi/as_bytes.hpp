#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace wrun::test {

/// What files and streams take; the text has to outlive it.
inline std::span<const std::byte> as_bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

}  // namespace wrun::test
