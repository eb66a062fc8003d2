#pragma once

// The flags of `wrun run` that grant something.

#include "tools/wrun/grants.hpp"
#include "tools/wrun/option_set.hpp"

namespace wrun::inline v0::tool {

/// Parsing the command line adds to the grants what it says.
void add_grant_flags(const OptionSet& app, Grants& grants);

}  // namespace wrun::inline v0::tool
