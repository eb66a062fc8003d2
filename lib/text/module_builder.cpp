#include "lib/text/module_builder.hpp"

#include <algorithm>

#include "lib/text/name_section.hpp"

namespace wrun::inline v0::wat {
namespace {

using wasm::ExternKind;
using wasm::SectionId;

std::string function_key(const wasm::FuncType& type) {
  Encoder key;
  wasm::SubType sub;
  sub.func = type;
  key.sub_type(sub);
  return {key.data().begin(), key.data().end()};
}

std::string to_string(const Encoder& encoder) {
  return {encoder.data().begin(), encoder.data().end()};
}

}  // namespace

std::string_view placement_name(SectionId id) {
  switch (id) {
    case SectionId::type:
      return "type";
    case SectionId::import:
      return "import";
    case SectionId::function:
      return "func";
    case SectionId::table:
      return "table";
    case SectionId::memory:
      return "memory";
    case SectionId::tag:
      return "tag";
    case SectionId::global:
      return "global";
    case SectionId::export_:
      return "export";
    case SectionId::start:
      return "start";
    case SectionId::element:
      return "elem";
    case SectionId::data_count:
      return "datacount";
    case SectionId::code:
      return "code";
    case SectionId::data:
      return "data";
    case SectionId::custom:
      break;
  }
  return {};
}

Encoder& ModuleBuilder::entry(SectionId id, std::uint32_t text) {
  SectionText& s = section(id);
  ++s.count;
  s.marks.push_back({s.bytes.size(), text});
  return s.bytes;
}

IndexSpace& ModuleBuilder::space(ExternKind kind) {
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

void ModuleBuilder::add_group(std::vector<wasm::SubType> group, bool is_explicit,
                              std::uint32_t text) {
  Encoder& out = entry(SectionId::type, text);
  if (is_explicit) {
    out.u8(0x4e);
    out.u64(group.size());
  }
  const bool is_alone = group.size() == 1;
  for (wasm::SubType& type : group) {
    out.sub_type(type);
    const auto index = static_cast<std::uint32_t>(type_list_.size());
    if (is_alone && type.kind == wasm::CompositeKind::func && type.is_final && !type.super)
      function_types_.emplace(function_key(type.func), index);
    type_list_.push_back(std::move(type));
  }
}

std::uint32_t ModuleBuilder::function_type(const wasm::FuncType& type) {
  const auto index = static_cast<std::uint32_t>(type_list_.size());
  const auto [it, is_new] = function_types_.emplace(function_key(type), index);
  if (!is_new) return it->second;
  Encoder& out = section(SectionId::type).bytes;
  ++section(SectionId::type).count;
  out.bytes(it->first);
  type_list_.emplace_back().func = type;
  return index;
}

const wasm::FuncType* ModuleBuilder::find_function_type(std::uint32_t index) const {
  if (index >= type_list_.size()) return nullptr;
  const wasm::SubType& type = type_list_[index];
  return type.kind == wasm::CompositeKind::func ? &type.func : nullptr;
}

void ModuleBuilder::write_customs(std::size_t place, Encoder& out) const {
  for (const CustomText& custom : customs) {
    if (custom.place != place) continue;
    Encoder contents;
    contents.name(custom.name);
    contents.bytes(custom.payload);
    out.u8(0);
    out.sized(contents);
  }
}

void ModuleBuilder::write_section(SectionId id, const ParseOptions& options, Encoder& out,
                                  Marks& marks) {
  SectionText& s = section(id);
  if (s.count == 0) return;
  Encoder count;
  // The start section and the data count section are one number, not a vector.
  if (id != SectionId::start && id != SectionId::data_count) count.u32(s.count);
  out.u8(static_cast<std::uint32_t>(id));
  out.u32(count.size() + s.bytes.size());
  out.bytes(count.data());
  if (options.positions)
    for (const auto& mark : s.marks) marks.push_back({out.size() + mark.binary, mark.text});
  out.bytes(s.bytes.data());
  s = {};
}

wasm::Names ModuleBuilder::collect_names() const {
  wasm::Names names;
  names.module = module_name;
  names.functions = functions.names();
  names.types = types.names();
  names.tables = tables.names();
  names.memories = memories.names();
  names.globals = globals.names();
  names.elements = elements.names();
  names.data = data.names();
  names.tags = tags.names();
  names.locals = local_names;
  names.labels = label_names;
  for (const auto& [type, space] : fields)
    if (!space.names().empty()) names.fields[type] = space.names();
  return names;
}

void ModuleBuilder::add_name_section() {
  const auto is_name = [](const CustomText& custom) { return custom.name == "name"; };
  if (std::any_of(customs.begin(), customs.end(), is_name)) return;
  const Encoder payload = encode_names(collect_names());
  if (payload.empty()) return;
  customs.insert(customs.begin(), {"name", to_string(payload), section_order.size()});
}

/// https://webassembly.github.io/branch-hinting/core/appendix/custom.html
void ModuleBuilder::add_hint_section() {
  if (branch_hints.empty()) return;
  Encoder payload;
  payload.u64(branch_hints.size());
  for (const auto& [function, hints] : branch_hints) {
    payload.u32(function);
    payload.u64(hints.size());
    for (const BranchHint& hint : hints) {
      payload.u32(hint.offset);
      payload.name(hint.value);
    }
  }
  const auto code = std::find(section_order.begin(), section_order.end(), SectionId::code);
  customs.push_back({"metadata.code.branch_hint", to_string(payload),
                     static_cast<std::size_t>(code - section_order.begin())});
}

ParsedModule ModuleBuilder::finish(const ParseOptions& options) {
  add_hint_section();
  if (options.names) add_name_section();
  if (uses_data_indices) {
    SectionText& data_count = section(SectionId::data_count);
    data_count.count = 1;
    data_count.bytes.u32(section(SectionId::data).count);
  }
  Encoder out;
  Marks marks;
  out.bytes(std::string_view("\0asm\1\0\0\0", 8));
  write_customs(0, out);
  for (std::size_t i = 0; i < section_order.size(); ++i) {
    write_section(section_order[i], options, out, marks);
    write_customs(i + 1, out);
  }
  ParsedModule module;
  module.bytes = out.take();
  if (module_name) module.name = std::string(*module_name);
  module.positions = PositionMap(std::move(marks));
  return module;
}

}  // namespace wrun::inline v0::wat
