#pragma once

// The grammar of number literals: a token split into its parts, without their values.

#include <string_view>

namespace wrun::inline v0::wat {

/// sign? (digits ('.' fraction?)? exponent? | inf | nan (':' payload)?), decimal or hexadecimal.
/// The parts may contain underscores between digits.
struct NumberShape {
  enum class Kind { ill_formed, finite, infinite, nan };
  Kind kind = Kind::ill_formed;
  char sign = 0;  ///< '+', '-' or 0
  bool is_hex = false;
  bool is_integer = false;    ///< no point, no exponent
  std::string_view digits;    ///< before the point, without 0x
  std::string_view fraction;  ///< after it
  std::string_view exponent;  ///< decimal digits, without sign
  bool negative_exponent = false;
  std::string_view payload;  ///< hexadecimal digits of nan:0x...
};

NumberShape number_shape(std::string_view token);

}  // namespace wrun::inline v0::wat
