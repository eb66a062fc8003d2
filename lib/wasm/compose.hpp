#pragma once

// Messages, composed of a pattern and values. {} in a pattern is the next value; what stands
// between the braces says how an integer is written: {:x} in hexadecimal, {:#x} with 0x in front,
// {:02x} filled with zeros to that width, {:5} with spaces. A pattern that doesn't fit its values
// doesn't compile.

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace wrun::inline v0 {

/// Of which type a value is. It takes four bits, so that the types of all values are a constant.
enum class ValueType : std::uint8_t {
  none,
  signed_integer,
  unsigned_integer,
  character,
  boolean,
  number,  ///< a double
  number_f32,
  c_string,
  view,
  string
};
inline constexpr std::size_t max_values = 16;

union PatternValue {
  std::int64_t signed_integer;
  std::uint64_t unsigned_integer;
  double number;
  float number_f32;
  const char* c_string;
  struct {
    const char* data;
    std::size_t size;
  } view;
  const std::string* string;

  constexpr PatternValue() : unsigned_integer(0) {}
  constexpr PatternValue(std::signed_integral auto value) : signed_integer(value) {}
  constexpr PatternValue(std::unsigned_integral auto value) : unsigned_integer(value) {}
  constexpr PatternValue(double value) : number(value) {}
  constexpr PatternValue(float value) : number_f32(value) {}
  constexpr PatternValue(const char* value) : c_string(value) {}
  constexpr PatternValue(std::string_view value) : view{value.data(), value.size()} {}
  constexpr PatternValue(const std::string& value) : string(&value) {}
};

template <class T>
constexpr ValueType value_type() {
  if constexpr (std::is_same_v<T, bool>)
    return ValueType::boolean;
  else if constexpr (std::is_same_v<T, char>)
    return ValueType::character;
  else if constexpr (std::signed_integral<T>)
    return ValueType::signed_integer;
  else if constexpr (std::unsigned_integral<T>)
    return ValueType::unsigned_integer;
  else if constexpr (std::is_same_v<T, float>)
    return ValueType::number_f32;
  else if constexpr (std::is_same_v<T, double>)
    return ValueType::number;
  else if constexpr (std::is_same_v<T, std::string>)
    return ValueType::string;
  else if constexpr (std::is_same_v<T, std::string_view>)
    return ValueType::view;
  else {
    static_assert(std::is_convertible_v<T, const char*>, "patterns know no such values");
    return ValueType::c_string;
  }
}

/// The types of values, the first one in the lowest bits.
template <class... Args>
inline constexpr std::uint64_t value_types = [] {
  static_assert(sizeof...(Args) <= max_values);
  std::uint64_t types = 0;
  unsigned at = 0;
  ((types |= static_cast<std::uint64_t>(value_type<Args>()) << 4 * at++), ...);
  return types;
}();

/// The values for a pattern, for those who needn't know their types.
template <class... Args>
using PatternValues = std::array<PatternValue, sizeof...(Args)>;

/// What stands between braces.
struct PatternField {
  unsigned width = 0;
  bool zeros = false;  ///< in front of a number, not spaces
  bool hexadecimal = false;
  bool prefixed = false;  ///< 0x

  /// Reads from behind a brace; null if it isn't what this file's first comment describes, else
  /// what is behind the closing brace.
  constexpr const char* read(const char* at) {
    if (*at == ':') {
      ++at;
      if (*at == '#') prefixed = true, ++at;
      if (*at == '0') zeros = true, ++at;
      while (*at >= '0' && *at <= '9') width = width * 10 + static_cast<unsigned>(*at++ - '0');
      if (*at == 'x') hexadecimal = true, ++at;
    }
    return *at == '}' ? at + 1 : nullptr;
  }
};

/// Not constant, so that a pattern that comes here doesn't compile.
inline void pattern_does_not_fit_its_values() {}

/// The text of a pattern for values of these types.
template <class... Args>
class BasicPattern {
 public:
  consteval BasicPattern(const char* text) : text_(text) {
    std::size_t fields = 0;
    constexpr ValueType types[] = {value_type<Args>()..., ValueType::none};
    while (*text != '\0') {
      if (*text == '}') pattern_does_not_fit_its_values();
      if (*text++ != '{') continue;
      PatternField field;
      text = field.read(text);
      if (text == nullptr || fields == sizeof...(Args)) pattern_does_not_fit_its_values();
      const ValueType type = types[fields++];
      const bool is_integer =
          type == ValueType::signed_integer || type == ValueType::unsigned_integer;
      if (!is_integer && (field.width != 0 || field.hexadecimal)) pattern_does_not_fit_its_values();
    }
    if (fields != sizeof...(Args)) pattern_does_not_fit_its_values();
  }
  constexpr const char* text() const { return text_; }

 private:
  const char* text_;
};

/// As a parameter, which arguments' types are not deduced from.
template <class... Args>
using Pattern = BasicPattern<std::type_identity_t<Args>...>;

void compose_values(std::string& to, const char* pattern, std::uint64_t types,
                    const PatternValue* values);
std::string compose_values(const char* pattern, std::uint64_t types, const PatternValue* values);

/// The pattern with values in it.
template <class... Args>
std::string compose(Pattern<Args...> pattern, const Args&... args) {
  return compose_values(pattern.text(), value_types<Args...>,
                        PatternValues<Args...>{args...}.data());
}

/// The same, appended.
template <class... Args>
void compose_to(std::string& to, Pattern<Args...> pattern, const Args&... args) {
  compose_values(to, pattern.text(), value_types<Args...>, PatternValues<Args...>{args...}.data());
}

}  // namespace wrun::inline v0
