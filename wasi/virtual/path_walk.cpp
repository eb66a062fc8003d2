#include "wasi/virtual/path_walk.hpp"

#include <algorithm>

namespace wrun::inline v0::wasi {

std::vector<std::string> reversed_components(std::string_view path) {
  std::vector<std::string> names;
  for (std::size_t start = 0; start < path.size();) {
    const std::size_t slash = std::min(path.find('/', start), path.size());
    if (slash != start) names.emplace_back(path.substr(start, slash - start));
    start = slash + 1;
  }
  std::reverse(names.begin(), names.end());
  return names;
}

}  // namespace wrun::inline v0::wasi
