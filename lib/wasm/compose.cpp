#include "lib/wasm/compose.hpp"

#include <charconv>
#include <cstdlib>
#include <iterator>

namespace wrun::inline v0 {

namespace {

void append_integer(std::string& to, std::uint64_t magnitude, bool is_negative,
                    const PatternField& field) {
  char digits[20];
  char* const end = std::end(digits);
  char* begin = end;
  const unsigned base = field.hexadecimal ? 16 : 10;
  do {
    *--begin = "0123456789abcdef"[magnitude % base];
    magnitude /= base;
  } while (magnitude != 0);
  const std::string_view sign = is_negative ? "-" : "";
  const std::string_view prefix = field.prefixed ? "0x" : "";
  const std::size_t size = static_cast<std::size_t>(end - begin) + sign.size() + prefix.size();
  const std::size_t missing = size < field.width ? field.width - size : 0;
  if (!field.zeros) to.append(missing, ' ');
  to += sign;
  to += prefix;
  if (field.zeros) to.append(missing, '0');
  to.append(begin, end);
}

/// The fewest digits that are read back as the same number; with an exponent if it is far from 1.
template <class Float>
void append_number(std::string& to, Float value) {
  char text[64];
  const auto write = [&](std::chars_format format) {
    return std::to_chars(std::begin(text), std::end(text), value, format).ptr;
  };
  char* end = write(std::chars_format::scientific);
  const std::size_t exponent = std::string_view(text, end).find('e');
  if (exponent != std::string_view::npos) {
    *end = '\0';
    const int power = std::atoi(text + exponent + 1);
    if (power >= -4 && power < 16) end = write(std::chars_format::fixed);
  }
  to.append(text, end);
}

void append_value(std::string& to, ValueType type, const PatternValue& value,
                  const PatternField& field) {
  switch (type) {
    case ValueType::signed_integer: {
      const std::int64_t number = value.signed_integer;
      const auto bits = static_cast<std::uint64_t>(number);
      return append_integer(to, number < 0 ? 0 - bits : bits, number < 0, field);
    }
    case ValueType::unsigned_integer:
      return append_integer(to, value.unsigned_integer, false, field);
    case ValueType::character:
      to += static_cast<char>(value.signed_integer);
      return;
    case ValueType::boolean:
      to += value.unsigned_integer != 0 ? "true" : "false";
      return;
    case ValueType::number:
      return append_number(to, value.number);
    case ValueType::number_f32:
      return append_number(to, value.number_f32);
    case ValueType::c_string:
      to += value.c_string;
      return;
    case ValueType::view:
      to.append(value.view.data, value.view.size);
      return;
    case ValueType::string:
      to += *value.string;
      return;
    case ValueType::none:
      return;
  }
}

}  // namespace

void compose_values(std::string& to, const char* pattern, std::uint64_t types,
                    const PatternValue* values) {
  while (*pattern != '\0') {
    if (*pattern != '{') {
      to += *pattern++;
      continue;
    }
    PatternField field;
    pattern = field.read(pattern + 1);
    append_value(to, static_cast<ValueType>(types & 15), *values++, field);
    types >>= 4;
  }
}

std::string compose_values(const char* pattern, std::uint64_t types, const PatternValue* values) {
  std::string text;
  compose_values(text, pattern, types, values);
  return text;
}

}  // namespace wrun::inline v0
