#include "lib/text/print_atoms.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <iterator>

#include "lib/text/literals.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::wat {
namespace {

bool is_idchar(char c) {
  constexpr std::string_view others = "\"(),;[]{}";
  return c > ' ' && c <= '~' && others.find(c) == std::string_view::npos;
}

/// Whether a byte of UTF-8 text can stand for itself in a string.
bool is_plain(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u >= 0x20 && u != 0x7f && c != '"' && c != '\\';
}

template <class Float, class Bits>
void print_float(Bits bits, std::string& out) {
  constexpr int fraction_bits = std::numeric_limits<Float>::digits - 1;
  constexpr Bits fraction_mask = (Bits{1} << fraction_bits) - 1;
  const auto value = std::bit_cast<Float>(bits);
  if (std::isnan(value)) {
    const Bits payload = bits & fraction_mask;
    out += std::signbit(value) ? "-nan" : "nan";
    if (payload != (Bits{1} << (fraction_bits - 1))) compose_to(out, ":{:#x}", payload);
    return;
  }
  char buffer[64];
  const auto end = std::to_chars(std::begin(buffer), std::end(buffer), value).ptr;
  out.append(buffer, end);
}

}  // namespace

void print_string(std::string_view bytes, std::string& out) {
  // Bytes that aren't UTF-8 can't stand in a text.
  const bool keep_high = is_utf8(bytes);
  out += '"';
  for (const char c : bytes) {
    const bool is_high = static_cast<unsigned char>(c) >= 0x80;
    if (is_plain(c) && (keep_high || !is_high))
      out += c;
    else
      compose_to(out, "\\{:02x}", static_cast<unsigned char>(c));
  }
  out += '"';
}

void print_id(std::string_view name, std::string& out) {
  out += '$';
  if (std::all_of(name.begin(), name.end(), is_idchar))
    out += name;
  else
    print_string(name, out);
}

void print_f32(std::uint32_t bits, std::string& out) {
  print_float<float>(bits, out);
}

void print_f64(std::uint64_t bits, std::string& out) {
  print_float<double>(bits, out);
}

}  // namespace wrun::inline v0::wat
