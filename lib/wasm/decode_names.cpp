// The name section. Nothing in it makes a module malformed: a part that is ill-formed, or names
// what the module doesn't have, is left out.
// https://webassembly.github.io/spec/core/appendix/custom.html#name-section

#include "lib/wasm/section_decoders.hpp"

namespace wrun::inline v0::wasm {
namespace {

enum class NameKind : std::uint8_t {
  module,
  function,
  local,
  label,
  type,
  table,
  memory,
  global,
  element,
  data,
  field,
  tag
};

/// Ascending indices below `size`, each with a name.
void name_map(ModuleReader& in, std::size_t size, Names::Map& to) {
  for (std::uint32_t left = in.u32(); left != 0 && in.ok(); --left) {
    const std::uint32_t index = in.u32();
    const std::string_view name = in.name();
    if (in.ok() && index < size) to.emplace_hint(to.end(), index, name);
  }
}

/// Ascending indices below `size`, each with a map of its own.
void indirect_name_map(ModuleReader& in, std::size_t size, Names::Indirect& to) {
  constexpr std::size_t any_index = std::size_t{1} << 32;
  for (std::uint32_t left = in.u32(); left != 0 && in.ok(); --left) {
    const std::uint32_t index = in.u32();
    Names::Map names;
    name_map(in, any_index, names);
    if (index < size && !names.empty()) to.emplace_hint(to.end(), index, std::move(names));
  }
}

void subsection(const ModuleData& module, NameKind kind, ModuleReader& in, Names& names) {
  switch (kind) {
    case NameKind::module: {
      const std::string_view name = in.name();
      if (in.ok()) names.module = name;
      return;
    }
    case NameKind::function:
      return name_map(in, module.functions.size(), names.functions);
    case NameKind::local:
      return indirect_name_map(in, module.functions.size(), names.locals);
    case NameKind::label:
      return indirect_name_map(in, module.functions.size(), names.labels);
    case NameKind::type:
      return name_map(in, module.types.types.size(), names.types);
    case NameKind::table:
      return name_map(in, module.tables.size(), names.tables);
    case NameKind::memory:
      return name_map(in, module.memories.size(), names.memories);
    case NameKind::global:
      return name_map(in, module.globals.size(), names.globals);
    case NameKind::element:
      return name_map(in, module.elements.size(), names.elements);
    case NameKind::data:
      return name_map(in, module.data.size(), names.data);
    case NameKind::field:
      return indirect_name_map(in, module.types.types.size(), names.fields);
    case NameKind::tag:
      return name_map(in, module.tags.size(), names.tags);
  }
}

}  // namespace

Names decode_names(const ModuleData& module, ByteRange contents) {
  Names names;
  Errors errors;
  ModuleReader in(module.bytes, contents.offset, contents.offset + contents.size, &errors);
  while (!in.done()) {
    const std::uint8_t kind = in.u8();
    const std::uint32_t size = in.u32();
    const std::uint32_t start = in.offset();
    in.bytes(size);
    if (!in.ok()) break;
    Errors inner_errors;
    ModuleReader inner(module.bytes, start, start + size, &inner_errors);
    subsection(module, static_cast<NameKind>(kind), inner, names);
  }
  return names;
}

}  // namespace wrun::inline v0::wasm
