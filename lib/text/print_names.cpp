#include "lib/text/print_names.hpp"

#include <iterator>

#include "lib/text/print_atoms.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::wat {

PrintedNames::PrintedNames(const wasm::Names::Map& names) : names_(&names) {
  for (const auto& [index, name] : names)
    if (is_usable(name)) bearers_.emplace(name, index);
}

bool PrintedNames::is_id(std::uint32_t index, std::string_view name) const {
  const auto it = bearers_.find(name);
  return it != bearers_.end() && it->second == index;
}

bool PrintedNames::print_name(std::uint32_t index, std::string& out) const {
  if (!has(index)) return false;
  const std::string_view name = names_->find(index)->second;
  if (is_id(index, name)) {
    out += ' ';
    print_id(name, out);
  } else {
    out += " (@name ";
    print_string(name, out);
    out += ')';
  }
  return true;
}

void PrintedNames::print_binding(std::uint32_t index, std::string& out) const {
  print_name(index, out);
  compose_to(out, " (;{};)", index);
}

void PrintedNames::print_use(std::uint32_t index, std::string& out) const {
  const auto it = names_ ? names_->find(index) : wasm::Names::Map::const_iterator();
  if (names_ && it != names_->end() && is_id(index, it->second))
    print_id(it->second, out);
  else
    compose_to(out, "{}", index);
}

}  // namespace wrun::inline v0::wat
