#include "lib/text/number_shape.hpp"

#include <cctype>
#include <cstddef>

namespace wrun::inline v0::wat {
namespace {

bool is_digit(char c, bool hex) {
  const auto u = static_cast<unsigned char>(c);
  return hex ? std::isxdigit(u) != 0 : (c >= '0' && c <= '9');
}

/// Takes digits with single underscores between them off the front.
std::string_view take_digits(std::string_view& rest, bool hex) {
  std::size_t n = 0;
  while (n < rest.size() &&
         (is_digit(rest[n], hex) || (rest[n] == '_' && n > 0 && rest[n - 1] != '_' &&
                                     n + 1 < rest.size() && is_digit(rest[n + 1], hex))))
    ++n;
  const auto digits = rest.substr(0, n);
  rest.remove_prefix(n);
  return digits;
}

bool take_prefix(std::string_view& rest, std::string_view prefix) {
  if (!rest.starts_with(prefix)) return false;
  rest.remove_prefix(prefix.size());
  return true;
}

bool take_exponent(std::string_view& rest, NumberShape& shape) {
  if (rest.empty()) return true;
  const char mark = static_cast<char>(rest.front() | 0x20);
  if (mark != (shape.is_hex ? 'p' : 'e')) return false;
  rest.remove_prefix(1);
  shape.is_integer = false;
  if (take_prefix(rest, "-"))
    shape.negative_exponent = true;
  else
    take_prefix(rest, "+");
  shape.exponent = take_digits(rest, false);
  return !shape.exponent.empty();
}

}  // namespace

NumberShape number_shape(std::string_view rest) {
  using Kind = NumberShape::Kind;
  NumberShape shape;
  if (!rest.empty() && (rest.front() == '+' || rest.front() == '-')) {
    shape.sign = rest.front();
    rest.remove_prefix(1);
  }
  if (rest == "inf") return shape.kind = Kind::infinite, shape;
  if (rest == "nan") return shape.kind = Kind::nan, shape;
  if (take_prefix(rest, "nan:0x")) {
    shape.payload = take_digits(rest, true);
    if (!shape.payload.empty() && rest.empty()) shape.kind = Kind::nan;
    return shape;
  }
  shape.is_hex = take_prefix(rest, "0x");
  shape.digits = take_digits(rest, shape.is_hex);
  if (shape.digits.empty()) return shape;
  shape.is_integer = true;
  if (take_prefix(rest, ".")) {
    shape.is_integer = false;
    shape.fraction = take_digits(rest, shape.is_hex);
  }
  if (take_exponent(rest, shape) && rest.empty()) shape.kind = Kind::finite;
  return shape;
}

}  // namespace wrun::inline v0::wat
