#include "lib/text/script_values.hpp"

#include "lib/text/number_immediates.hpp"

namespace wrun::inline v0::wat {
namespace {

NanPattern accept_nan_pattern(Cursor& cursor) {
  if (cursor.accept_keyword("nan:canonical")) return NanPattern::canonical;
  if (cursor.accept_keyword("nan:arithmetic")) return NanPattern::arithmetic;
  return NanPattern::none;
}

void parse_float(Cursor& cursor, unsigned bits, Value& value) {
  value.nan[0] = accept_nan_pattern(cursor);
  if (value.nan[0] == NanPattern::none) value.bits[0] = parse_float_literal(cursor, bits);
}

void parse_vector(Cursor& cursor, Value& value) {
  const LaneShape shape = accept_shape(cursor);
  if (shape.count == 0) return cursor.unexpected("a vector shape");
  value.lane_bits = static_cast<std::uint8_t>(shape.bits);
  value.has_float_lanes = shape.is_float;
  for (unsigned i = 0; i < shape.count && cursor.ok(); ++i) {
    NanPattern nan = NanPattern::none;
    if (shape.is_float) nan = value.nan[i] = accept_nan_pattern(cursor);
    if (nan != NanPattern::none) continue;
    const unsigned at = i * shape.bits;
    value.bits[at / 64] |= parse_lane_value(cursor, shape) << at % 64;
  }
}

struct RefName {
  std::string_view word;
  ValueKind kind;
};

constexpr RefName ref_names[] = {
    {"ref.func", ValueKind::ref_func},     {"ref.extern", ValueKind::ref_extern},
    {"ref.host", ValueKind::ref_host},     {"ref.any", ValueKind::ref_any},
    {"ref.eq", ValueKind::ref_eq},         {"ref.i31", ValueKind::ref_i31},
    {"ref.struct", ValueKind::ref_struct}, {"ref.array", ValueKind::ref_array},
    {"ref.exn", ValueKind::ref_exn}};

struct HeapWord {
  std::string_view word;
  wasm::AbstractHeap heap;
};

constexpr HeapWord heap_words[] = {
    {"func", wasm::AbstractHeap::func},         {"extern", wasm::AbstractHeap::extern_},
    {"any", wasm::AbstractHeap::any},           {"eq", wasm::AbstractHeap::eq},
    {"i31", wasm::AbstractHeap::i31},           {"struct", wasm::AbstractHeap::struct_},
    {"array", wasm::AbstractHeap::array},       {"exn", wasm::AbstractHeap::exn},
    {"none", wasm::AbstractHeap::none},         {"nofunc", wasm::AbstractHeap::nofunc},
    {"noextern", wasm::AbstractHeap::noextern}, {"noexn", wasm::AbstractHeap::noexn}};

/// A script can't say of which module a type index or identifier is: it matches every null.
void parse_null(Cursor& cursor, Value& value) {
  value.kind = ValueKind::ref_null;
  if (cursor.accept(TokenKind::id) || cursor.accept(TokenKind::number)) return;
  for (const HeapWord& known : heap_words)
    if (cursor.accept_keyword(known.word)) value.heap = known.heap;
}

void parse_reference(Cursor& cursor, Value& value) {
  if (cursor.accept_keyword("ref.null")) return parse_null(cursor, value);
  for (const RefName& known : ref_names) {
    if (!cursor.accept_keyword(known.word)) continue;
    value.kind = known.kind;
    if (cursor.at(TokenKind::number)) value.operand = cursor.expect_u32();
    return;
  }
  cursor.unexpected("a value");
}

/// One constant; not `either`.
Value parse_single(Cursor& cursor) {
  Value value;
  cursor.expect(TokenKind::left);
  if (cursor.accept_keyword("i32.const")) {
    value.bits[0] = parse_integer_literal(cursor, 32);
  } else if (cursor.accept_keyword("i64.const")) {
    value.kind = ValueKind::i64;
    value.bits[0] = parse_integer_literal(cursor, 64);
  } else if (cursor.accept_keyword("f32.const")) {
    value.kind = ValueKind::f32;
    parse_float(cursor, 32, value);
  } else if (cursor.accept_keyword("f64.const")) {
    value.kind = ValueKind::f64;
    parse_float(cursor, 64, value);
  } else if (cursor.accept_keyword("v128.const")) {
    value.kind = ValueKind::v128;
    parse_vector(cursor, value);
  } else {
    parse_reference(cursor, value);
  }
  cursor.expect_close();
  return value;
}

}  // namespace

Value parse_value(Cursor& cursor) {
  if (!cursor.accept_open("either")) return parse_single(cursor);
  Value value;
  value.kind = ValueKind::either;
  while (cursor.at(TokenKind::left)) value.alternatives.push_back(parse_single(cursor));
  cursor.expect_close();
  return value;
}

}  // namespace wrun::inline v0::wat
