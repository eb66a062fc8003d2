#include "lib/os/stack.hpp"

#include <limits>
#include <utility>

namespace wrun::inline v0::os {

std::optional<Stack> Stack::create(std::uint64_t bytes) noexcept {
  const auto usable = round_to_pages(bytes);
  const std::size_t guards = 2 * page_size();
  if (!usable || *usable == 0) return std::nullopt;
  if (*usable > std::numeric_limits<std::size_t>::max() - guards) return std::nullopt;
  auto mapping = Mapping::reserve(*usable + guards);
  if (!mapping || !mapping->commit(page_size(), *usable)) return std::nullopt;
  Stack stack;
  stack.mapping_ = std::move(*mapping);
  return stack;
}

}  // namespace wrun::inline v0::os
