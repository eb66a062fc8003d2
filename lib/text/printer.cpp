#include "lib/text/printer.hpp"

#include <algorithm>

#include "lib/text/module_builder.hpp"
#include "lib/text/name_section.hpp"
#include "lib/text/print_atoms.hpp"
#include "lib/text/print_code.hpp"
#include "lib/text/print_context.hpp"

namespace wrun::inline v0::wat {
namespace {

using wasm::ExternKind;
using wasm::SegmentMode;

constexpr std::string_view extern_words[] = {"func", "table", "memory", "global", "tag"};

std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class ModulePrinter {
 public:
  ModulePrinter(const wasm::ModuleData& module, const PrintOptions& options)
      : context_(module), module_(module), out_(context_.out), options_(options) {}

  Result<std::string> module();
  Result<std::string> function(std::uint32_t index);

 private:
  void header();
  void imports();
  void import_type(const wasm::Import& import);
  void tables();
  void memories();
  void tags();
  void globals();
  void exports();
  void element(std::uint32_t index);
  void element_items(const wasm::ElementSegment& segment);
  void data_segment(std::uint32_t index);
  bool functions();
  bool function_field(std::uint32_t index);
  void customs();
  void custom_section(const wasm::CustomSection& custom, std::span<const std::string_view> words);
  const wasm::CustomSection* printed_name_section() const;
  void type_use(wasm::TypeIdx type) {
    out_ += " (type ";
    context_.types.print_use(type.value, out_);
    out_ += ')';
  }
  /// "\n  (word $id (;index;)"
  void open(std::string_view word, const PrintedNames& names, std::uint32_t index) {
    context_.print("\n  ({}", word);
    names.print_binding(index, out_);
  }
  bool fits() const { return out_.size() <= options_.max_size; }
  Error too_long() const {
    return Error(ErrorKind::limit, compose("the text has more than {} bytes", options_.max_size));
  }

  PrintContext context_;
  const wasm::ModuleData& module_;
  std::string& out_;
  const PrintOptions& options_;
};

Result<std::string> ModulePrinter::module() {
  header();
  print_types(context_);
  imports();
  tables();
  memories();
  tags();
  globals();
  exports();
  if (module_.start) {
    out_ += "\n  (start ";
    context_.functions.print_use(module_.start->value, out_);
    out_ += ')';
  }
  for (std::uint32_t i = 0; i < module_.elements.size() && fits(); ++i) element(i);
  if (!fits() || !functions()) return too_long();
  for (std::uint32_t i = 0; i < module_.data.size() && fits(); ++i) data_segment(i);
  customs();
  out_ += ")\n";
  if (!fits()) return too_long();
  return std::move(out_);
}

Result<std::string> ModulePrinter::function(std::uint32_t index) {
  if (index < module_.imported_functions || index >= module_.functions.size())
    return Error(ErrorKind::usage, compose("no function {} is defined here", index));
  if (!function_field(index)) return too_long();
  out_.erase(0, out_.find('('));
  out_ += '\n';
  return std::move(out_);
}

void ModulePrinter::header() {
  out_ += "(module";
  if (!module_.names.module) return;
  out_ += ' ';
  if (!module_.names.module->empty()) return print_id(*module_.names.module, out_);
  out_ += "(@name \"\")";
}

void ModulePrinter::imports() {
  for (const wasm::Import& import : module_.imports) {
    out_ += "\n  (import ";
    print_string(import.module, out_);
    out_ += ' ';
    print_string(import.name, out_);
    context_.print(" ({}", extern_words[static_cast<int>(import.kind)]);
    context_.names(import.kind).print_binding(import.index, out_);
    import_type(import);
    out_ += "))";
  }
}

void ModulePrinter::import_type(const wasm::Import& import) {
  const std::uint32_t i = import.index;
  switch (import.kind) {
    case ExternKind::func:
      if (module_.names.locals.contains(i)) context_.all_names_printed = false;
      return type_use(module_.functions[i].type);
    case ExternKind::table:
      out_ += ' ';
      return print_table_type(context_, module_.tables[i].type);
    case ExternKind::memory:
      out_ += ' ';
      return print_memory_type(context_, module_.memories[i]);
    case ExternKind::global:
      out_ += ' ';
      return print_global_type(context_, module_.globals[i].type);
    case ExternKind::tag:
      return type_use(module_.tags[i].type);
  }
}

void ModulePrinter::tables() {
  for (std::uint32_t i = module_.imported_tables; i < module_.tables.size(); ++i) {
    open("table", context_.tables, i);
    out_ += ' ';
    print_table_type(context_, module_.tables[i].type);
    if (module_.tables[i].init) {
      out_ += ' ';
      print_expression(context_, *module_.tables[i].init);
    }
    out_ += ')';
  }
}

void ModulePrinter::memories() {
  for (std::uint32_t i = module_.imported_memories; i < module_.memories.size(); ++i) {
    open("memory", context_.memories, i);
    out_ += ' ';
    print_memory_type(context_, module_.memories[i]);
    out_ += ')';
  }
}

void ModulePrinter::tags() {
  for (std::uint32_t i = module_.imported_tags; i < module_.tags.size(); ++i) {
    open("tag", context_.tags, i);
    type_use(module_.tags[i].type);
    print_signature(context_, module_.func_type(module_.tags[i].type), PrintedNames());
    out_ += ')';
  }
}

void ModulePrinter::globals() {
  for (std::uint32_t i = module_.imported_globals; i < module_.globals.size(); ++i) {
    open("global", context_.globals, i);
    out_ += ' ';
    print_global_type(context_, module_.globals[i].type);
    out_ += ' ';
    print_expression(context_, module_.globals[i].init);
    out_ += ')';
  }
}

void ModulePrinter::exports() {
  for (const wasm::Export& e : module_.exports) {
    out_ += "\n  (export ";
    print_string(e.name, out_);
    context_.print(" ({} ", extern_words[static_cast<int>(e.kind)]);
    context_.names(e.kind).print_use(e.index, out_);
    out_ += "))";
  }
}

void ModulePrinter::element(std::uint32_t index) {
  const wasm::ElementSegment& segment = module_.elements[index];
  open("elem", context_.elements, index);
  if (segment.mode == SegmentMode::declarative) out_ += " declare";
  if (segment.mode == SegmentMode::active) {
    if (segment.table.value != 0) {
      out_ += " (table ";
      context_.tables.print_use(segment.table.value, out_);
      out_ += ')';
    }
    out_ += " (offset ";
    print_expression(context_, segment.offset);
    out_ += ')';
  }
  element_items(segment);
  out_ += ')';
}

void ModulePrinter::element_items(const wasm::ElementSegment& segment) {
  constexpr std::uint8_t with_expressions = 4;
  if (!(segment.flags & with_expressions)) {
    out_ += " func";
    for (const wasm::FuncIdx f : segment.functions) {
      out_ += ' ';
      context_.functions.print_use(f.value, out_);
    }
    return;
  }
  out_ += ' ';
  print_value_type(context_, segment.type);
  for (const wasm::ConstExpr& expression : segment.expressions) {
    out_ += " (item ";
    print_expression(context_, expression);
    out_ += ')';
  }
}

void ModulePrinter::data_segment(std::uint32_t index) {
  const wasm::DataSegment& segment = module_.data[index];
  open("data", context_.segments, index);
  if (segment.mode == SegmentMode::active) {
    if (segment.memory.value != 0) {
      out_ += " (memory ";
      context_.memories.print_use(segment.memory.value, out_);
      out_ += ')';
    }
    out_ += " (offset ";
    print_expression(context_, segment.offset);
    out_ += ')';
  }
  out_ += ' ';
  print_string(as_text(module_.at(segment.bytes)), out_);
  out_ += ')';
}

bool ModulePrinter::functions() {
  for (std::uint32_t i = module_.imported_functions; i < module_.functions.size(); ++i)
    if (!function_field(i)) return false;
  return true;
}

bool ModulePrinter::function_field(std::uint32_t index) {
  open("func", context_.functions, index);
  type_use(module_.functions[index].type);
  return print_body(context_, index, options_.max_size);
}

/// Identifiers stand for the name section if they give the same one at the same place: right after
/// the last other section. Null if there is no such section.
const wasm::CustomSection* ModulePrinter::printed_name_section() const {
  const wasm::CustomSection* found = nullptr;
  const std::size_t count = module_.sections.size() - module_.customs.size();
  for (const wasm::CustomSection& custom : module_.customs) {
    const bool is_name = custom.name == "name";
    if (is_name && (found || custom.after != count)) return nullptr;
    if (is_name) found = &custom;
  }
  if (!found || !context_.all_names_printed) return nullptr;
  if (found != module_.customs.data() && std::prev(found)->after == count) return nullptr;
  const Encoder names = encode_names(module_.names);
  return std::ranges::equal(names.data(), module_.at(found->payload)) ? found : nullptr;
}

void ModulePrinter::customs() {
  std::vector<std::string_view> words;
  for (const wasm::SectionInfo& section : module_.sections)
    if (section.id != wasm::SectionId::custom) words.push_back(placement_name(section.id));
  const wasm::CustomSection* names = printed_name_section();
  for (const wasm::CustomSection& custom : module_.customs)
    if (&custom != names) custom_section(custom, words);
}

/// `words` are the other sections in their order.
void ModulePrinter::custom_section(const wasm::CustomSection& custom,
                                   std::span<const std::string_view> words) {
  out_ += "\n  (@custom ";
  print_string(custom.name, out_);
  // The name section that identifiers give comes before what is after the last section.
  if (custom.after == words.size())
    out_ += " (after last)";
  else if (custom.after == 0)
    out_ += " (before first)";
  else
    context_.print(" (after {})", words[custom.after - 1]);
  out_ += ' ';
  print_string(as_text(module_.at(custom.payload)), out_);
  out_ += ')';
}

}  // namespace

PrintContext::PrintContext(const wasm::ModuleData& data)
    : module(data),
      types(data.names.types),
      functions(data.names.functions),
      tables(data.names.tables),
      memories(data.names.memories),
      globals(data.names.globals),
      tags(data.names.tags),
      elements(data.names.elements),
      segments(data.names.data) {
  for (const auto& [type, names] : data.names.fields) fields.try_emplace(type, names);
}

const PrintedNames& PrintContext::fields_of(std::uint32_t type) const {
  static const PrintedNames none;
  const auto it = fields.find(type);
  return it == fields.end() ? none : it->second;
}

const PrintedNames& PrintContext::names(ExternKind kind) const {
  switch (kind) {
    case ExternKind::func:
      return functions;
    case ExternKind::table:
      return tables;
    case ExternKind::memory:
      return memories;
    case ExternKind::global:
      return globals;
    default:
      return tags;
  }
}

Result<std::string> print_module(const wasm::ModuleData& module, const PrintOptions& options) {
  return ModulePrinter(module, options).module();
}

Result<std::string> print_function(const wasm::ModuleData& module, wasm::FuncIdx function,
                                   const PrintOptions& options) {
  return ModulePrinter(module, options).function(function.value);
}

}  // namespace wrun::inline v0::wat
