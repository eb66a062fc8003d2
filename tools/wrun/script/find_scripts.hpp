#pragma once

// The scripts that a command line means.

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace wrun::inline v0::tool {

struct FoundScripts {
  std::vector<std::filesystem::path> files;
  std::vector<std::string> absent;  ///< paths that don't exist
};

/// Files as they are named; of directories, every .wast beneath them, sorted. A file or folder
/// beneath is left out if its name, or a file's name without .wast, is in `excluded`.
FoundScripts find_scripts(const std::vector<std::string>& paths,
                          const std::set<std::string>& excluded);

}  // namespace wrun::inline v0::tool
