#include "lib/text/immediates.hpp"

#include <bit>

#include "lib/text/keywords.hpp"
#include "lib/text/number_immediates.hpp"
#include "lib/text/type_parser.hpp"

namespace wrun::inline v0::wat {
namespace {

using wasm::Imm;
using wasm::Op;

/// Writes the immediates of one instruction; the opcode too, since some immediates decide it.
class ImmediateParser {
 public:
  ImmediateParser(Context& context, BodyScope& scope, Op op, Encoder& out)
      : context_(context),
        cursor_(context.cursor),
        module_(context.module),
        scope_(scope),
        op_(op),
        out_(out) {}

  void parse() {
    const Imm imm = wasm::info(op_).imm;
    if (op_ == Op::select) return select();
    if (imm == Imm::heap_type && op_ != Op::ref_null) return reference_test();
    out_.opcode(wasm::info(op_).code);
    if (const unsigned width = wasm::access_width(imm)) return memory_access(imm, width);
    if (number_immediate(imm)) return;
    if (!plain_index(imm)) compound(imm);
  }

 private:
  void index(const IndexSpace& space) { out_.u32(parse_index(context_, space)); }
  void optional_index(const IndexSpace& space) { out_.u32(parse_optional_index(context_, space)); }
  void data_index() {
    module_.uses_data_indices = true;
    index(module_.data);
  }
  void label() { out_.u32(parse_label(context_, scope_.labels)); }

  /// offset=n or align=n
  bool is_assignment(const Token& token) const {
    const std::string_view word = cursor_.spelling(token);
    return word.starts_with("offset=") || word.starts_with("align=");
  }

  bool number_immediate(Imm imm);
  bool plain_index(Imm imm);
  void compound(Imm imm);
  void select();
  void reference_test();
  void memory_access(Imm imm, unsigned width);
  void label_table();
  void call_indirect();
  void two_optional(const IndexSpace& space);
  void segment_and_space(const IndexSpace& segments, const IndexSpace& space);
  void cast_branch();
  void type_field();

