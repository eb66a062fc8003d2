#pragma once

// Immediates that are numbers, from text to their binary form.

#include <cstdint>

#include "lib/text/cursor.hpp"
#include "lib/text/encoder.hpp"

namespace wrun::inline v0::wat {

void parse_i32(Cursor& cursor, Encoder& out);
void parse_i64(Cursor& cursor, Encoder& out);
void parse_f32(Cursor& cursor, Encoder& out);
void parse_f64(Cursor& cursor, Encoder& out);
/// shape and lanes
void parse_v128(Cursor& cursor, Encoder& out);
void parse_shuffle_lanes(Cursor& cursor, Encoder& out);
/// A lane number of 8 bits.
std::uint32_t parse_lane(Cursor& cursor);

/// offset=n, or 0 without it.
std::uint64_t parse_offset(Cursor& cursor);
/// align=n as its logarithm, or that of `natural` without it.
std::uint32_t parse_alignment(Cursor& cursor, unsigned natural);

/// A lane's shape: i8x16, ...
struct LaneShape {
  unsigned count = 0;
  unsigned bits = 0;
  bool is_float = false;
};
/// At a shape: takes it. A count of 0 if there is none.
LaneShape accept_shape(Cursor& cursor);
/// One lane of that shape, as its bits.
std::uint64_t parse_lane_value(Cursor& cursor, const LaneShape& shape);

/// One literal as its bits.
std::uint64_t parse_integer_literal(Cursor& cursor, unsigned bits);
std::uint64_t parse_float_literal(Cursor& cursor, unsigned bits);

}  // namespace wrun::inline v0::wat
