#include "lib/text/lexer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wrun::wat {
namespace {

struct Lexed {
  std::string kinds;  // one letter each
  std::vector<std::string> words;
  std::string error;
};

Lexed lex(std::string_view text) {
  Errors errors;
  Lexer lexer(text, 0, static_cast<std::uint32_t>(text.size()), errors);
  Lexed result;
  for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
    result.kinds += "()@kn$sr"[static_cast<int>(token.kind)];
    result.words.emplace_back(text.substr(token.begin, token.end - token.begin));
  }
  if (!errors.ok()) result.error = errors.first().message();
  return result;
}

TEST(Lexer, Kinds) {
  EXPECT_EQ(lex("(module $m \"s\" 12 -0x3 i32.add +x $\"q r\" @)").kinds, "(k$snnkn$r)");
}

TEST(Lexer, TokensNeedSeparation) {
  EXPECT_EQ(lex("\"a\"\"b\"").kinds, "r");
  EXPECT_EQ(lex("a\"b\"").kinds, "r");
  EXPECT_EQ(lex("$a\"b\"").kinds, "r");
  EXPECT_EQ(lex("0drop").kinds, "n");
  EXPECT_EQ(lex("a(b)c;;d").kinds, "k(k)k");
  EXPECT_EQ(lex("a;b[{},").kinds, "r");
}

TEST(Lexer, Comments) {
  EXPECT_EQ(lex("a;;b\nc(;d(;e;)f;)g ;;").words, (std::vector<std::string>{"a", "c", "g"}));
  EXPECT_EQ(lex(";;b\rc").kinds, "k");
  EXPECT_EQ(lex("(;a").error, "unclosed comment");
  EXPECT_EQ(lex("(;a(;;)").error, "unclosed comment");
  EXPECT_EQ(lex(";; \xff").error, "malformed UTF-8 encoding");
}

TEST(Lexer, IllegalText) {
  EXPECT_EQ(lex(std::string_view("a \0", 3)).error, "illegal character");
  EXPECT_EQ(lex("\xc3\xa9").error, "illegal character");
  EXPECT_EQ(lex("\xc3").error, "malformed UTF-8 encoding");
  EXPECT_EQ(lex("\"\xed\xa0\x80\"").error, "malformed UTF-8 encoding");
  EXPECT_EQ(lex("\"a\nb\"").error, "unclosed string");
  EXPECT_EQ(lex("\"a").error, "unclosed string");
  EXPECT_EQ(lex("\"\t\"").error, "illegal control character in string");
  EXPECT_EQ(lex("$").error, "empty identifier");
  EXPECT_EQ(lex("$\"\"").error, "empty identifier");
}

TEST(Lexer, Escapes) {
  EXPECT_EQ(lex(R"("\t\n\r\"\'\\\0a\u{10ffff}")").kinds, "s");
  for (const char* bad : {R"("\a")", R"("\0")", R"("\0g")", R"("\u")", R"("\u{}")", R"("\u{g}")",
                          R"("\u{110000}")", R"("\u{d800}")", R"("\u{_1}")", R"("\u{1")"})
    EXPECT_TRUE(lex(bad).error.starts_with("illegal escape")) << bad;
}

TEST(Lexer, AnnotationsOfNoInterestAreSkipped) {
  EXPECT_EQ(lex("a (@x y (z) \")\" (@q $ ;) (; ) ;) ) b").kinds, "kk");
  EXPECT_EQ(lex("(@\"x y\" 1)").kinds, "");
  EXPECT_EQ(lex("(@custom \"a\")").kinds, "@s)");
  EXPECT_EQ(lex("(@x (y)").error, "unclosed annotation");
  EXPECT_EQ(lex("(@)").error, "empty annotation id");
  EXPECT_EQ(lex("(@\"\\ff\")").error, "malformed UTF-8 encoding");
}

}  // namespace
}  // namespace wrun::wat
