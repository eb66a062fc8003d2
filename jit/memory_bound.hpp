#pragma once

// How much memory compiling a function may take. Whatever grows with the function is in a Vector or
// in Chunks, which count what they hold.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <vector>

namespace wrun::inline v0::jit {

/// Thrown where a compilation would take more than it may.
struct BeyondBound : std::bad_alloc {};

/// While one lives, what is counted on its thread is bounded. There is one at a time on a thread,
/// and what was allocated before it isn't freed while it lives.
class MemoryBound {
 public:
  explicit MemoryBound(std::size_t bytes) noexcept;
  ~MemoryBound();
  MemoryBound(const MemoryBound&) = delete;
  MemoryBound& operator=(const MemoryBound&) = delete;

  /// Counted, if there is a bound. Throws BeyondBound, std::bad_alloc.
  static void* allocate(std::size_t bytes);
  static void free(void* memory, std::size_t bytes) noexcept;
};

template <class T>
struct CountedAllocator {
  using value_type = T;

  CountedAllocator() = default;
  template <class U>
  CountedAllocator(const CountedAllocator<U>&) noexcept {}

  T* allocate(std::size_t count) {
    if (count > std::numeric_limits<std::size_t>::max() / sizeof(T)) throw std::bad_alloc();
    return static_cast<T*>(MemoryBound::allocate(count * sizeof(T)));
  }
  void deallocate(T* memory, std::size_t count) noexcept {
    MemoryBound::free(memory, count * sizeof(T));
  }
  friend bool operator==(CountedAllocator, CountedAllocator) { return true; }
};

/// Frees what a CountedAllocator gave for so many.
template <class T>
struct FreeCounted {
  std::size_t count = 0;
  void operator()(T* memory) const noexcept { CountedAllocator<T>().deallocate(memory, count); }
};

template <class T>
using Vector = std::vector<T, CountedAllocator<T>>;

template <class T>
[[gnu::noinline]] void reserve_more_of(Vector<T>& vector, std::size_t more) {
  constexpr std::size_t large = std::size_t{1} << 18;
  const std::size_t capacity = vector.capacity();
  if (capacity * sizeof(T) >= large)
    vector.reserve(std::max(capacity + capacity / 4, vector.size() + more));
}
/// Room for some more, which of a large vector isn't had by doubling.
template <class T>
void reserve_more(Vector<T>& vector, std::size_t more = 1) {
  if (vector.capacity() - vector.size() < more) [[unlikely]]
    reserve_more_of(vector, more);
}

/// Makes a vector empty, and its room other people's.
template <class T>
void give_back(Vector<T>& vector) {
  Vector<T>().swap(vector);
}

}  // namespace wrun::inline v0::jit
