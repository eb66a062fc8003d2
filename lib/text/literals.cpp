#include "lib/text/literals.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <limits>
#include <type_traits>

#include "lib/text/number_shape.hpp"
#include "lib/wasm/reader.hpp"

namespace wrun::inline v0::wat {
namespace {

unsigned digit_value(char c) {
  return c <= '9' ? static_cast<unsigned>(c - '0') : (static_cast<unsigned>(c) | 0x20u) - 'a' + 10;
}

/// False if the digits' value is above `max`.
bool accumulate(std::string_view digits, unsigned base, std::uint64_t max, std::uint64_t& value) {
  value = 0;
  for (const char c : digits) {
    if (c == '_') continue;
    const unsigned digit = digit_value(c);
    if (value > max / base || value * base > max - digit) return false;
    value = value * base + digit;
  }
  return true;
}

/// The exponent, clamped to a magnitude at which every float is zero or infinite.
std::int64_t exponent_of(const NumberShape& shape) {
  constexpr std::uint64_t huge = std::uint64_t{1} << 40;
  std::uint64_t magnitude = 0;
  if (!accumulate(shape.exponent, 10, huge, magnitude)) magnitude = huge;
  const auto exponent = static_cast<std::int64_t>(magnitude);
  return shape.negative_exponent ? -exponent : exponent;
}

template <class Bits>
struct Format;
template <>
struct Format<std::uint32_t> {
  using Float = float;
  static constexpr int precision = 24, min_exponent = -126;
};
template <>
struct Format<std::uint64_t> {
  using Float = double;
  static constexpr int precision = 53, min_exponent = -1022;
};

template <class Bits>
constexpr Bits infinity =
    std::bit_cast<Bits>(std::numeric_limits<typename Format<Bits>::Float>::infinity());

/// A significand of up to 64 bits; `sticky` if non-zero digits follow it.
struct HexValue {
  std::uint64_t significand = 0;
  std::int64_t exponent = 0;
  bool sticky = false;

  void push(char c, bool is_fraction) {
    if (c == '_') return;
    if (significand >> 60 == 0) {
      significand = significand * 16 + digit_value(c);
      if (is_fraction) exponent -= 4;
    } else {
      sticky |= c != '0';
      if (!is_fraction) exponent += 4;
    }
  }
};

/// Shifts right by `count`, rounding to nearest, ties to even.
std::uint64_t shift_rounded(std::uint64_t value, std::int64_t count, bool sticky) {
  if (count <= 0) return value << -count;
  if (count > 64) return 0;
  const std::uint64_t kept = count == 64 ? 0 : value >> count;
  const std::uint64_t half = std::uint64_t{1} << (count - 1);
  const std::uint64_t lost = count == 64 ? value : value & (half * 2 - 1);
  const bool up = lost > half || (lost == half && (sticky || (kept & 1)));
  return kept + up;
}

template <class Bits>
LiteralStatus round_hex(const NumberShape& shape, Bits& bits) {
  using F = Format<Bits>;
  HexValue value;
  for (const char c : shape.digits) value.push(c, false);
  for (const char c : shape.fraction) value.push(c, true);
  bits = 0;
  if (value.significand == 0) return LiteralStatus::ok;
  value.exponent += exponent_of(shape);
  const std::int64_t top = 63 - std::countl_zero(value.significand) + value.exponent;
  constexpr std::int64_t lowest = F::min_exponent - (F::precision - 1);
  // The exponent of the result's last bit; subnormals share the lowest one.
  const std::int64_t last = std::max(top - (F::precision - 1), lowest);
  if (top > -F::min_exponent + 1) return LiteralStatus::out_of_range;
  const std::uint64_t kept = shift_rounded(value.significand, last - value.exponent, value.sticky);
  // The implicit bit, or a carry out of rounding, adds one to the exponent's field.
  bits = (static_cast<Bits>(last - lowest) << (F::precision - 1)) + static_cast<Bits>(kept);
  return bits >= infinity<Bits> ? LiteralStatus::out_of_range : LiteralStatus::ok;
}

/// The power of ten of the first non-zero digit, or nothing useful if all are zero.
std::int64_t decimal_magnitude(const NumberShape& shape, bool& is_zero) {
  std::int64_t position = 0;
  std::int64_t first = 0;
  is_zero = true;
  const auto scan = [&](std::string_view digits) {
    for (const char c : digits) {
      if (c == '_') continue;
      if (c != '0' && is_zero) {
        is_zero = false;
        first = position;
      }
      ++position;
    }
  };
  scan(shape.digits);
  const std::int64_t before_point = position;
  scan(shape.fraction);
  return before_point - 1 - first + exponent_of(shape);
}

template <class Bits>
LiteralStatus round_decimal(const NumberShape& shape, Bits& bits) {
  using Float = typename Format<Bits>::Float;
  bits = 0;
  bool is_zero = false;
  const std::int64_t magnitude = decimal_magnitude(shape, is_zero);
  if (is_zero || magnitude < -400) return LiteralStatus::ok;
  if (magnitude > 400) return LiteralStatus::out_of_range;
  std::string plain;
  const auto append = [&](std::string_view digits) {
    std::copy_if(digits.begin(), digits.end(), std::back_inserter(plain),
                 [](char c) { return c != '_'; });
  };
  append(shape.digits);
  if (!shape.fraction.empty()) plain += '.';
  append(shape.fraction);
  plain += 'e';
  plain += std::to_string(exponent_of(shape));
  Float value = 0;
  const auto result = std::from_chars(plain.data(), plain.data() + plain.size(), value);
  if (result.ec == std::errc::result_out_of_range && magnitude < 0) return LiteralStatus::ok;
  bits = std::bit_cast<Bits>(value);
  const bool fits = result.ec == std::errc() && bits < infinity<Bits>;
  return fits ? LiteralStatus::ok : LiteralStatus::out_of_range;
}

template <class Bits>
LiteralStatus nan_bits(const NumberShape& shape, Bits& bits) {
  constexpr Bits payload_mask = (Bits{1} << (Format<Bits>::precision - 1)) - 1;
  std::uint64_t payload = (payload_mask >> 1) + 1;
  if (!shape.payload.empty() &&
      (!accumulate(shape.payload, 16, payload_mask, payload) || payload == 0))
    return LiteralStatus::out_of_range;
  bits = infinity<Bits> | static_cast<Bits>(payload);
  return LiteralStatus::ok;
}

template <class Bits>
LiteralStatus magnitude_bits(const NumberShape& shape, Bits& bits) {
  switch (shape.kind) {
    case NumberShape::Kind::finite:
      return shape.is_hex ? round_hex(shape, bits) : round_decimal(shape, bits);
    case NumberShape::Kind::infinite:
      return bits = infinity<Bits>, LiteralStatus::ok;
    case NumberShape::Kind::nan:
      return nan_bits(shape, bits);
    default:
      return LiteralStatus::ill_formed;
  }
}

template <class Bits>
LiteralStatus parse_float(std::string_view token, Bits& bits) {
  const NumberShape shape = number_shape(token);
  const LiteralStatus status = magnitude_bits(shape, bits);
  if (shape.sign == '-') bits |= Bits{1} << (sizeof(Bits) * 8 - 1);
  return status;
}

void append_utf8(std::uint32_t code, std::string& bytes) {
  const auto put = [&](std::uint32_t byte) { bytes += static_cast<char>(byte); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xc0 | code >> 6);
  } else {
    if (code < 0x10000) {
      put(0xe0 | code >> 12);
    } else {
      put(0xf0 | code >> 18);
      put(0x80 | (code >> 12 & 0x3f));
    }
    put(0x80 | (code >> 6 & 0x3f));
  }
  put(0x80 | (code & 0x3f));
}

/// At the character after a backslash; returns the position after the escape.
std::size_t append_escape(std::string_view token, std::size_t at, std::string& bytes) {
  const char c = token[at];
  switch (c) {
    case 't':
      return bytes += '\t', at + 1;
    case 'n':
      return bytes += '\n', at + 1;
    case 'r':
      return bytes += '\r', at + 1;
    case '"':
    case '\'':
    case '\\':
      return bytes += c, at + 1;
    case 'u': {
      const std::size_t close = token.find('}', at);
      std::uint64_t code = 0;
      accumulate(token.substr(at + 2, close - at - 2), 16, 0x10ffff, code);
      append_utf8(static_cast<std::uint32_t>(code), bytes);
      return close + 1;
    }
    default:
      bytes += static_cast<char>(digit_value(c) * 16 + digit_value(token[at + 1]));
      return at + 2;
  }
}

}  // namespace

