#include "tools/wrun/page/markup.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>
#include <utility>

#include "lib/wasm/reader.hpp"

namespace wrun::inline v0::tool {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

/// The bytes of the character that the text begins with; 0 if there is none.
std::size_t character_size(std::string_view text) {
  const auto first = static_cast<std::uint8_t>(text.front());
  const std::size_t size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (size > text.size()) return 0;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  return wasm::is_utf8({bytes, size}) ? size : 0;
}

/// https://www.w3.org/TR/xml/#charsets
bool is_xml(std::string_view character) {
  const auto first = static_cast<std::uint8_t>(character.front());
  if (character.size() == 1) return first >= 0x20 || first == '\t' || first == '\n';
  return character != "\xef\xbf\xbe" && character != "\xef\xbf\xbf";
}

std::string_view escape_of(std::string_view character) {
  switch (character.front()) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return is_xml(character) ? character : replacement;
  }
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    result += size == 0 ? replacement : escape_of(text.substr(0, size));
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return result;
}

std::string length(double value) {
  std::string text = fmt::format("{:.2f}", value);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

void Markup::write_tag(std::string_view element, Attributes attributes) {
  auto out = std::back_inserter(written_);
  fmt::format_to(out, "<{}", element);
  for (const Attribute& each : attributes)
    fmt::format_to(out, " {}=\"{}\"", each.name, escaped(each.value));
  written_ += '>';
}

Markup& Markup::open(std::string_view element, Attributes attributes) {
  write_tag(element, attributes);
  open_.emplace_back(element);
  return *this;
}

Markup& Markup::close() {
  written_ += fmt::format("</{}>\n", open_.back());
  open_.pop_back();
  return *this;
}

Markup& Markup::text(std::string_view text) {
  written_ += escaped(text);
  return *this;
}

Markup& Markup::add(std::string_view element, Attributes attributes, std::string_view text) {
  return open(element, attributes).text(text).close();
}

std::string Markup::take() {
  while (!open_.empty()) close();
  return std::exchange(written_, {});
}

}  // namespace wrun::inline v0::tool
