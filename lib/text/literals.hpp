#pragma once

// The values of literals. Floats are correctly rounded, to nearest, ties to even, in one step.
//
// https://webassembly.github.io/spec/core/text/values.html

#include <cstdint>
#include <string>
#include <string_view>

namespace wrun::inline v0::wat {

enum class LiteralStatus : std::uint8_t {
  ok,
  ill_formed,   ///< not a literal of that kind
  out_of_range  ///< a literal whose value doesn't fit
};

/// An unsigned integer up to `max`.
LiteralStatus parse_unsigned(std::string_view token, std::uint64_t max, std::uint64_t& value);
/// A signed or unsigned integer of `bits` bits, as its two's complement.
LiteralStatus parse_integer(std::string_view token, unsigned bits, std::uint64_t& value);
/// A float's bits, including inf, nan and nan:0x...
LiteralStatus parse_f32(std::string_view token, std::uint32_t& bits);
LiteralStatus parse_f64(std::string_view token, std::uint64_t& bits);

/// Whether a token is any number literal.
bool is_number(std::string_view token);

/// The bytes that a string token (with its quotes, escapes checked by the lexer) stands for are
/// appended to `bytes`.
void append_string(std::string_view token, std::string& bytes);

bool is_utf8(std::string_view bytes);

}  // namespace wrun::inline v0::wat
