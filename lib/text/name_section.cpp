#include "lib/text/name_section.hpp"

namespace wrun::inline v0::wat {
namespace {

using wasm::Names;

void encode(const Names::Map& map, Encoder& out) {
  out.u64(map.size());
  for (const auto& [index, name] : map) {
    out.u32(index);
    out.name(name);
  }
}

void encode(const Names::Indirect& maps, Encoder& out) {
  out.u64(maps.size());
  for (const auto& [index, map] : maps) {
    out.u32(index);
    encode(map, out);
  }
}

template <class Map>
void subsection(unsigned id, const Map& map, Encoder& out) {
  if (map.empty()) return;
  Encoder contents;
  encode(map, contents);
  out.u8(id);
  out.sized(contents);
}

}  // namespace

Encoder encode_names(const Names& names) {
  Encoder out;
  if (names.module) {
    Encoder contents;
    contents.name(*names.module);
    out.u8(0);
    out.sized(contents);
  }
  subsection(1, names.functions, out);
  subsection(2, names.locals, out);
  subsection(3, names.labels, out);
  subsection(4, names.types, out);
  subsection(5, names.tables, out);
  subsection(6, names.memories, out);
  subsection(7, names.globals, out);
  subsection(8, names.elements, out);
  subsection(9, names.data, out);
  subsection(10, names.fields, out);
  subsection(11, names.tags, out);
  return out;
}

}  // namespace wrun::inline v0::wat
