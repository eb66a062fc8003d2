#pragma once

// What `wrun inspect` tells of a module.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <wrun/module.hpp>

namespace wrun::inline v0::tool {

struct SectionReport {
  std::string kind;  ///< "type", ..., "custom"
  std::string name;  ///< of a custom one
  std::uint64_t offset = 0;
  std::uint64_t size = 0;              ///< of its contents
  std::optional<std::uint32_t> count;  ///< of its entries
};

/// A flag that the module is likely to need, and the imports that ask for it.
struct GrantReport {
  std::string flag;
  std::vector<std::string> because;
};

struct ModuleReport {
  std::string name;  ///< empty if it has none
  std::uint64_t size = 0;
  std::vector<SectionReport> sections;
  std::vector<ImportType> imports;
  std::vector<ExportType> exports;
  std::vector<std::string> features;  ///< beyond WebAssembly 1.0
  std::vector<GrantReport> grants;
};

ModuleReport report_on(const Module& module);
std::string to_text(const ModuleReport& report);
nlohmann::ordered_json to_json(const ModuleReport& report);

}  // namespace wrun::inline v0::tool
