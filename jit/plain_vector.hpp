#pragma once

// A vector of plain data that asks the allocator to make its room larger where it is. Where that
// takes pages from the system they are moved, not copied: so a large one neither holds what it has
// twice while it grows, nor needs much room in vain.

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <type_traits>
#include <utility>

namespace wrun::inline v0::jit {

/// Of elements of so many bytes, how many there is to be room for.
std::size_t grown_capacity(std::size_t capacity, std::size_t least, std::size_t element);
/// Gives back what was there; throws std::bad_alloc, and then it is still there.
void* reallocate(void* items, std::size_t capacity, std::size_t element);

template <class T>
class PlainVector {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
  static_assert(alignof(T) <= alignof(std::max_align_t));

 public:
  using value_type = T;

  PlainVector() = default;
  PlainVector(std::initializer_list<T> items) { append(items.begin(), items.size()); }
  PlainVector(const PlainVector& other) { append(other.data(), other.size_); }
  PlainVector(PlainVector&& other) noexcept
      : items_(std::move(other.items_)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  PlainVector& operator=(const PlainVector& other) { return *this = PlainVector(other); }
  PlainVector& operator=(PlainVector&& other) noexcept {
    items_ = std::move(other.items_);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    return *this;
  }

  T* data() { return items_.get(); }
  const T* data() const { return items_.get(); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* begin() { return data(); }
  T* end() { return data() + size_; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }
  T& operator[](std::size_t i) { return items_.get()[i]; }
  const T& operator[](std::size_t i) const { return items_.get()[i]; }
  T& back() { return items_.get()[size_ - 1]; }
  const T& back() const { return items_.get()[size_ - 1]; }

  void pop_back() { --size_; }
  /// Keeps its room.
  void clear() { size_ = 0; }
  /// The element may be one of these.
  void push_back(const T& element) {
    if (size_ == capacity_) return push_back_grown(element);
    std::construct_at(data() + size_++, element);
  }
  T& emplace_back() {
    if (size_ == capacity_) grow(size_ + 1);
    return *std::construct_at(data() + size_++);
  }
  /// Of another one.
  void append(const T* from, std::size_t count) {
    if (capacity_ - size_ < count) grow(size_ + count);
    std::copy_n(from, count, end());
    size_ += count;
  }
  void reserve(std::size_t count) {
    if (count > capacity_) set_capacity(count);
  }
  void resize(std::size_t count) {
    if (count > capacity_) grow(count);
    if (count > size_) std::uninitialized_value_construct(end(), data() + count);
    size_ = count;
  }
  void assign(std::size_t count, const T& element) {
    reserve(count);
    std::uninitialized_fill_n(data(), count, element);
    size_ = count;
  }
  void shrink_to_fit() {
    if (size_ != capacity_) set_capacity(size_);
  }

 private:
  struct Free {
    void operator()(T* items) const noexcept { std::free(items); }
  };

  [[gnu::noinline]] void push_back_grown(T element) {
    grow(size_ + 1);
    std::construct_at(data() + size_++, element);
  }
  [[gnu::noinline]] void grow(std::size_t least) {
    set_capacity(grown_capacity(capacity_, least, sizeof(T)));
  }
  void set_capacity(std::size_t capacity) {
    void* const made = reallocate(items_.get(), capacity, sizeof(T));
    static_cast<void>(items_.release());
    items_.reset(static_cast<T*>(made));
    capacity_ = capacity;
  }

  std::unique_ptr<T[], Free> items_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// Makes it empty, and its room other people's.
template <class T>
void give_back(PlainVector<T>& vector) {
  vector = PlainVector<T>();
}

}  // namespace wrun::inline v0::jit
