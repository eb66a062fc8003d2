#include "tools/wrun/module_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "tools/wrun/needed_grants.hpp"
#include "tools/wrun/report.hpp"
#include "tools/wrun/sections.hpp"

namespace wrun::inline v0::tool {
namespace {

std::vector<std::string> feature_names(Features features) {
  std::vector<std::string> names;
  for (unsigned i = 1; i < static_cast<unsigned>(Feature::count_); ++i) {
    const auto feature = static_cast<Feature>(i);
    if (features.has(feature)) names.emplace_back(name(feature));
  }
  return names;
}

void append_sections(std::string& text, const std::vector<SectionReport>& sections) {
  auto out = std::back_inserter(text);
  fmt::format_to(out, "\nSections\n");
  for (const SectionReport& section : sections) {
    const std::string label =
        section.kind == "custom" ? "custom " + readable(section.name) : section.kind;
    fmt::format_to(out, "  {:<24} {:>10} bytes at {:#x}", label, section.size, section.offset);
    if (section.count)
      fmt::format_to(out, ", {} entr{}", *section.count, *section.count == 1 ? "y" : "ies");
    text += '\n';
  }
}

void append_imports(std::string& text, const std::vector<ImportType>& imports) {
  if (imports.empty()) return;
  text += "\nImports\n";
  for (const ImportType& import : imports) {
    fmt::format_to(std::back_inserter(text), "  {} {}: {}\n", readable(import.module),
                   readable(import.name), to_string(import.type));
  }
}

void append_exports(std::string& text, const std::vector<ExportType>& exports) {
  if (exports.empty()) return;
  text += "\nExports\n";
  for (const ExportType& offered : exports) {
    fmt::format_to(std::back_inserter(text), "  {}: {}\n", readable(offered.name),
                   to_string(offered.type));
  }
}

void append_grants(std::string& text, const std::vector<GrantReport>& grants) {
  if (grants.empty()) return;
  text += "\nGrants it may need\n";
  for (const GrantReport& grant : grants) {
    fmt::format_to(std::back_inserter(text), "  {:<22} for {}\n", grant.flag,
                   fmt::join(grant.because, ", "));
  }
}

template <class Entry>
nlohmann::ordered_json typed_json(const Entry& entry) {
  static constexpr std::array<std::string_view, 5> kinds{"func", "table", "memory", "global",
                                                         "tag"};
  return {
      {"name", entry.name}, {"kind", kinds[entry.type.index()]}, {"type", to_string(entry.type)}};
}

nlohmann::ordered_json section_json(const SectionReport& section) {
  nlohmann::ordered_json json{{"kind", section.kind}};
  if (section.kind == "custom") json["name"] = section.name;
  json["offset"] = section.offset;
  json["size"] = section.size;
  if (section.count) json["count"] = *section.count;
  return json;
}

}  // namespace

ModuleReport report_on(const Module& module) {
  ModuleReport report;
  report.name = module.name().value_or("");
  report.size = module.bytes().size();
  report.sections = list_sections(module);
  report.imports = module.imports();
  report.exports = module.exports();
  report.features = feature_names(module.features_used());
  report.grants = needed_grants(report.imports);
  return report;
}

std::string to_text(const ModuleReport& report) {
  std::string text = fmt::format("{} bytes", report.size);
  if (!report.name.empty()) text = fmt::format("module {}, {}", readable(report.name), text);
  text += '\n';
  append_sections(text, report.sections);
  append_imports(text, report.imports);
  append_exports(text, report.exports);
  if (!report.features.empty()) {
    text +=
        fmt::format("\nFeatures beyond WebAssembly 1.0\n  {}\n", fmt::join(report.features, ", "));
  }
  append_grants(text, report.grants);
  return text;
}

nlohmann::ordered_json to_json(const ModuleReport& report) {
  using Json = nlohmann::ordered_json;
  Json json{{"name", nullptr}, {"size", report.size}};
  if (!report.name.empty()) json["name"] = report.name;
  auto& sections = json["sections"] = Json::array();
  for (const SectionReport& section : report.sections) sections.push_back(section_json(section));
  auto& imports = json["imports"] = Json::array();
  for (const ImportType& import : report.imports) {
    Json entry{{"module", import.module}};
    entry.update(typed_json(import));
    imports.push_back(std::move(entry));
  }
  auto& exports = json["exports"] = Json::array();
  for (const ExportType& offered : report.exports) exports.push_back(typed_json(offered));
  json["features"] = report.features;
  auto& grants = json["grants"] = Json::array();
  for (const GrantReport& grant : report.grants) {
    grants.push_back({{"flag", grant.flag}, {"because", grant.because}});
  }
  return json;
}

}  // namespace wrun::inline v0::tool
