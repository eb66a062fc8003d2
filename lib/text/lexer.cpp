#include "lib/text/lexer.hpp"

#include <array>

#include "lib/text/literals.hpp"

namespace wrun::inline v0::wat {
namespace {

enum CharClass : std::uint8_t { none, space, idchar, punctuation };

constexpr std::array<CharClass, 256> make_classes() {
  std::array<CharClass, 256> classes{};
  for (unsigned c = '!'; c <= '~'; ++c) classes[c] = idchar;
  for (const char c : {'"', '(', ')'}) classes[static_cast<unsigned char>(c)] = none;
  for (const char c : {',', ';', '[', ']', '{', '}'})
    classes[static_cast<unsigned char>(c)] = punctuation;
  for (const char c : {' ', '\t', '\n', '\r'}) classes[static_cast<unsigned char>(c)] = space;
  return classes;
}

constexpr auto classes = make_classes();

bool is_hex(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

unsigned hex_value(unsigned char c) {
  return c <= '9' ? c - '0' : (c | 0x20u) - 'a' + 10;
}

bool is_known_annotation(std::string_view id) {
  return id == "custom" || id == "name" || id == "metadata.code.branch_hint";
}

std::uint32_t utf8_length(unsigned char lead) {
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

}  // namespace

Token Lexer::fail(std::uint32_t offset, std::string_view message) {
  errors_.malformed(offset, "{}", message);
  at_ = size();
  return {TokenKind::end, at_, at_};
}

Token Lexer::next() {
  while (skip_space()) {
    const std::uint32_t begin = at_;
    if (begin == size()) return {TokenKind::end, begin, begin};
    switch (text_[at_]) {
      case '(':
        if (peek(1) == '@') {
          const Token token = annotation();
          if (token.kind != TokenKind::reserved) return token;
          continue;
        }
        ++at_;
        return {TokenKind::left, begin, at_};
      case ')':
        ++at_;
        return {TokenKind::right, begin, at_};
      default:
        return word(false);
    }
  }
  return {TokenKind::end, size(), size()};
}

/// Skips white space and comments; false if they are ill-formed.
bool Lexer::skip_space() {
  for (;;) {
    const unsigned char c = peek();
    if (classes[c] == space) {
      ++at_;
    } else if (c == ';' && peek(1) == ';') {
      if (!skip_line_comment()) return false;
    } else if (c == '(' && peek(1) == ';') {
      if (!skip_block_comment()) return false;
    } else {
      return true;
    }
  }
}

bool Lexer::skip_line_comment() {
  while (at_ < size() && text_[at_] != '\n' && text_[at_] != '\r')
    if (!skip_character()) return false;
  return true;
}

bool Lexer::skip_block_comment() {
  const std::uint32_t begin = at_;
  std::uint32_t depth = 0;
  do {
    if (at_ >= size()) return fail(begin, "unclosed comment"), false;
    if (peek() == '(' && peek(1) == ';') {
      ++depth;
      at_ += 2;
    } else if (peek() == ';' && peek(1) == ')') {
      --depth;
      at_ += 2;
    } else if (!skip_character()) {
      return false;
    }
  } while (depth > 0);
  return true;
}

/// Skips one character of UTF-8.
bool Lexer::skip_character() {
  const unsigned char lead = peek();
  if (lead < 0x80) return ++at_, true;
  const auto rest = text_.substr(at_, utf8_length(lead));
  if (!is_utf8(rest)) return fail(at_, "malformed UTF-8 encoding"), false;
  at_ += static_cast<std::uint32_t>(rest.size());
  return true;
}

bool Lexer::skip_string() {
  const std::uint32_t begin = at_++;
  while (at_ < size()) {
    const unsigned char c = peek();
    if (c == '"') return ++at_, true;
    if (c == '\\') {
      if (!skip_escape()) return false;
    } else if (c == '\n') {
      return fail(begin, "unclosed string"), false;
    } else if (c < 0x20 || c == 0x7f) {
      return fail(at_, "illegal control character in string"), false;
    } else if (!skip_character()) {
      return false;
    }
  }
  return fail(begin, "unclosed string"), false;
}

bool Lexer::skip_escape() {
  const unsigned char c = peek(1);
  if (c == 'u') return skip_unicode_escape();
  if (c != 0 && std::string_view("tnr\"'\\").find(static_cast<char>(c)) != std::string_view::npos) {
    at_ += 2;
    return true;
  }
  if (!is_hex(c) || !is_hex(peek(2))) return fail(at_, "illegal escape"), false;
  at_ += 3;
  return true;
}

bool Lexer::skip_unicode_escape() {
  const std::uint32_t begin = at_;
  at_ += 2;
  if (peek() != '{' || !is_hex(peek(1))) return fail(begin, "illegal escape"), false;
  std::uint32_t value = 0;
  for (++at_; is_hex(peek()) || (peek() == '_' && is_hex(peek(1))); ++at_) {
    if (peek() == '_') continue;
    value = value * 16 + hex_value(peek());
    if (value > 0x10ffff) return fail(begin, "illegal escape: beyond Unicode"), false;
  }
  if (peek() != '}') return fail(begin, "illegal escape"), false;
  if (value >= 0xd800 && value < 0xe000) return fail(begin, "illegal escape: surrogate"), false;
  return ++at_, true;
}

/// At a quote: whether the string ends before a control character or the text does.
bool Lexer::string_closes() const {
  for (std::uint32_t ahead = 1; at_ + ahead < size(); ++ahead) {
    const unsigned char c = peek(ahead);
    if (c == '"') return true;
    if (c < 0x20) return false;
    if (c == '\\') ++ahead;
  }
  return false;
}

void Lexer::skip_idchars() {
  while (classes[peek()] == idchar) ++at_;
}

/// At a character that continues a reserved token. Two semicolons start a comment instead.
bool Lexer::at_reserved() const {
  const unsigned char c = peek();
  if (c == ';') return peek(1) != ';';
  return c == '"' || classes[c] >= idchar;
}

Token Lexer::word(bool in_annotation) {
  const std::uint32_t begin = at_;
  skip_idchars();
  const TokenKind kind = classify(begin, in_annotation);
  if (!errors_.ok()) return {TokenKind::end, at_, at_};
  if (!at_reserved()) return {kind, begin, at_};
  while (at_reserved()) {
    if (peek() == '"') {
      if (!skip_string()) return {TokenKind::end, at_, at_};
    } else {
      ++at_;
    }
  }
  return {TokenKind::reserved, begin, at_};
}

/// Finds out what starts at `begin` and goes to its end, which is at least after its idchars.
TokenKind Lexer::classify(std::uint32_t begin, bool in_annotation) {
  const char first = text_[begin];
  if (first == '"') return skip_string() ? TokenKind::string : TokenKind::end;
  if (first == '$') {
    if (at_ > begin + 1) return TokenKind::id;
    if (peek() == '"' && peek(1) >= 0x20) {
      const bool is_empty = peek(1) == '"';
      if (!in_annotation && !string_closes()) return fail(begin, "empty identifier").kind;
      if (!skip_string()) return TokenKind::end;
      if (!is_empty) return TokenKind::id;
    }
    return in_annotation ? TokenKind::reserved : fail(begin, "empty identifier").kind;
  }
  if (first >= 'a' && first <= 'z') return TokenKind::keyword;
  if ((first >= '0' && first <= '9') || ((first == '+' || first == '-') && at_ > begin + 1))
    return TokenKind::number;
  if (at_ > begin || at_reserved()) return TokenKind::reserved;
  if (!skip_character()) return TokenKind::end;
  return fail(begin, "illegal character").kind;
}

/// At "(@". An annotation of no interest is skipped and gives a reserved token.
Token Lexer::annotation() {
  const std::uint32_t begin = at_;
  at_ += 2;
  const std::uint32_t id = at_;
  if (peek() == '"') {
    if (peek(1) == '"' || peek(1) == '\n') return fail(begin, "empty annotation id");
    if (!skip_string()) return {TokenKind::end, at_, at_};
    std::string bytes;
    append_string(text_.substr(id, at_ - id), bytes);
    if (!is_utf8(bytes)) return fail(begin, "malformed UTF-8 encoding");
  } else {
    skip_idchars();
    if (at_ == id) return fail(begin, "empty annotation id");
    if (is_known_annotation(text_.substr(id, at_ - id))) return {TokenKind::annotation, begin, at_};
  }
  if (!skip_annotation(begin)) return {TokenKind::end, at_, at_};
  return {TokenKind::reserved, begin, at_};
}

bool Lexer::skip_annotation(std::uint32_t begin) {
  for (std::uint32_t depth = 1; depth > 0;) {
    if (!skip_space()) return false;
    if (at_ == size()) return fail(begin, "unclosed annotation"), false;
    if (text_[at_] == '(') {
      ++depth, ++at_;
    } else if (text_[at_] == ')') {
      --depth, ++at_;
    } else if (word(true).kind == TokenKind::end) {
      return false;
    }
  }
  return true;
}

}  // namespace wrun::inline v0::wat
