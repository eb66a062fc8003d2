#include "tests/unit/wasm/allocation_counter.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> allocations{0};
constexpr std::size_t any_number = ~std::size_t{0};
thread_local std::size_t still_possible = any_number;

/// Counts an allocation; false if it is to fail.
bool count_allocation() {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (still_possible == any_number) return true;
  if (still_possible == 0) return false;
  --still_possible;
  return true;
}

}  // namespace

namespace wrun::test {

std::size_t allocation_count() {
  return allocations.load();
}

const bool FailingAllocations::is_possible = true;

FailingAllocations::FailingAllocations(std::size_t count) {
  still_possible = count;
}

FailingAllocations::~FailingAllocations() {
  still_possible = any_number;
}

}  // namespace wrun::test

void* operator new(std::size_t size) {
  if (!count_allocation()) throw std::bad_alloc();
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
// AddressSanitizer's wouldn't call the one above.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return count_allocation() ? std::malloc(size == 0 ? 1 : size) : nullptr;
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
