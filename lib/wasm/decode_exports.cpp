// The export and start sections.

#include <algorithm>

#include "lib/wasm/quoted.hpp"
#include "lib/wasm/section_decoders.hpp"

namespace wrun::inline v0::wasm {
namespace {

std::uint32_t exported_index(Decoding& to, ModuleReader& in, ExternKind kind) {
  const ModuleData& module = to.module;
  const std::uint32_t start = in.offset();
  std::uint32_t index = 0;
  switch (kind) {
    case ExternKind::func:
      index = to.index(in, "function", module.functions.size());
      if (in.ok()) to.declare(FuncIdx(index));
      break;
    case ExternKind::table:
      return to.index(in, "table", module.tables.size());
    case ExternKind::memory:
      return to.index(in, "memory", module.memories.size());
    case ExternKind::global:
      index = to.index(in, "global", module.globals.size());
      if (in.ok() && module.globals[index].type.is_mutable)
        to.need(Feature::mutable_globals, start, "an exported mutable global");
      break;
    case ExternKind::tag:
      return to.index(in, "tag", module.tags.size());
  }
  return index;
}

/// By sorting: no choice of names makes it slow.
void check_unique(Decoding& to, std::uint32_t section) {
  std::vector<std::string_view> names;
  names.reserve(to.module.exports.size());
  for (const Export& each : to.module.exports) names.push_back(each.name);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice == names.end()) return;
  to.errors.invalid(section, "duplicate export name {}", quoted(*twice));
}

}  // namespace

/// https://webassembly.github.io/spec/core/binary/modules.html#export-section
void decode_exports(Decoding& to, ModuleReader& in) {
  const std::uint32_t section = in.offset();
  const std::uint32_t count = to.count(in, "exports", 3, 0, to.limits.exports);
  to.module.exports.reserve(count);
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    Export each;
    each.name = in.name();
    const std::uint32_t start = in.offset();
    const std::uint8_t kind = in.u8();
    if (kind > static_cast<std::uint8_t>(ExternKind::tag))
      in.fail(start, "malformed export kind 0x{:02x}", kind);
    if (!in.ok()) return;
    each.kind = static_cast<ExternKind>(kind);
    each.index = exported_index(to, in, each.kind);
    to.module.exports.push_back(each);
  }
  if (in.ok()) check_unique(to, section);
}

/// https://webassembly.github.io/spec/core/binary/modules.html#start-section
void decode_start(Decoding& to, ModuleReader& in) {
  const std::uint32_t start = in.offset();
  const FuncIdx function(to.index(in, "function", to.module.functions.size()));
  if (!in.ok()) return;
  const FuncType& type = to.module.type_of(function);
  if (!type.params.empty() || !type.results.empty())
    in.fail_invalid(start, "start function {} must have no parameters and no results",
                    function.value);
  to.module.start = function;
}

}  // namespace wrun::inline v0::wasm
