#include "lib/text/module_parser.hpp"

#include <algorithm>

#include "lib/text/type_parser.hpp"

namespace wrun::inline v0::wat {
namespace {

using wasm::ExternKind;
using wasm::SectionId;

struct NamedKind {
  std::string_view word;
  ExternKind kind;
};

constexpr NamedKind extern_kinds[] = {{"func", ExternKind::func},
                                      {"table", ExternKind::table},
                                      {"memory", ExternKind::memory},
                                      {"global", ExternKind::global},
                                      {"tag", ExternKind::tag}};

}  // namespace

void ModuleParser::parse_fields() {
  scan();
  const std::uint32_t end = cursor_.offset();
  // Types first: a function's text may use a type that comes later.
  for (const Field& field : fields_) {
    if (!cursor_.ok()) return;
    if (field.kind != FieldKind::type) continue;
    cursor_.seek(field.begin);
    parse_type_definition(context_);
  }
  for (const Field& field : fields_) {
    if (!cursor_.ok()) return;
    if (field.kind != FieldKind::type) parse_field(field);
  }
  if (cursor_.ok()) cursor_.seek(end);
}

void ModuleParser::parse_field(const Field& field) {
  cursor_.seek(field.begin);
  cursor_.advance();
  if (field.kind == FieldKind::custom) return custom_annotation();
  cursor_.advance();
  switch (field.kind) {
    case FieldKind::import:
      import_field();
      break;
    case FieldKind::func:
      function(field.begin);
      break;
    case FieldKind::table:
      table(field.begin);
      break;
    case FieldKind::memory:
      memory(field.begin);
      break;
    case FieldKind::global:
      global(field.begin);
      break;
    case FieldKind::tag:
      tag(field.begin);
      break;
    case FieldKind::export_:
      export_field();
      break;
    case FieldKind::start:
      start_field(field.begin);
      break;
    case FieldKind::elem:
      element_segment(field.begin);
      break;
    default:
      data_segment(field.begin);
      break;
  }
  cursor_.expect_close();
}

void ModuleParser::import_field() {
  Encoder& out = module_.entry(SectionId::import, cursor_.offset());
  out.name(cursor_.expect_name());
  out.name(cursor_.expect_name());
  cursor_.expect(TokenKind::left);
  for (const NamedKind& named : extern_kinds) {
    if (!cursor_.accept_keyword(named.word)) continue;
    skip_binding(cursor_);
    ++next_[static_cast<int>(named.kind)];
    import_description(named.kind, out);
    break;
  }
  cursor_.expect_close();
}

void ModuleParser::import_description(ExternKind kind, Encoder& out) {
  out.u8(static_cast<std::uint32_t>(kind));
  switch (kind) {
    case ExternKind::func: {
      IndexSpace locals("local");
      return out.u32(parse_type_index(context_, &locals));
    }
    case ExternKind::table:
      return out.table_type(parse_table_type(context_));
    case ExternKind::memory: {
      wasm::MemoryType type;
      type.limits.is_64 = parse_address_type(cursor_);
      parse_memory_type(cursor_, type);
      return out.memory_type(type);
    }
    case ExternKind::global:
      return out.global_type(parse_global_type(context_));
    case ExternKind::tag: {
      IndexSpace params("param");
      out.u8(0);
      return out.u32(parse_type_index(context_, &params));
    }
  }
}

void ModuleParser::export_field() {
  Encoder& out = module_.entry(SectionId::export_, cursor_.offset());
  out.name(cursor_.expect_name());
  cursor_.expect(TokenKind::left);
  for (const NamedKind& named : extern_kinds) {
    if (!cursor_.accept_keyword(named.word)) continue;
    out.u8(static_cast<std::uint32_t>(named.kind));
    out.u32(parse_index(context_, module_.space(named.kind)));
    return cursor_.expect_close();
  }
  cursor_.unexpected("func, table, memory, global or tag");
}

void ModuleParser::start_field(std::uint32_t begin) {
  if (module_.section(SectionId::start).count > 0)
    return cursor_.errors().malformed(begin, "multiple start sections");
  module_.entry(SectionId::start, begin).u32(parse_index(context_, module_.functions));
}

/// After the identifier of a definition: (export "n")* (import "m" "n")?
ModuleParser::Head ModuleParser::definition_head(ExternKind kind, std::uint32_t begin) {
  skip_binding(cursor_);
  Head head{next_[static_cast<int>(kind)]++, false};
  while (cursor_.at_open("export")) {
    Encoder& out = module_.entry(SectionId::export_, cursor_.offset());
    cursor_.accept_open("export");
    out.name(cursor_.expect_name());
    out.u8(static_cast<std::uint32_t>(kind));
    out.u32(head.index);
    cursor_.expect_close();
  }
  if (!cursor_.accept_open("import")) return head;
  head.is_import = true;
  Encoder& out = module_.entry(SectionId::import, begin);
  out.name(cursor_.expect_name());
  out.name(cursor_.expect_name());
  cursor_.expect_close();
  import_description(kind, out);
  return head;
}

void ModuleParser::function(std::uint32_t begin) {
  const Head head = definition_head(ExternKind::func, begin);
  if (!head.is_import) function_body(head.index, begin);
}

void ModuleParser::function_body(std::uint32_t index, std::uint32_t begin) {
  IndexSpace& locals = instructions_.scope().locals;
  locals.reset();
  instructions_.start();
  const std::uint32_t type = parse_type_index(context_, &locals);
  module_.entry(SectionId::function, begin).u32(type);
  body_.clear();
  marks_.clear();
  local_declarations(body_);
  instructions_.allow_hints(true);
  instructions_.sequence(body_, marks_);
  instructions_.allow_hints(false);
  if (auto hints = instructions_.take_hints(); !hints.empty())
    module_.branch_hints.emplace_back(index, std::move(hints));
  if (!locals.names().empty()) module_.local_names[index] = locals.names();
  const LabelStack& labels = instructions_.scope().labels;
  if (!labels.names().empty()) module_.label_names[index] = labels.names();

  Encoder& out = module_.entry(SectionId::code, begin);
  out.u32(body_.size());
  Marks& marks = module_.section(SectionId::code).marks;
  for (const auto& mark : marks_) marks.push_back({out.size() + mark.binary, mark.text});
  out.bytes(body_.data());
}

/// (local ...)*, as runs of equal types.
void ModuleParser::local_declarations(Encoder& out) {
  IndexSpace& locals = instructions_.scope().locals;
  std::vector<std::pair<std::uint32_t, wasm::ValType>> runs;
  const auto declare = [&] {
    const wasm::ValType type = parse_value_type(context_);
    if (runs.empty() || runs.back().second != type) runs.emplace_back(0, type);
    ++runs.back().first;
  };
  while (cursor_.accept_open("local")) {
    if (cursor_.at(TokenKind::id) || cursor_.at(TokenKind::annotation)) {
      parse_binding(context_, locals, locals.add());
      declare();
    } else {
      for (; !cursor_.at(TokenKind::right) && cursor_.ok(); locals.add()) declare();
    }
    cursor_.expect_close();
  }
  out.u64(runs.size());
  for (const auto& [count, type] : runs) {
    out.u32(count);
    out.value_type(type);
  }
}

void ModuleParser::table(std::uint32_t begin) {
  const Head head = definition_head(ExternKind::table, begin);
  if (head.is_import) return;
  wasm::TableType type;
  type.limits.is_64 = parse_address_type(cursor_);
  if (!cursor_.at(TokenKind::number)) {
    type.element = parse_ref_type(context_);
    return inline_elements(head.index, type, begin);
  }
  parse_limits(cursor_, type.limits);
  type.element = parse_ref_type(context_);
  const bool has_init = !cursor_.at(TokenKind::right);
  SectionText& section = module_.section(SectionId::table);
  Encoder& out = module_.entry(SectionId::table, begin);
  if (has_init) out.u8(0x40), out.u8(0);
  out.table_type(type);
  if (has_init) {
    instructions_.start();
    instructions_.sequence(out, section.marks);
  }
}

void ModuleParser::memory(std::uint32_t begin) {
  const Head head = definition_head(ExternKind::memory, begin);
  if (head.is_import) return;
  wasm::MemoryType type;
  type.limits.is_64 = parse_address_type(cursor_);
  parse_page_size(cursor_, type);
  if (cursor_.at_open("data")) return inline_data(head.index, type, begin);
  parse_memory_type(cursor_, type);
  module_.entry(SectionId::memory, begin).memory_type(type);
}

void ModuleParser::global(std::uint32_t begin) {
  const Head head = definition_head(ExternKind::global, begin);
  if (head.is_import) return;
  Encoder& out = module_.entry(SectionId::global, begin);
  out.global_type(parse_global_type(context_));
  instructions_.start();
  instructions_.sequence(out, module_.section(SectionId::global).marks);
}

void ModuleParser::tag(std::uint32_t begin) {
  const Head head = definition_head(ExternKind::tag, begin);
  if (head.is_import) return;
  IndexSpace params("param");
  const std::uint32_t type = parse_type_index(context_, &params);
  Encoder& out = module_.entry(SectionId::tag, begin);
  out.u8(0);
  out.u32(type);
}

/// After "(@custom": "name" ((before|after section))? "contents"*
/// https://webassembly.github.io/spec/core/appendix/custom.html#custom-annotations
void ModuleParser::custom_annotation() {
  CustomText custom;
  if (!cursor_.at(TokenKind::string))
    return cursor_.errors().malformed(cursor_.offset(), "@custom annotation: missing section name");
  append_string(cursor_.spelling(), custom.name);
  if (!is_utf8(custom.name))
    return cursor_.errors().malformed(cursor_.offset(),
                                      "@custom annotation: malformed UTF-8 encoding");
  cursor_.advance();
  if (cursor_.at(TokenKind::left)) custom.place = custom_place();
  custom.payload = cursor_.take_strings();
  if (!cursor_.at(TokenKind::right))
    return cursor_.errors().malformed(cursor_.offset(), "@custom annotation: unexpected token");
  cursor_.advance();
  module_.customs.push_back(std::move(custom));
}

std::size_t ModuleParser::custom_place() {
  cursor_.advance();
  const std::uint32_t begin = cursor_.offset();
  const bool is_after = cursor_.at_keyword("after");
  const auto fail = [&](std::string_view what) {
    cursor_.errors().malformed(begin, "@custom annotation: malformed {}", what);
    return section_order.size();
  };
  if (!is_after && !cursor_.at_keyword("before")) return fail("placement");
  cursor_.advance();
  const std::string_view word = cursor_.at(TokenKind::keyword) ? cursor_.spelling() : "";
  std::size_t place = section_order.size() + 1;
  if (word == "first" && !is_after) place = 0;
  if (word == "last" && is_after) place = section_order.size();
  for (std::size_t i = 0; i < section_order.size(); ++i)
    if (!word.empty() && placement_name(section_order[i]) == word) place = i + is_after;
  if (place > section_order.size()) return fail("section kind");
  cursor_.advance();
  cursor_.expect_close();
  return place;
}

}  // namespace wrun::inline v0::wat
