#pragma once

// A module's fields, in two passes over the text. The first (scan) learns the index spaces and
// their identifiers and skips everything else; then types are parsed; the second pass parses the
// fields in their order and writes the sections.
//
// https://webassembly.github.io/spec/core/text/modules.html

#include <cstdint>
#include <string_view>
#include <vector>

#include "lib/text/context.hpp"
#include "lib/text/instruction_parser.hpp"

namespace wrun::inline v0::wat {

class ModuleParser {
 public:
  ModuleParser(Cursor& cursor, ModuleBuilder& module)
      : cursor_(cursor), module_(module), context_{cursor, module}, instructions_(context_) {}

  /// From the first field to the token after the last.
  void parse_fields();

 private:
  enum class FieldKind : std::uint8_t {
    type,
    import,
    func,
    table,
    memory,
    global,
    tag,
    export_,
    start,
    elem,
    data,
    custom
  };
  struct Field {
    FieldKind kind;
    std::uint32_t begin;
  };
  /// What a definition says before its own part.
  struct Head {
    std::uint32_t index = 0;
    bool is_import = false;
  };

  // scan.cpp
  void scan();
  void scan_field();
  void scan_type();
  void scan_import();
  void scan_definition(FieldKind kind);
  void scan_inline_segment(FieldKind kind);
  void scan_segment(IndexSpace& space);
  void define(wasm::ExternKind kind, bool is_import, std::uint32_t offset);

  // module_parser.cpp
  void parse_field(const Field& field);
  void import_field();
  void import_description(wasm::ExternKind kind, Encoder& out);
  void export_field();
  void start_field(std::uint32_t begin);
  void custom_annotation();
  std::size_t custom_place();
  Head definition_head(wasm::ExternKind kind, std::uint32_t begin);
  void function(std::uint32_t begin);
  void function_body(std::uint32_t index, std::uint32_t begin);
  void local_declarations(Encoder& out);
  void table(std::uint32_t begin);
  void memory(std::uint32_t begin);
  void global(std::uint32_t begin);
  void tag(std::uint32_t begin);

  // segments.cpp
  void element_segment(std::uint32_t begin);
  void inline_elements(std::uint32_t table, wasm::TableType type, std::uint32_t begin);
  void data_segment(std::uint32_t begin);
  void inline_data(std::uint32_t memory, wasm::MemoryType type, std::uint32_t begin);
  void offset_expression(Encoder& out, Marks& marks);
  enum class Target : std::uint8_t { none, in_parentheses, bare };
  Target segment_target(std::string_view word, const IndexSpace& space, std::uint32_t& index);
  struct ElementList;
  void function_list(ElementList& list);
  void expression_list(ElementList& list);

  Cursor& cursor_;
  ModuleBuilder& module_;
  Context context_;
  InstructionParser instructions_;
  std::vector<Field> fields_;
  std::string_view first_definition_;  ///< "function", ... once there is one
  std::uint32_t next_[5] = {};         ///< next index by ExternKind, in the second pass
  Encoder body_;
  Marks marks_;
};

}  // namespace wrun::inline v0::wat
