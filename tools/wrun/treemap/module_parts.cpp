#include "tools/wrun/treemap/module_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "lib/api/inspect.hpp"
#include "tools/wrun/report.hpp"
#include "tools/wrun/sections.hpp"

namespace wrun::inline v0::tool {
namespace {

constexpr std::uint64_t header_bytes = 8;

/// By name section, or export.
std::map<std::uint32_t, std::string_view> function_names(const wasm::ModuleData& data) {
  std::map<std::uint32_t, std::string_view> names = data.names.functions;
  for (const wasm::Export& offered : data.exports)
    if (offered.kind == wasm::ExternKind::func) names.emplace(offered.index, offered.name);
  return names;
}

std::string function_name(std::uint32_t index, std::string_view name) {
  return name.empty() ? fmt::format("func {}", index)
                      : fmt::format("{} (func {})", readable(name), index);
}

/// Where the LEB128 number ends that begins there.
std::uint64_t end_of_number(const wasm::ModuleData& data, std::uint64_t at) {
  while ((data.bytes[at] & 0x80) != 0) ++at;
  return at + 1;
}

/// Of a code section from `begin` on, whose contents are at `contents`: what is before its first
/// function, and each function from where the one before it ends.
std::vector<ModulePart> functions_of(const wasm::ModuleData& data, std::uint64_t begin,
                                     std::uint64_t contents) {
  const auto names = function_names(data);
  std::uint64_t at = end_of_number(data, contents);
  std::vector<ModulePart> parts{{"head of the section", at - begin}};
  for (std::size_t i = data.imported_functions; i < data.functions.size(); ++i) {
    const auto index = static_cast<std::uint32_t>(i);
    const auto named = names.find(index);
    const wasm::ByteRange body = data.functions[i].body;
    const std::uint64_t end = std::uint64_t{body.offset} + body.size;
    parts.push_back({function_name(index, named == names.end() ? "" : named->second), end - at});
    at = end;
  }
  return parts;
}

}  // namespace

ModulePart parts_of(const Module& module) {
  const wasm::ModuleData& data = api::data(module);
  ModulePart whole{"module", module.bytes().size()};
  whole.parts.push_back({"header", header_bytes});
  std::uint64_t begin = header_bytes;
  for (const SectionReport& section : list_sections(module)) {
    const std::uint64_t end = section.offset + section.size;
    const bool is_custom = section.kind == "custom";
    ModulePart part{is_custom ? "custom " + readable(section.name) : section.kind, end - begin};
    if (section.kind == "code") part.parts = functions_of(data, begin, section.offset);
    whole.parts.push_back(std::move(part));
    begin = end;
  }
  return whole;
}

std::vector<ModulePart> largest_parts(std::vector<ModulePart> parts, double least, std::size_t most,
                                      std::string_view noun) {
  const auto is_larger = [](const ModulePart& a, const ModulePart& b) { return a.bytes > b.bytes; };
  std::stable_sort(parts.begin(), parts.end(), is_larger);
  const auto small = std::partition_point(parts.begin(), parts.end(), [least](const auto& part) {
    return static_cast<double>(part.bytes) >= least;
  });
  const std::size_t kept = std::min(static_cast<std::size_t>(small - parts.begin()), most);
  if (parts.size() - kept < 2) return parts;
  ModulePart rest{fmt::format("{} other {}", parts.size() - kept, noun)};
  for (std::size_t i = kept; i < parts.size(); ++i) rest.bytes += parts[i].bytes;
  parts.resize(kept);
  parts.insert(std::upper_bound(parts.begin(), parts.end(), rest, is_larger), std::move(rest));
  return parts;
}

}  // namespace wrun::inline v0::tool
