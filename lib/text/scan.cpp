#include "lib/text/module_parser.hpp"
#include "lib/text/type_parser.hpp"

namespace wrun::inline v0::wat {
namespace {

using wasm::ExternKind;

constexpr std::string_view definition_names[] = {"function", "table", "memory", "global", "tag"};

std::optional<ExternKind> extern_kind(std::string_view word) {
  if (word == "func") return ExternKind::func;
  if (word == "table") return ExternKind::table;
  if (word == "memory") return ExternKind::memory;
  if (word == "global") return ExternKind::global;
  if (word == "tag") return ExternKind::tag;
  return std::nullopt;
}

}  // namespace

void ModuleParser::scan() {
  while (cursor_.at(TokenKind::left) || cursor_.at(TokenKind::annotation)) {
    if (cursor_.at(TokenKind::left)) {
      scan_field();
    } else {
      if (cursor_.at_annotation("metadata.code.branch_hint"))
        return cursor_.errors().malformed(
            cursor_.offset(), "@metadata.code.branch_hint annotation: not in a function");
      if (!cursor_.at_annotation("custom")) return cursor_.unexpected();
      fields_.push_back({FieldKind::custom, cursor_.offset()});
      cursor_.skip_group();
    }
  }
}

void ModuleParser::scan_field() {
  struct Named {
    std::string_view word;
    FieldKind kind;
  };
  static constexpr Named kinds[] = {
      {"func", FieldKind::func},     {"type", FieldKind::type},      {"rec", FieldKind::type},
      {"import", FieldKind::import}, {"global", FieldKind::global},  {"table", FieldKind::table},
      {"memory", FieldKind::memory}, {"export", FieldKind::export_}, {"elem", FieldKind::elem},
      {"data", FieldKind::data},     {"start", FieldKind::start},    {"tag", FieldKind::tag}};
  const std::uint32_t begin = cursor_.offset();
  const std::string_view word =
      cursor_.ahead().kind == TokenKind::keyword ? cursor_.spelling(cursor_.ahead()) : "";
  for (const Named& named : kinds) {
    if (named.word != word) continue;
    fields_.push_back({named.kind, begin});
    cursor_.advance();
    switch (named.kind) {
      case FieldKind::type:
        return scan_type();
      case FieldKind::import:
        return scan_import();
      case FieldKind::elem:
        return scan_segment(module_.elements);
      case FieldKind::data:
        return scan_segment(module_.data);
      case FieldKind::export_:
      case FieldKind::start:
        cursor_.skip_to_close();
        return;
      default:
        return scan_definition(named.kind);
    }
  }
  cursor_.advance();
  cursor_.unexpected("a module field");
}

void ModuleParser::scan_type() {
  const auto bind = [&] {
    cursor_.expect_keyword("type");
    parse_binding(context_, module_.types, module_.types.add());
    cursor_.skip_to_close();
  };
  if (!cursor_.accept_keyword("rec")) return bind();
  while (cursor_.accept(TokenKind::left)) bind();
  cursor_.expect_close();
}

void ModuleParser::define(ExternKind kind, bool is_import, std::uint32_t offset) {
  if (!is_import) {
    if (first_definition_.empty()) first_definition_ = definition_names[static_cast<int>(kind)];
  } else if (!first_definition_.empty()) {
    cursor_.errors().malformed(offset, "import after {}", first_definition_);
  }
}

void ModuleParser::scan_import() {
  const std::uint32_t offset = cursor_.offset();
  cursor_.advance();
  cursor_.expect(TokenKind::string);
  cursor_.expect(TokenKind::string);
  cursor_.expect(TokenKind::left);
  if (!cursor_.at(TokenKind::keyword)) return cursor_.unexpected("an import's type");
  const std::optional<ExternKind> kind = extern_kind(cursor_.spelling());
  if (!kind) return cursor_.unexpected("an import's type");
  cursor_.advance();
  define(*kind, true, offset);
  IndexSpace& space = module_.space(*kind);
  parse_binding(context_, space, space.add());
  cursor_.skip_to_close();
  cursor_.expect_close();
}

void ModuleParser::scan_definition(FieldKind kind) {
  const std::uint32_t offset = cursor_.offset();
  const ExternKind extern_ = *extern_kind(cursor_.spelling());
  cursor_.advance();
  IndexSpace& space = module_.space(extern_);
  parse_binding(context_, space, space.add());
  while (cursor_.at_open("export")) cursor_.skip_group();
  const bool is_import = cursor_.at_open("import");
  define(extern_, is_import, offset);
  if (!is_import) scan_inline_segment(kind);
  cursor_.skip_to_close();
}

/// A table or memory with its contents takes an index of its segment kind.
void ModuleParser::scan_inline_segment(FieldKind kind) {
  if (kind != FieldKind::table && kind != FieldKind::memory) return;
  parse_address_type(cursor_);
  if (kind == FieldKind::memory) {
    if (cursor_.at_open("pagesize")) cursor_.skip_group();
    if (cursor_.at_open("data")) module_.data.add();
  } else if (!cursor_.at(TokenKind::number) && cursor_.ok()) {
    module_.elements.add();
  }
}

void ModuleParser::scan_segment(IndexSpace& space) {
  cursor_.advance();
  parse_binding(context_, space, space.add());
  cursor_.skip_to_close();
}

}  // namespace wrun::inline v0::wat
