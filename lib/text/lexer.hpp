#pragma once

// Text to tokens, one at a time and without allocation. A token is a range of the text; what a
// number or a string means is worked out when it is used (literals.hpp). White space, comments and
// annotations that wrun doesn't know are skipped, but checked.
//
// https://webassembly.github.io/spec/core/text/lexical.html

#include <cstdint>
#include <string_view>

#include "lib/wasm/errors.hpp"

namespace wrun::inline v0::wat {

using wasm::Errors;

enum class TokenKind : std::uint8_t {
  left,        ///< (
  right,       ///< )
  annotation,  ///< "(@id" of an annotation that wrun knows; a right parenthesis closes it
  keyword,     ///< starts with a lower-case letter
  number,      ///< starts with a digit or sign; may still be ill-formed
  id,          ///< $name or $"name"
  string,      ///< with its quotes; its escapes are well-formed
  reserved,    ///< none of the above
  end          ///< end of text, or an error was reported
};

struct Token {
  TokenKind kind = TokenKind::end;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

class Lexer {
 public:
  /// Reads [begin, end) of `text`, which is at most 4 GiB long; offsets are from the text's start.
  Lexer(std::string_view text, std::uint32_t begin, std::uint32_t end, Errors& errors)
      : text_(text.substr(0, end)), at_(begin), errors_(errors) {}

  Token next();
  void seek(std::uint32_t offset) { at_ = offset; }

 private:
  std::uint32_t size() const { return static_cast<std::uint32_t>(text_.size()); }
  unsigned char peek(std::uint32_t ahead = 0) const {
    return at_ + ahead < size() ? static_cast<unsigned char>(text_[at_ + ahead]) : 0;
  }
  Token fail(std::uint32_t offset, std::string_view message);
  bool skip_space();
  bool skip_line_comment();
  bool skip_block_comment();
  bool skip_character();
  bool skip_string();
  bool skip_escape();
  bool skip_unicode_escape();
  void skip_idchars();
  bool string_closes() const;
  bool at_reserved() const;
  Token word(bool in_annotation);
  TokenKind classify(std::uint32_t begin, bool in_annotation);
  Token annotation();
  bool skip_annotation(std::uint32_t begin);

  std::string_view text_;
  std::uint32_t at_;
  Errors& errors_;
};

}  // namespace wrun::inline v0::wat
