#include "jit/plain_vector.hpp"

#include <limits>
#include <new>

namespace wrun::inline v0::jit {

namespace {

/// Bytes from which on little is reserved in vain: more than most functions need.
constexpr std::size_t large_bytes = std::size_t{1} << 18;

}  // namespace

std::size_t grown_capacity(std::size_t capacity, std::size_t least, std::size_t element) {
  const std::size_t more = capacity * element < large_bytes ? capacity : capacity / 8;
  return std::max({least, capacity + more, std::size_t{64} / element + 1});
}

void* reallocate(void* items, std::size_t capacity, std::size_t element) {
  if (capacity == 0) return std::free(items), nullptr;
  if (capacity > std::numeric_limits<std::size_t>::max() / element) throw std::bad_alloc();
  void* const made = std::realloc(items, capacity * element);
  if (made == nullptr) throw std::bad_alloc();
  return made;
}

}  // namespace wrun::inline v0::jit
