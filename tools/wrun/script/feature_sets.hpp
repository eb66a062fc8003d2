#pragma once

// Which features a script is run with: those that it was written for.

#include <filesystem>
#include <optional>
#include <string>

#include <wrun/features.hpp>

namespace wrun::inline v0::tool {

struct ScriptFeatures {
  Features features;
  /// A proposal that wrun doesn't have: the script is skipped, and this is the reason.
  std::optional<std::string> missing;
};

/// By the folder that the script lies in: proposals/NAME, legacy, or anything else.
ScriptFeatures features_for(const std::filesystem::path& script);

}  // namespace wrun::inline v0::tool
