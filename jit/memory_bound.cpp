#include "jit/memory_bound.hpp"

namespace wrun::inline v0::jit {

namespace {

/// Of the compilation on this thread: what it may still take.
constinit thread_local bool has_bound = false;
constinit thread_local std::int64_t bytes_left = 0;

/// With what malloc needs to know of a block, and from what size on it takes whole pages.
std::int64_t counted_bytes(std::size_t bytes) {
  constexpr std::size_t least_mapped = std::size_t{1} << 17;
  constexpr std::size_t page = 4096;
  return static_cast<std::int64_t>(bytes + 16 + (bytes >= least_mapped ? page : 0));
}

}  // namespace

MemoryBound::MemoryBound(std::size_t bytes) noexcept {
  has_bound = true;
  bytes_left = static_cast<std::int64_t>(bytes);
}

MemoryBound::~MemoryBound() {
  has_bound = false;
}

void* MemoryBound::allocate(std::size_t bytes) {
  if (!has_bound) return ::operator new(bytes);
  if (counted_bytes(bytes) > bytes_left) throw BeyondBound();
  void* const memory = ::operator new(bytes);
  bytes_left -= counted_bytes(bytes);
  return memory;
}

void MemoryBound::free(void* memory, std::size_t bytes) noexcept {
  if (has_bound) bytes_left += counted_bytes(bytes);
  ::operator delete(memory);
}

}  // namespace wrun::inline v0::jit
