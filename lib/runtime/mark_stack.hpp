#pragma once

// What a collection still has to trace. When there is no memory for more, entries are dropped and
// the stack remembers that: what was dropped is marked, and is found again by looking at all that
// is marked.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::runtime {

class MarkStack {
 public:
  struct Entry {
    CellHeader* cell;
    std::uint64_t from;  ///< of a long list of references: which to trace next
  };

  /// It never has more entries than `most`, if that isn't less than a few.
  explicit MarkStack(std::size_t most) : most_(most) {}
  ~MarkStack() {
    if (entries_ != few_.data()) std::free(entries_);
  }
  MarkStack(const MarkStack&) = delete;
  MarkStack& operator=(const MarkStack&) = delete;

  bool empty() const { return size_ == 0; }
  void push(CellHeader* cell, std::uint64_t from = 0) {
    if (size_ == capacity_ && !grow()) {
      overflowed_ = true;
    } else {
      entries_[size_++] = {cell, from};
    }
  }
  Entry pop() { return entries_[--size_]; }
  /// Whether entries were dropped since it was asked last.
  bool take_overflow() {
    const bool overflowed = overflowed_;
    overflowed_ = false;
    return overflowed;
  }

 private:
  bool grow() {
    const std::size_t capacity = capacity_ * 2;
    if (capacity > most_) return false;
    void* memory = std::malloc(capacity * sizeof(Entry));
    if (!memory) return false;
    std::memcpy(memory, entries_, size_ * sizeof(Entry));
    if (entries_ != few_.data()) std::free(entries_);
    entries_ = static_cast<Entry*>(memory);
    capacity_ = capacity;
    return true;
  }

  std::size_t most_;
  std::array<Entry, 64> few_;
  Entry* entries_ = few_.data();
  std::size_t size_ = 0;
  std::size_t capacity_ = few_.size();
  bool overflowed_ = false;
};

}  // namespace wrun::inline v0::runtime
