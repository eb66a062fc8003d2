#include "lib/os/stack_pool.hpp"

#include <utility>

namespace wrun::inline v0::os {

std::optional<Stack> StackPool::take(std::uint64_t bytes) noexcept {
  const auto wanted = round_to_pages(bytes);
  {
    const std::lock_guard lock(mutex_);
    if (!stacks_.empty() && stacks_.back().size() == wanted) {
      Stack stack = std::move(stacks_.back());
      stacks_.pop_back();
      return stack;
    }
  }
  return Stack::create(bytes);
}

void StackPool::give(Stack stack) noexcept {
  if (!stack || !stack.reset()) return;
  const std::lock_guard lock(mutex_);
  if (stacks_.size() >= most) return;
  try {
    stacks_.push_back(std::move(stack));
  } catch (...) {
    // Without memory for the list it is freed.
  }
}

}  // namespace wrun::inline v0::os
