#include "lib/os/stack_pool.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "lib/os/zeros.hpp"

namespace wrun::inline v0::os {

namespace {

/// Pages that are zeros stay unwritten: nobody may have touched them.
void clear(std::uint8_t* bytes, std::size_t size) {
  const std::size_t page = page_size();
  for (std::size_t at = 0; at < size; at += page)
    if (!is_zero(bytes + at, page)) std::memset(bytes + at, 0, page);
}

/// Zeros everywhere. A page that goes back to the system costs that call more, and then its next
/// user a fault: 7 us for one. But what is below a stack pointer nobody may read: to valgrind, that
/// is a mistake. False if the system refuses.
bool reset(Stack& stack, StackPool::Growth growth) {
  const bool is_up = growth == StackPool::Growth::up;
  const std::size_t kept = is_up ? std::min(2 * page_size(), stack.size()) : 0;
  clear(stack.begin(), kept);
  return stack.reset(kept);
}

}  // namespace

/// The one that was given last, whose memory is in the caches.
std::optional<Stack> StackPool::take(std::uint64_t bytes) noexcept {
  const auto wanted = round_to_pages(bytes);
  {
    const std::lock_guard lock(mutex_);
    const auto same = std::find_if(stacks_.rbegin(), stacks_.rend(),
                                   [&](const Stack& each) { return each.size() == wanted; });
    if (same != stacks_.rend()) {
      std::swap(*same, stacks_.back());
      Stack stack = std::move(stacks_.back());
      stacks_.pop_back();
      return stack;
    }
  }
  return Stack::create(bytes);
}

void StackPool::give(Stack stack, Growth growth) noexcept {
  if (!stack || !reset(stack, growth)) return;
  const std::lock_guard lock(mutex_);
  if (stacks_.size() >= most) return;
  try {
    stacks_.push_back(std::move(stack));
  } catch (...) {
    // Without memory for the list it is freed.
  }
}

}  // namespace wrun::inline v0::os
