#pragma once

// A parser's view of the tokens: the current one, the one after it, and the errors that a token in
// the wrong place gives. After an error every token is the end of the text, so loops end.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/text/lexer.hpp"
#include "lib/text/literals.hpp"

namespace wrun::inline v0::wat {

class Cursor {
 public:
  Cursor(std::string_view text, std::uint32_t begin, std::uint32_t end, Errors& errors)
      : text_(text), lexer_(text, begin, end, errors), errors_(errors) {
    token_ = lexer_.next();
  }

  Errors& errors() { return errors_; }
  bool ok() const { return errors_.ok(); }
  std::string_view text() const { return text_; }

  const Token& token() const { return token_; }
  /// The end after an error, whoever reported it.
  TokenKind kind() const { return errors_.ok() ? token_.kind : TokenKind::end; }
  std::uint32_t offset() const { return token_.begin; }
  std::string_view spelling() const { return spelling(token_); }
  std::string_view spelling(const Token& token) const {
    return text_.substr(token.begin, token.end - token.begin);
  }
  /// The token after the current one.
  const Token& ahead();

  void advance();
  /// Goes to the token that starts at `offset`.
  void seek(std::uint32_t offset);

  bool at(TokenKind wanted) const { return kind() == wanted; }
  bool at_keyword(std::string_view word) const {
    return at(TokenKind::keyword) && spelling() == word;
  }
  /// At "(" and then `word`.
  bool at_open(std::string_view word) {
    return at(TokenKind::left) && ahead().kind == TokenKind::keyword && spelling(ahead()) == word;
  }
  /// At the annotation "(@id".
  bool at_annotation(std::string_view id) const {
    return at(TokenKind::annotation) && spelling().substr(2) == id;
  }

  bool accept(TokenKind wanted);
  bool accept_keyword(std::string_view word);
  bool accept_open(std::string_view word);
  void expect(TokenKind wanted);
  void expect_keyword(std::string_view word);
  void expect_close() { expect(TokenKind::right); }

  /// Skips to after the parenthesis that closes the one already taken; returns where it ends.
  std::uint32_t skip_to_close();
  /// At a left parenthesis or annotation: skips it and all that it holds; returns where it ends.
  std::uint32_t skip_group();

  /// A string's bytes. They need not be UTF-8.
  std::string expect_string();
  /// A string that must be UTF-8.
  std::string expect_name();
  /// All the strings here, joined.
  std::string take_strings();

  /// An unsigned integer of 32 or 64 bits.
  std::uint32_t expect_u32();
  std::uint64_t expect_u64();
  bool at_unsigned() const;

  /// Reports that the current token can't stand here.
  void unexpected(std::string_view expected = {});

 private:
  std::string_view text_;
  Lexer lexer_;
  Errors& errors_;
  Token token_;
  Token ahead_;
  bool has_ahead_ = false;
};

}  // namespace wrun::inline v0::wat
