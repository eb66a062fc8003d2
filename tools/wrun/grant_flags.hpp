#pragma once

// The flags of `wrun run` that grant something.

#include <CLI/CLI.hpp>

#include "tools/wrun/grants.hpp"

namespace wrun::inline v0::tool {

/// Parsing the command line adds to the grants what it says.
void add_grant_flags(CLI::App& app, Grants& grants);

}  // namespace wrun::inline v0::tool