LiteralStatus parse_unsigned(std::string_view token, std::uint64_t max, std::uint64_t& value) {
  const NumberShape shape = number_shape(token);
  if (shape.kind != NumberShape::Kind::finite || !shape.is_integer || shape.sign != 0)
    return LiteralStatus::ill_formed;
  const bool fits = accumulate(shape.digits, shape.is_hex ? 16 : 10, max, value);
  return fits ? LiteralStatus::ok : LiteralStatus::out_of_range;
}

LiteralStatus parse_integer(std::string_view token, unsigned bits, std::uint64_t& value) {
  const NumberShape shape = number_shape(token);
  if (shape.kind != NumberShape::Kind::finite || !shape.is_integer)
    return LiteralStatus::ill_formed;
  const std::uint64_t all = ~std::uint64_t{0} >> (64 - bits);
  const std::uint64_t max = shape.sign == '-' ? all / 2 + 1 : all;
  if (!accumulate(shape.digits, shape.is_hex ? 16 : 10, max, value))
    return LiteralStatus::out_of_range;
  if (shape.sign == '-') value = (~value + 1) & all;
  return LiteralStatus::ok;
}

LiteralStatus parse_f32(std::string_view token, std::uint32_t& bits) {
  return parse_float(token, bits);
}

LiteralStatus parse_f64(std::string_view token, std::uint64_t& bits) {
  return parse_float(token, bits);
}

bool is_utf8(std::string_view bytes) {
  return wasm::is_utf8({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

bool is_number(std::string_view token) {
  return number_shape(token).kind != NumberShape::Kind::ill_formed;
}

void append_string(std::string_view token, std::string& bytes) {
  token = token.substr(1, token.size() - 2);
  std::size_t at = 0;
  while (at < token.size()) {
    const std::size_t escape = std::min(token.find('\\', at), token.size());
    bytes.append(token.substr(at, escape - at));
    at = escape;
    if (at < token.size()) at = append_escape(token, at + 1, bytes);
  }
}

}  // namespace wrun::inline v0::wat
