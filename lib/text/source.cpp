#include "lib/text/source.hpp"

#include <algorithm>

#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::wat {
namespace {

constexpr std::size_t max_excerpt = 100;

bool starts_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

std::size_t line_start(std::string_view text, std::size_t offset) {
  const std::size_t end = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  return end == std::string_view::npos ? 0 : end + 1;
}

std::uint32_t count_characters(std::string_view text) {
  return static_cast<std::uint32_t>(std::count_if(text.begin(), text.end(), starts_character));
}

/// The part of the offset's line around it, with control characters made visible as spaces.
struct Excerpt {
  std::string line;
  std::uint32_t caret = 0;
};

Excerpt excerpt(std::string_view text, std::size_t offset) {
  std::size_t begin = line_start(text, offset);
  if (offset - begin > max_excerpt) begin = offset - max_excerpt;
  while (begin < offset && !starts_character(text[begin])) ++begin;
  std::size_t end = std::min(text.find('\n', offset), text.size());
  end = std::min(end, offset + max_excerpt);
  while (end < text.size() && end > offset && !starts_character(text[end])) --end;
  Excerpt result{std::string(text.substr(begin, end - begin)),
                 count_characters(text.substr(begin, offset - begin))};
  for (char& c : result.line)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return result;
}

}  // namespace

Location locate(std::string_view text, std::uint64_t offset) {
  const auto at = static_cast<std::size_t>(std::min<std::uint64_t>(offset, text.size()));
  const std::size_t start = line_start(text, at);
  return {static_cast<std::uint32_t>(std::count(text.begin(), text.begin() + start, '\n') + 1),
          count_characters(text.substr(start, at - start)) + 1};
}

std::string explain(std::string_view text, std::string_view file, const Error& error) {
  const std::string_view kind = wrun::text(error.kind());
  if (!error.offset()) return compose("{}: {}: {}", file, kind, error.message());
  const Location location = locate(text, *error.offset());
  const Excerpt shown = excerpt(
      text, static_cast<std::size_t>(std::min<std::uint64_t>(*error.offset(), text.size())));
  return compose("{}:{}:{}: {}: {}\n{}\n{}^", file, location.line, location.column, kind,
                 error.message(), shown.line, std::string(shown.caret, ' '));
}

}  // namespace wrun::inline v0::wat
