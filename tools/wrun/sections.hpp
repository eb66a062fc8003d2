#pragma once

// A module's sections, read from its bytes.

#include <vector>

#include <wrun/module.hpp>

#include "lib/wasm/module_data.hpp"
#include "tools/wrun/module_report.hpp"

namespace wrun::inline v0::tool {

/// In the module's order.
std::vector<SectionReport> list_sections(const Module& module);

/// Whether the module has a section of that kind.
bool has_section(const Module& module, wasm::SectionId id);

}  // namespace wrun::inline v0::tool
