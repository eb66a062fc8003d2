#pragma once

// Which grants a module's imports ask for.

#include <vector>

#include "tools/wrun/module_report.hpp"

namespace wrun::inline v0::tool {

/// As flags of `wrun run`. Imports that need none, such as fd_write on the standard streams, are
/// left out; so are functions that aren't WASI's.
std::vector<GrantReport> needed_grants(const std::vector<ImportType>& imports);

/// Whether it is what starts a thread of a guest.
bool is_thread_spawn(const ImportType& import);

}  // namespace wrun::inline v0::tool
