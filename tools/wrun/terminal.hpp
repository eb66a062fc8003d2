#pragma once

// Colours and progress, only where a person is looking: on a terminal, and colours never when
// NO_COLOR is set. https://no-color.org

#include <cstdio>
#include <string>
#include <string_view>

namespace wrun::inline v0::tool {

enum class Colour { red, green, yellow, bold };

/// The text, coloured if `stream` is a terminal that takes colours.
std::string coloured(std::FILE* stream, Colour colour, std::string_view text);

/// One line on standard error that replaces itself; nothing where that is no terminal.
class Progress {
 public:
  Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { clear(); }

  void show(std::string_view text);
  /// Takes the line away, before something else is printed.
  void clear();

 private:
  bool enabled_;
  bool shown_ = false;
};

}  // namespace wrun::inline v0::tool
