#include "tools/wrun/script/find_scripts.hpp"

#include <algorithm>
#include <system_error>

namespace wrun::inline v0::tool {
namespace {

namespace fs = std::filesystem;

bool is_excluded(const fs::path& path, const std::set<std::string>& excluded) {
  return excluded.contains(path.filename().string()) || excluded.contains(path.stem().string());
}

void add_directory(const fs::path& root, const std::set<std::string>& excluded,
                   std::vector<fs::path>& files) {
  std::error_code error;
  const auto first = static_cast<std::ptrdiff_t>(files.size());
  auto at = fs::recursive_directory_iterator(root, error);
  for (; !error && at != fs::end(at); at.increment(error)) {
    const bool is_directory = at->is_directory(error);
    if (is_excluded(at->path(), excluded)) {
      if (is_directory) at.disable_recursion_pending();
    } else if (!is_directory && at->path().extension() == ".wast") {
      files.push_back(at->path());
    }
  }
  std::sort(files.begin() + first, files.end());
}

}  // namespace

FoundScripts find_scripts(const std::vector<std::string>& paths,
                          const std::set<std::string>& excluded) {
  FoundScripts found;
  for (const std::string& path : paths) {
    std::error_code error;
    const auto status = fs::status(path, error);
    if (fs::is_directory(status)) {
      add_directory(path, excluded, found.files);
    } else if (path == "-" || fs::exists(status)) {
      if (!is_excluded(path, excluded)) found.files.emplace_back(path);
    } else {
      found.absent.push_back(path);
    }
  }
  return found;
}

}  // namespace wrun::inline v0::tool
