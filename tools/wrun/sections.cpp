#include "tools/wrun/sections.hpp"

#include <array>

#include "lib/wasm/reader.hpp"

namespace wrun::inline v0::tool {
namespace {

using wasm::SectionId;
using TrustedReader = wasm::Reader<wasm::Trust::yes>;

constexpr std::uint32_t header_size = 8;

std::string_view section_name(SectionId id) {
  /// In the order of SectionId.
  static constexpr std::array<std::string_view, 14> names = {
      "custom", "type",  "import",  "function", "table", "memory",     "global",
      "export", "start", "element", "code",     "data",  "data count", "tag"};
  return names[static_cast<std::size_t>(id)];
}

// Calls visit(id, reader at the contents, size); it says whether to go on.
template <class Visit>
void visit_sections(const Module& module, Visit visit) {
  const auto bytes = module.bytes();
  TrustedReader reader(bytes, header_size, bytes.size(), nullptr);
  while (!reader.done()) {
    const auto id = static_cast<SectionId>(reader.u8());
    const std::uint32_t size = reader.u32();
    const std::uint32_t start = reader.offset();
    if (!visit(id, reader, size)) return;
    reader.seek(start + size);
  }
}

}  // namespace

std::vector<SectionReport> list_sections(const Module& module) {
  std::vector<SectionReport> sections;
  visit_sections(module, [&](SectionId id, TrustedReader& reader, std::uint32_t size) {
    SectionReport& section = sections.emplace_back();
    section.kind = section_name(id);
    section.offset = reader.offset();
    section.size = size;
    if (id == SectionId::custom) {
      section.name = reader.name();
    } else if (id != SectionId::start) {
      section.count = reader.u32();
    }
    return true;
  });
  return sections;
}

bool has_section(const Module& module, SectionId wanted) {
  bool found = false;
  visit_sections(module, [&](SectionId id, TrustedReader&, std::uint32_t) {
    found = found || id == wanted;
    return !found;
  });
  return found;
}

}  // namespace wrun::inline v0::tool
