#pragma once

#include <cstddef>

namespace wrun::test {

/// How often this program has called operator new, which it replaces.
std::size_t allocation_count();

/// While one lives, operator new throws in this thread once it was called `count` times more.
class FailingAllocations {
 public:
  /// False under ThreadSanitizer: none fails.
  static const bool is_possible;

  explicit FailingAllocations(std::size_t count);
  ~FailingAllocations();
  FailingAllocations(const FailingAllocations&) = delete;
  FailingAllocations& operator=(const FailingAllocations&) = delete;
};

}  // namespace wrun::test
