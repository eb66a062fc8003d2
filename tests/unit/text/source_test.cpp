#include "lib/text/source.hpp"

#include <gtest/gtest.h>

namespace wrun::wat {
namespace {

TEST(Source, CountsLinesAndCharacters) {
  const std::string_view text = "a\n\xc3\xa9z\n";
  EXPECT_EQ(locate(text, 0).line, 1u);
  EXPECT_EQ(locate(text, 1).column, 2u);
  EXPECT_EQ(locate(text, 4).line, 2u);
  EXPECT_EQ(locate(text, 4).column, 2u);
  EXPECT_EQ(locate(text, 6).line, 3u);
  EXPECT_EQ(locate(text, 1000).line, 3u);
}

TEST(Source, ErrorsWithoutPlace) {
  EXPECT_EQ(explain("x", "f", Error(ErrorKind::limit, "too much")), "f: limit: too much");
}

TEST(Source, EmptyText) {
  EXPECT_EQ(explain("", "f", Error(ErrorKind::malformed, 0, "m")), "f:1:1: malformed: m\n\n^");
}

TEST(Source, LongLinesAreCutAroundThePlace) {
  const std::string text(10'000, 'x');
  const std::string shown = explain(text, "f", Error(ErrorKind::malformed, 5'000, "m"));
  EXPECT_LT(shown.size(), 400u);
  const auto line = shown.find('\n') + 1;
  const auto caret = shown.rfind('\n') + 1;
  EXPECT_EQ(shown.substr(caret), std::string(100, ' ') + "^");
  EXPECT_EQ(caret - 1 - line, 200u);
}

TEST(Source, ControlCharactersDoNotReachATerminal) {
  const std::string shown = explain("\x1b[1m x", "f", Error(ErrorKind::malformed, 0, "m"));
  EXPECT_EQ(shown.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace wrun::wat
