#pragma once

// A vector whose elements stay where they are: it grows by a chunk, so that nothing is copied and
// little is reserved in vain. Keeps its room.

#include <cstddef>
#include <iterator>
#include <memory>
#include <type_traits>
#include <vector>

namespace wrun::inline v0::jit {

template <class T, unsigned log2_of_chunk>
class Chunks {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  T& operator[](std::size_t i) { return chunks_[i >> log2_of_chunk][i & (chunk - 1)]; }
  const T& operator[](std::size_t i) const { return chunks_[i >> log2_of_chunk][i & (chunk - 1)]; }
  T& back() { return (*this)[size_ - 1]; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  void clear() { size_ = 0; }

  void push_back(const T& element) { add() = element; }
  /// One more, whatever is in it.
  T& add() {
    if (size_ == chunks_.size() * chunk) grow();
    return (*this)[size_++];
  }

  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = const T*;
    using reference = const T&;

    Iterator() = default;
    Iterator(const Chunks* all, std::size_t at) : all_(all), at_(at) {}
    const T& operator*() const { return (*all_)[at_]; }
    const T* operator->() const { return &(*all_)[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    Iterator operator++(int) { return {all_, at_++}; }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    const Chunks* all_ = nullptr;
    std::size_t at_ = 0;
  };
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size_}; }

 private:
  static constexpr std::size_t chunk = std::size_t{1} << log2_of_chunk;

  [[gnu::noinline]] void grow() { chunks_.push_back(std::make_unique<T[]>(chunk)); }

  std::vector<std::unique_ptr<T[]>> chunks_;
  std::size_t size_ = 0;
};

/// Makes a vector empty, and its room other people's.
template <class T>
void give_back(std::vector<T>& vector) {
  std::vector<T>().swap(vector);
}

}  // namespace wrun::inline v0::jit
