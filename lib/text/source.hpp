#pragma once

// Offsets in a text as people see them: lines, columns, and the line itself with a caret.

#include <cstdint>
#include <string>
#include <string_view>

#include <wrun/error.hpp>

namespace wrun::inline v0::wat {

/// Both count from 1; a column is a Unicode character.
struct Location {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

/// Where an offset is. Linear in the offset: meant for errors.
Location locate(std::string_view text, std::uint64_t offset);

/// "file:line:column: kind: message" and, below, the line with a caret under the place. For errors
/// without a place, the first part only. No line end at the end.
std::string explain(std::string_view text, std::string_view file, const Error& error);

}  // namespace wrun::inline v0::wat
