#include "tools/wrun/terminal.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

namespace wrun::inline v0::tool {
namespace {

bool takes_colours(std::FILE* stream) {
  const char* refused = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  if (refused != nullptr && *refused != '\0') return false;
  if (terminal == nullptr || std::string_view(terminal) == "dumb") return false;
  return ::isatty(::fileno(stream)) == 1;
}

int code(Colour colour) {
  switch (colour) {
    case Colour::red:
      return 31;
    case Colour::green:
      return 32;
    case Colour::yellow:
      return 33;
    case Colour::bold:
      return 1;
  }
  return 0;
}

}  // namespace

std::string coloured(std::FILE* stream, Colour colour, std::string_view text) {
  if (!takes_colours(stream)) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code(colour), text);
}

Progress::Progress() : enabled_(::isatty(STDERR_FILENO) == 1) {}

void Progress::show(std::string_view text) {
  if (!enabled_) return;
  fmt::print(stderr, "\r\x1b[K{}", text);
  std::fflush(stderr);
  shown_ = true;
}

void Progress::clear() {
  if (!shown_) return;
  fmt::print(stderr, "\r\x1b[K");
  shown_ = false;
}

}  // namespace wrun::inline v0::tool