  Context& context_;
  Cursor& cursor_;
  ModuleBuilder& module_;
  BodyScope& scope_;
  Op op_;
  Encoder& out_;
};

bool ImmediateParser::number_immediate(Imm imm) {
  switch (imm) {
    case Imm::i32:
      return parse_i32(cursor_, out_), true;
    case Imm::i64:
      return parse_i64(cursor_, out_), true;
    case Imm::f32:
      return parse_f32(cursor_, out_), true;
    case Imm::f64:
      return parse_f64(cursor_, out_), true;
    case Imm::v128:
      return parse_v128(cursor_, out_), true;
    case Imm::lanes:
      return parse_shuffle_lanes(cursor_, out_), true;
    case Imm::lane2:
    case Imm::lane4:
    case Imm::lane8:
    case Imm::lane16:
      return out_.u8(parse_lane(cursor_)), true;
    case Imm::fence:
      return out_.u8(0), true;
    case Imm::none:
      return true;
    default:
      return false;
  }
}

bool ImmediateParser::plain_index(Imm imm) {
  switch (imm) {
    case Imm::label:
      return label(), true;
    case Imm::func:
      return index(module_.functions), true;
    case Imm::type:
      return index(module_.types), true;
    case Imm::tag:
      return index(module_.tags), true;
    case Imm::local:
      return index(scope_.locals), true;
    case Imm::global:
      return index(module_.globals), true;
    case Imm::table:
      return optional_index(module_.tables), true;
    case Imm::memory:
      return optional_index(module_.memories), true;
    case Imm::elem:
      return index(module_.elements), true;
    case Imm::data:
      return data_index(), true;
    case Imm::heap_type:
      return out_.heap_type(parse_heap_type(context_)), true;
    default:
      return false;
  }
}

void ImmediateParser::compound(Imm imm) {
  switch (imm) {
    case Imm::label_table:
      return label_table();
    case Imm::type_table:
      return call_indirect();
    case Imm::table_table:
      return two_optional(module_.tables);
    case Imm::memory_memory:
      return two_optional(module_.memories);
    case Imm::elem_table:
      return segment_and_space(module_.elements, module_.tables);
    case Imm::data_memory:
      module_.uses_data_indices = true;
      return segment_and_space(module_.data, module_.memories);
    case Imm::br_cast:
      return cast_branch();
    case Imm::type_field:
      return type_field();
    case Imm::type_u32:
      index(module_.types);
      return out_.u32(cursor_.expect_u32());
    case Imm::type_data:
      index(module_.types);
      return data_index();
    case Imm::type_elem:
      index(module_.types);
      return index(module_.elements);
    case Imm::type_type:
      index(module_.types);
      return index(module_.types);
    default:
      return cursor_.unexpected();
  }
}

void ImmediateParser::select() {
  if (!cursor_.at_open("result")) return out_.opcode(wasm::info(Op::select).code);
  out_.opcode(wasm::info(Op::select_t).code);
  Encoder types;
  std::uint32_t count = 0;
  while (cursor_.accept_open("result")) {
    for (; !cursor_.at(TokenKind::right) && cursor_.ok(); ++count)
      types.value_type(parse_value_type(context_));
    cursor_.expect_close();
  }
  out_.u32(count);
  out_.bytes(types.data());
}

/// ref.test and ref.cast: the row after the first is for nullable types.
void ImmediateParser::reference_test() {
  const wasm::ValType type = parse_ref_type(context_);
  const auto row = static_cast<std::uint16_t>(op_) + (type.is_nullable() ? 1 : 0);
  out_.opcode(wasm::info(static_cast<Op>(row)).code);
  out_.heap_type(type.heap());
}

/// memidx? (offset=n)? (align=n)? laneidx?
void ImmediateParser::memory_access(Imm imm, unsigned width) {
  const bool has_lane = imm >= Imm::mem1_lane && imm <= Imm::mem8_lane;
  std::uint32_t memory = 0;
  // A lone number is the lane.
  const bool is_lane = has_lane && cursor_.at(TokenKind::number) &&
                       !at_index(cursor_.ahead().kind) && !is_assignment(cursor_.ahead());
  if (!is_lane) memory = parse_optional_index(context_, module_.memories);
  const std::uint64_t offset = parse_offset(cursor_);
  const std::uint32_t alignment = parse_alignment(cursor_, width);
  out_.u32(alignment | (memory != 0 ? 0x40 : 0));
  if (memory != 0) out_.u32(memory);
  out_.u64(offset);
  if (has_lane) out_.u8(parse_lane(cursor_));
}

void ImmediateParser::label_table() {
  Encoder labels;
  std::uint32_t count = 0;
  do {
    labels.u32(parse_label(context_, scope_.labels));
    ++count;
  } while (at_index(cursor_));
  out_.u32(count - 1);
  out_.bytes(labels.data());
}

void ImmediateParser::call_indirect() {
  const std::uint32_t table = parse_optional_index(context_, module_.tables);
  out_.u32(parse_type_index(context_, nullptr));
  out_.u32(table);
}

/// Two indices or none.
void ImmediateParser::two_optional(const IndexSpace& space) {
  if (!at_index(cursor_)) {
    out_.u32(0);
    return out_.u32(0);
  }
  index(space);
  index(space);
}

/// In text the memory or table comes first and may be absent; in binary it comes last.
void ImmediateParser::segment_and_space(const IndexSpace& segments, const IndexSpace& space) {
  const bool has_space = at_index(cursor_) && at_index(cursor_.ahead().kind);
  const std::uint32_t other = has_space ? parse_index(context_, space) : 0;
  index(segments);
  out_.u32(other);
}

void ImmediateParser::cast_branch() {
  const std::uint32_t target = parse_label(context_, scope_.labels);
  const wasm::ValType from = parse_ref_type(context_);
  const wasm::ValType to = parse_ref_type(context_);
  out_.u8((from.is_nullable() ? 1 : 0) | (to.is_nullable() ? 2 : 0));
  out_.u32(target);
  out_.heap_type(from.heap());
  out_.heap_type(to.heap());
}

void ImmediateParser::type_field() {
  const std::uint32_t type = parse_index(context_, module_.types);
  out_.u32(type);
  static const IndexSpace no_fields("field");
  const auto it = module_.fields.find(type);
  index(it == module_.fields.end() ? no_fields : it->second);
}

}  // namespace

void parse_immediates(Context& context, BodyScope& scope, Op op, Encoder& out) {
  ImmediateParser(context, scope, op, out).parse();
}

std::uint32_t parse_label(Context& context, const LabelStack& labels) {
  Cursor& cursor = context.cursor;
  if (!cursor.at(TokenKind::id)) return cursor.expect_u32();
  const std::uint32_t offset = cursor.offset();
  const std::string_view id = take_id(context);
  const auto index = labels.find(id);
  if (!index) cursor.errors().malformed(offset, "unknown label ${}", id);
  return index.value_or(0);
}

void parse_block_type(Context& context, Encoder& out) {
  const std::uint32_t offset = context.cursor.offset();
  const TypeUse use = parse_type_use(context, nullptr);
  if (use.index || !use.type.params.empty() || use.type.results.size() > 1)
    return out.s64(resolve(context, use, offset));
  if (use.type.results.empty()) return out.u8(0x40);
  out.value_type(use.type.results.front());
}

void parse_catch_clauses(Context& context, BodyScope& scope, Encoder& out) {
  constexpr std::string_view words[] = {"catch", "catch_ref", "catch_all", "catch_all_ref"};
  Cursor& cursor = context.cursor;
  Encoder clauses;
  std::uint32_t count = 0;
  for (unsigned kind = 0; kind < std::size(words);) {
    if (!cursor.accept_open(words[kind])) {
      ++kind;
      continue;
    }
    clauses.u8(kind);
    if (kind < 2) clauses.u32(parse_index(context, context.module.tags));
    clauses.u32(parse_label(context, scope.labels));
    cursor.expect_close();
    ++count;
    kind = 0;
  }
  out.u32(count);
  out.bytes(clauses.data());
}

}  // namespace wrun::inline v0::wat
