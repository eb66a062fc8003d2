#include <atomic>

#include "tests/unit/wasm/allocation_counter.hpp"

// ThreadSanitizer has its own operator new, and tells of each allocation.

namespace {
std::atomic<std::size_t> allocations{0};
}

namespace wrun::test {

std::size_t allocation_count() {
  return allocations.load();
}

const bool FailingAllocations::is_possible = false;
FailingAllocations::FailingAllocations(std::size_t) {}
FailingAllocations::~FailingAllocations() = default;

}  // namespace wrun::test

extern "C" __attribute__((visibility("default"))) void __sanitizer_malloc_hook(
    const volatile void* /*memory*/, std::size_t /*size*/) {
  allocations.fetch_add(1, std::memory_order_relaxed);
}
