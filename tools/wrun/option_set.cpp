#include "tools/wrun/option_set.hpp"

#include <algorithm>

namespace wrun::inline v0::tool {

bool is_given(const CLI::App& command, const std::string& name) {
  const CLI::Option* option = command.get_option_no_throw(name);
  return option != nullptr && option->count() != 0;
}

bool OptionSet::matters(std::string_view names) const {
  if (words_ == nullptr) return true;
  while (!names.empty()) {
    const std::size_t comma = std::min(names.find(','), names.size());
    std::string_view name = names.substr(0, comma);
    if (name.starts_with('!')) name.remove_prefix(1);
    name = name.substr(0, name.find('{'));
    for (const std::string_view word : *words_)
      if (word.substr(0, word.find('=')) == name) return true;
    names.remove_prefix(std::min(comma + 1, names.size()));
  }
  return false;
}

}  // namespace wrun::inline v0::tool
