#include "lib/text/number_immediates.hpp"

#include <bit>

#include "lib/text/keywords.hpp"

namespace wrun::inline v0::wat {
namespace {

/// Reports what is wrong with the current token, or takes it.
bool take_literal(Cursor& cursor, LiteralStatus status, std::string_view expected,
                  std::string_view range_message) {
  if (status == LiteralStatus::ok) return cursor.advance(), true;
  if (status == LiteralStatus::ill_formed) return cursor.unexpected(expected), false;
  cursor.errors().malformed(cursor.offset(), "{}", range_message);
  return false;
}

/// At a number, or at inf, nan and the like.
bool at_number(const Cursor& cursor) {
  return cursor.at(TokenKind::number) ||
         (cursor.at(TokenKind::keyword) && is_number(cursor.spelling()));
}

bool at_literal(const Cursor& cursor) {
  return cursor.at(TokenKind::number) || cursor.at(TokenKind::keyword);
}

}  // namespace

std::uint64_t parse_integer_literal(Cursor& cursor, unsigned bits) {
  std::uint64_t value = 0;
  const LiteralStatus status = at_literal(cursor) ? parse_integer(cursor.spelling(), bits, value)
                                                  : LiteralStatus::ill_formed;
  return take_literal(cursor, status, "an integer", "constant out of range") ? value : 0;
}

std::uint64_t parse_float_literal(Cursor& cursor, unsigned bits) {
  std::uint64_t value = 0;
  LiteralStatus status = LiteralStatus::ill_formed;
  if (at_literal(cursor) && bits == 32) {
    std::uint32_t narrow = 0;
    status = wat::parse_f32(cursor.spelling(), narrow);
    value = narrow;
  } else if (at_literal(cursor)) {
    status = wat::parse_f64(cursor.spelling(), value);
  }
  return take_literal(cursor, status, "a number", "constant out of range") ? value : 0;
}

void parse_i32(Cursor& cursor, Encoder& out) {
  out.s64(static_cast<std::int32_t>(parse_integer_literal(cursor, 32)));
}

void parse_i64(Cursor& cursor, Encoder& out) {
  out.s64(static_cast<std::int64_t>(parse_integer_literal(cursor, 64)));
}

void parse_f32(Cursor& cursor, Encoder& out) {
  out.fixed(parse_float_literal(cursor, 32), 4);
}

void parse_f64(Cursor& cursor, Encoder& out) {
  out.fixed(parse_float_literal(cursor, 64), 8);
}

LaneShape accept_shape(Cursor& cursor) {
  struct Named {
    std::string_view name;
    LaneShape shape;
  };
  constexpr Named shapes[] = {{"i8x16", {16, 8, false}}, {"i16x8", {8, 16, false}},
                              {"i32x4", {4, 32, false}}, {"i64x2", {2, 64, false}},
                              {"f32x4", {4, 32, true}},  {"f64x2", {2, 64, true}}};
  for (const Named& named : shapes)
    if (cursor.accept_keyword(named.name)) return named.shape;
  return {};
}

std::uint64_t parse_lane_value(Cursor& cursor, const LaneShape& shape) {
  return shape.is_float ? parse_float_literal(cursor, shape.bits)
                        : parse_integer_literal(cursor, shape.bits);
}

void parse_v128(Cursor& cursor, Encoder& out) {
  const LaneShape shape = accept_shape(cursor);
  if (shape.count == 0) return cursor.unexpected("a vector shape");
  const std::uint32_t begin = cursor.offset();
  unsigned count = 0;
  for (; at_number(cursor); cursor.advance()) ++count;
  if (!cursor.ok()) return;
  if (cursor.at(TokenKind::reserved) ||
      (cursor.at(TokenKind::keyword) && !is_known_keyword(cursor.spelling())))
    return cursor.unexpected("a lane");
  if (count != shape.count)
    return cursor.errors().malformed(begin, "wrong number of lane literals: {}, expected {}", count,
                                     shape.count);
  cursor.seek(begin);
  for (unsigned i = 0; i < shape.count && cursor.ok(); ++i)
    out.fixed(parse_lane_value(cursor, shape), shape.bits / 8);
}

std::uint32_t parse_lane(Cursor& cursor) {
  std::uint64_t value = 0;
  LiteralStatus status = LiteralStatus::ill_formed;
  if (cursor.at(TokenKind::number)) status = parse_unsigned(cursor.spelling(), 0xff, value);
  take_literal(cursor, status, "a lane number", "i8 constant out of range");
  return static_cast<std::uint32_t>(value);
}

void parse_shuffle_lanes(Cursor& cursor, Encoder& out) {
  for (unsigned i = 0; i < 16 && cursor.ok(); ++i) {
    if (!at_number(cursor))
      return cursor.errors().malformed(cursor.offset(), "invalid lane length: {}, expected 16", i);
    std::uint64_t lane = 0;
    const LiteralStatus status = parse_unsigned(cursor.spelling(), 0xff, lane);
    if (status != LiteralStatus::ok && is_number(cursor.spelling()))
      return cursor.errors().malformed(cursor.offset(), "i8 constant out of range");
    out.u8(parse_lane(cursor));
  }
  if (cursor.at(TokenKind::number))
    cursor.errors().malformed(cursor.offset(), "invalid lane length: more than 16");
}

namespace {

/// At prefix=n: takes it.
bool accept_assignment(Cursor& cursor, std::string_view prefix, std::uint64_t& value) {
  if (!cursor.at(TokenKind::keyword) || !cursor.spelling().starts_with(prefix)) return false;
  const auto status =
      parse_unsigned(cursor.spelling().substr(prefix.size()), ~std::uint64_t{0}, value);
  return take_literal(cursor, status, "a natural number", "i64 constant out of range");
}

}  // namespace

std::uint64_t parse_offset(Cursor& cursor) {
  std::uint64_t offset = 0;
  accept_assignment(cursor, "offset=", offset);
  return offset;
}

std::uint32_t parse_alignment(Cursor& cursor, unsigned natural) {
  std::uint64_t alignment = natural;
  const std::uint32_t begin = cursor.offset();
  accept_assignment(cursor, "align=", alignment);
  if (!std::has_single_bit(alignment))
    cursor.errors().malformed(begin, "alignment must be a power of two");
  return static_cast<std::uint32_t>(std::countr_zero(alignment));
}

}  // namespace wrun::inline v0::wat
