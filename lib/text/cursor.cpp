#include "lib/text/cursor.hpp"

#include "lib/text/keywords.hpp"

namespace wrun::inline v0::wat {
namespace {

std::string_view describe(TokenKind kind) {
  switch (kind) {
    case TokenKind::left:
      return "\"(\"";
    case TokenKind::right:
      return "\")\"";
    case TokenKind::keyword:
      return "a keyword";
    case TokenKind::number:
      return "a number";
    case TokenKind::id:
      return "an identifier";
    case TokenKind::string:
      return "a string";
    default:
      return "the end";
  }
}

}  // namespace

const Token& Cursor::ahead() {
  if (!has_ahead_) {
    ahead_ = lexer_.next();
    has_ahead_ = true;
    if (!ok()) token_.kind = TokenKind::end;
  }
  return ahead_;
}

void Cursor::advance() {
  if (!ok()) {
    token_.kind = TokenKind::end;
  } else if (has_ahead_) {
    token_ = ahead_;
    has_ahead_ = false;
  } else {
    token_ = lexer_.next();
  }
}

void Cursor::seek(std::uint32_t offset) {
  lexer_.seek(offset);
  has_ahead_ = false;
  advance();
}

bool Cursor::accept(TokenKind wanted) {
  if (!at(wanted)) return false;
  advance();
  return true;
}

bool Cursor::accept_keyword(std::string_view word) {
  if (!at_keyword(word)) return false;
  advance();
  return true;
}

bool Cursor::accept_open(std::string_view word) {
  if (!at_open(word)) return false;
  advance();
  advance();
  return true;
}

void Cursor::expect(TokenKind wanted) {
  if (!accept(wanted)) unexpected(describe(wanted));
}

void Cursor::expect_keyword(std::string_view word) {
  if (!accept_keyword(word)) unexpected(word);
}

std::uint32_t Cursor::skip_to_close() {
  for (std::uint32_t depth = 1;; advance()) {
    if (at(TokenKind::left) || at(TokenKind::annotation)) ++depth;
    if (at(TokenKind::end)) return unexpected("\")\""), token_.end;
    if (!at(TokenKind::right) || --depth > 0) continue;
    const std::uint32_t end = token_.end;
    advance();
    return end;
  }
}

std::uint32_t Cursor::skip_group() {
  advance();
  return skip_to_close();
}

std::string Cursor::expect_string() {
  std::string bytes;
  if (at(TokenKind::string)) append_string(spelling(), bytes);
  expect(TokenKind::string);
  return bytes;
}

std::string Cursor::expect_name() {
  const std::uint32_t begin = offset();
  std::string name = expect_string();
  if (!is_utf8(name)) errors_.malformed(begin, "malformed UTF-8 encoding");
  return name;
}

std::string Cursor::take_strings() {
  std::string bytes;
  for (; at(TokenKind::string); advance()) append_string(spelling(), bytes);
  return bytes;
}

bool Cursor::at_unsigned() const {
  return at(TokenKind::number) && spelling().front() >= '0' && spelling().front() <= '9';
}

std::uint32_t Cursor::expect_u32() {
  std::uint64_t value = 0;
  const LiteralStatus status = at(TokenKind::number)
                                   ? parse_unsigned(spelling(), 0xffff'ffff, value)
                                   : LiteralStatus::ill_formed;
  if (status == LiteralStatus::ill_formed) return unexpected("a natural number"), 0;
  if (status == LiteralStatus::out_of_range)
    return errors_.malformed(offset(), "i32 constant out of range"), 0;
  advance();
  return static_cast<std::uint32_t>(value);
}

std::uint64_t Cursor::expect_u64() {
  std::uint64_t value = 0;
  const LiteralStatus status = at(TokenKind::number)
                                   ? parse_unsigned(spelling(), ~std::uint64_t{0}, value)
                                   : LiteralStatus::ill_formed;
  if (status == LiteralStatus::ill_formed) return unexpected("a natural number"), 0;
  if (status == LiteralStatus::out_of_range)
    return errors_.malformed(offset(), "i64 constant out of range"), 0;
  advance();
  return value;
}

void Cursor::unexpected(std::string_view expected) {
  if (!ok()) return;
  const std::string_view word = spelling();
  const auto hint = expected.empty() ? std::string() : compose(", expected {}", expected);
  const bool is_unknown = at(TokenKind::reserved) ||
                          (at(TokenKind::keyword) && !is_known_keyword(word)) ||
                          (at(TokenKind::number) && !is_number(word));
  if (is_unknown) {
    errors_.malformed(offset(), "unknown operator {}", word.substr(0, 80));
  } else if (at(TokenKind::annotation)) {
    errors_.malformed(offset(), "misplaced {} annotation", word.substr(1));
  } else if (at(TokenKind::end)) {
    errors_.malformed(offset(), "unexpected token: the text ends{}", hint);
  } else {
    errors_.malformed(offset(), "unexpected token {}{}", word.substr(0, 80), hint);
  }
  token_.kind = TokenKind::end;
}

}  // namespace wrun::inline v0::wat
