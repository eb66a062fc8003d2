#pragma once

// From the command line's grants to WASI's configuration.

#include <string>

#include <wrun/wasi/config.hpp>

#include "tools/wrun/guest.hpp"

namespace wrun::inline v0::tool {

/// Arguments, environment, the standard streams, and what was allowed. What is denied is told on
/// standard error, once for each distinct denial.
wasi::Config wasi_config(const GuestOptions& options);

/// "HOST[::GUEST][:ro]"
DirectoryGrant parse_directory(std::string text);

}  // namespace wrun::inline v0::tool
