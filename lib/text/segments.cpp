#include "lib/text/module_parser.hpp"
#include "lib/text/type_parser.hpp"

namespace wrun::inline v0::wat {

using wasm::SectionId;

/// The elements of a segment, in the binary format.
struct ModuleParser::ElementList {
  wasm::ValType type = wasm::funcref;
  bool is_expressions = false;
  std::uint32_t count = 0;
  Encoder bytes;
  Marks marks;
};

namespace {

using wasm::ValType;

constexpr std::uint32_t passive = 1;    // or declarative, or active with an explicit table
constexpr std::uint32_t explicit_ = 2;  // the table of active ones, or declarative
constexpr std::uint32_t expressions = 4;

void append(SectionText& section, const Encoder& bytes, const Marks& marks) {
  for (const auto& mark : marks)
    section.marks.push_back({section.bytes.size() + mark.binary, mark.text});
  section.bytes.bytes(bytes.data());
}

void constant_zero(bool is_64, Encoder& out) {
  out.opcode(wasm::info(is_64 ? wasm::Op::i64_const : wasm::Op::i32_const).code);
  out.u8(0);
  out.opcode(wasm::info(wasm::Op::end).code);
}

}  // namespace

/// (offset expr) or one folded instruction.
void ModuleParser::offset_expression(Encoder& out, Marks& marks) {
  instructions_.start();
  if (!cursor_.accept_open("offset")) return instructions_.single(out, marks);
  instructions_.sequence(out, marks);
  cursor_.expect_close();
}

/// (table x) or (memory x) of a segment; in WebAssembly 1.0 it was a bare index.
ModuleParser::Target ModuleParser::segment_target(std::string_view word, const IndexSpace& space,
                                                  std::uint32_t& index) {
  if (cursor_.at(TokenKind::number) && cursor_.ahead().kind == TokenKind::left) {
    index = cursor_.expect_u32();
    return Target::bare;
  }
  if (!cursor_.accept_open(word)) return Target::none;
  index = parse_index(context_, space);
  cursor_.expect_close();
  return Target::in_parentheses;
}

void ModuleParser::function_list(ElementList& list) {
  for (; at_index(cursor_); ++list.count) list.bytes.u32(parse_index(context_, module_.functions));
}

/// ((item expr) | (instruction))*
void ModuleParser::expression_list(ElementList& list) {
  list.is_expressions = true;
  for (; cursor_.at(TokenKind::left); ++list.count) {
    instructions_.start();
    if (cursor_.accept_open("item")) {
      instructions_.sequence(list.bytes, list.marks);
      cursor_.expect_close();
    } else {
      instructions_.single(list.bytes, list.marks);
    }
  }
}

/// https://webassembly.github.io/spec/core/text/modules.html#element-segments
void ModuleParser::element_segment(std::uint32_t begin) {
  skip_binding(cursor_);
  const bool is_declarative = cursor_.accept_keyword("declare");
  std::uint32_t table = 0;
  Target target = Target::none;
  if (!is_declarative) target = segment_target("table", module_.tables, table);
  Encoder offset;
  Marks offset_marks;
  const bool is_active =
      !is_declarative &&
      (target != Target::none || (cursor_.at(TokenKind::left) && !at_ref_type(cursor_)));
  if (is_active) offset_expression(offset, offset_marks);

  ElementList list;
  if (at_ref_type(cursor_)) {
    list.type = parse_ref_type(context_);
    expression_list(list);
  } else {
    // The keyword may be absent where the table is.
    const bool needs_keyword = !is_active || target == Target::in_parentheses;
    if (needs_keyword || cursor_.at_keyword("func")) cursor_.expect_keyword("func");
    function_list(list);
  }

  const bool is_funcref = !list.is_expressions || list.type == wasm::funcref;
  std::uint32_t flags = list.is_expressions ? expressions : 0;
  if (is_declarative) {
    flags |= passive | explicit_;
  } else if (!is_active) {
    flags |= passive;
  } else if (table != 0 || !is_funcref) {
    flags |= explicit_;
  }
  SectionText& section = module_.section(SectionId::element);
  Encoder& out = module_.entry(SectionId::element, begin);
  out.u32(flags);
  if (is_active && (flags & explicit_)) out.u32(table);
  append(section, offset, offset_marks);
  if (flags & (passive | explicit_)) {
    if (list.is_expressions)
      out.value_type(list.type);
    else
      out.u8(0);
  }
  out.u32(list.count);
  append(section, list.bytes, list.marks);
}

/// (table reftype (elem ...)): a table of just that size, and an active segment.
void ModuleParser::inline_elements(std::uint32_t table, wasm::TableType type, std::uint32_t begin) {
  if (!cursor_.accept_open("elem")) return cursor_.unexpected("(elem");
  ElementList list;
  list.type = type.element;
  // Functions by index have the type (ref func), which other tables' elements don't match.
  const bool is_functions = !cursor_.at(TokenKind::left);
  if (is_functions && type.element != wasm::funcref) {
    list.is_expressions = true;
    for (; at_index(cursor_); ++list.count) {
      list.bytes.opcode(wasm::info(wasm::Op::ref_func).code);
      list.bytes.u32(parse_index(context_, module_.functions));
      list.bytes.opcode(wasm::info(wasm::Op::end).code);
    }
  } else if (is_functions) {
    function_list(list);
  } else {
    expression_list(list);
  }
  cursor_.expect_close();
  type.limits.min = list.count;
  type.limits.max = list.count;
  module_.entry(SectionId::table, begin).table_type(type);

  const bool is_explicit = table != 0 || type.element != wasm::funcref;
  SectionText& section = module_.section(SectionId::element);
  Encoder& out = module_.entry(SectionId::element, begin);
  out.u32((list.is_expressions ? expressions : 0) | (is_explicit ? explicit_ : 0));
  if (is_explicit) out.u32(table);
  constant_zero(type.limits.is_64, out);
  if (is_explicit) {
    if (list.is_expressions)
      out.value_type(type.element);
    else
      out.u8(0);
  }
  out.u32(list.count);
  append(section, list.bytes, list.marks);
}

/// https://webassembly.github.io/spec/core/text/modules.html#data-segments
void ModuleParser::data_segment(std::uint32_t begin) {
  skip_binding(cursor_);
  std::uint32_t memory = 0;
  const Target target = segment_target("memory", module_.memories, memory);
  const bool is_active = target != Target::none || cursor_.at(TokenKind::left);
  SectionText& section = module_.section(SectionId::data);
  Encoder& out = module_.entry(SectionId::data, begin);
  out.u32(!is_active ? 1 : memory != 0 ? 2 : 0);
  if (memory != 0) out.u32(memory);
  if (is_active) offset_expression(out, section.marks);
  out.name(cursor_.take_strings());
}

/// (memory (data ...)): a memory of just that size, and an active segment.
void ModuleParser::inline_data(std::uint32_t memory, wasm::MemoryType type, std::uint32_t begin) {
  cursor_.accept_open("data");
  const std::string bytes = cursor_.take_strings();
  cursor_.expect_close();
  const std::uint64_t page = std::uint64_t{1} << type.page_size_log2;
  type.limits.min = bytes.size() / page + (bytes.size() % page != 0);
  type.limits.max = type.limits.min;
  module_.entry(SectionId::memory, begin).memory_type(type);
  Encoder& out = module_.entry(SectionId::data, begin);
  out.u32(memory != 0 ? 2 : 0);
  if (memory != 0) out.u32(memory);
  constant_zero(type.limits.is_64, out);
  out.name(bytes);
}

}  // namespace wrun::inline v0::wat
