#pragma once

// What the walker keeps while it walks a function: operands, control entries, types of locals.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "lib/wasm/types.hpp"

namespace wrun::inline v0::wasm {

/// For clients without values or labels; takes no room in a stack entry.
struct Empty {};

/// In place of the heights of operands without values, which have no frame; takes no room.
struct NoHeight {
  constexpr NoHeight(std::uint32_t = 0) {}
  constexpr operator std::uint32_t() const { return 0; }
};

/// An entry of the operand stack.
template <class Value>
struct BasicOperand {
  using Height = std::conditional_t<std::is_empty_v<Value>, NoHeight, std::uint32_t>;

  ValType type;
  /// Slots below it in the frame's operand area; v128 takes two.
  [[no_unique_address]] Height height{};
  [[no_unique_address]] Value value{};
};

/// A type [params] -> [results] of a block; a single result needs no type section.
class BlockType {
 public:
  BlockType() = default;
  explicit BlockType(ValType result) : result_(result), result_count_(1) {}
  explicit BlockType(const FuncType& type) : BlockType(type.params, type.results) {}
  BlockType(std::span<const ValType> params, std::span<const ValType> results)
      : params_(params.data()),
        results_(results.data()),
        param_count_(static_cast<std::uint32_t>(params.size())),
        result_count_(static_cast<std::uint32_t>(results.size())) {}

  std::uint32_t param_count() const { return param_count_; }
  std::uint32_t result_count() const { return result_count_; }
  std::span<const ValType> params() const { return {params_, param_count_}; }
  /// Valid as long as this object stays where it is.
  std::span<const ValType> results() const {
    return {results_ ? results_ : &result_, result_count_};
  }

 private:
  const ValType* params_ = nullptr;
  const ValType* results_ = nullptr;  // null: result_
  ValType result_;
  std::uint32_t param_count_ = 0;
  std::uint32_t result_count_ = 0;
};

enum class ControlKind : std::uint8_t {
  function,  ///< the outermost entry; a branch to it is a return
  block,
  loop,
  if_,  ///< no else yet
  else_,
  try_table,
  legacy_try,
  legacy_catch,
  legacy_catch_all
};

/// An entry of the control stack.
template <class Label>
struct BasicControl {
  ControlKind kind = ControlKind::block;
  bool live = true;          ///< the instruction that opened it is reachable
  bool polymorphic = false;  ///< validation: its rest is unreachable, any operand may be popped
  /// So far, reachable code jumps to the label: a branch, a handler, or the end of an arm.
  bool targeted = false;
  std::uint32_t base = 0;    ///< index in the operand stack of its first parameter
  std::uint32_t height = 0;  ///< slots below its first parameter
  std::uint32_t start = 0;   ///< byte offset of the instruction that opened it
  std::uint32_t init_base = 0;
  std::uint32_t else_base = 0;
  BlockType type;
  [[no_unique_address]] Label label{};

  std::span<const ValType> params() const { return type.params(); }
  std::span<const ValType> results() const { return type.results(); }
  /// What a branch to it carries.
  std::span<const ValType> label_types() const {
    return kind == ControlKind::loop ? params() : results();
  }
  std::uint32_t label_count() const {
    return kind == ControlKind::loop ? type.param_count() : type.result_count();
  }
};

/// A vector whose elements above its size have whatever values they had before, or none, until they
/// are pushed over, and whose memory is reused.
template <class T>
class ScratchStack {
 public:
  std::uint32_t size() const { return size_; }
  std::uint32_t capacity() const { return capacity_; }
  bool empty() const { return size_ == 0; }
  void clear() { size_ = 0; }
  void truncate(std::uint32_t size) { size_ = size; }
  /// Makes it empty, and much room other people's.
  void shrink() {
    constexpr std::uint32_t most_kept = 1 << 12;
    if (capacity_ > most_kept) *this = ScratchStack();
    size_ = 0;
  }
  T* data() { return items_; }
  T& operator[](std::size_t i) { return items_[i]; }
  const T& operator[](std::size_t i) const { return items_[i]; }
  T& back() { return items_[size_ - 1]; }
  std::span<T> from(std::uint32_t begin) { return {items_ + begin, size_ - begin}; }
  std::span<const T> from(std::uint32_t begin) const { return {items_ + begin, size_ - begin}; }

  void reserve(std::uint32_t more) {
    if (capacity_ - size_ < more) [[unlikely]]
      grow(more);
  }
  T& push() {
    reserve(1);
    return items_[size_++];
  }
  void push(T item) { push() = item; }
  /// Puts `count` copies of `item` before position `at`.
  void insert(std::uint32_t at, std::uint32_t count, const T& item) {
    reserve(count);
    std::copy_backward(data() + at, data() + size_, data() + size_ + count);
    std::fill_n(data() + at, count, item);
    size_ += count;
  }

 private:
  static_assert(std::is_trivially_copyable_v<T>);

  [[gnu::noinline]] void grow(std::uint32_t more) {
    // What malloc keeps at hand for each thread is no larger.
    constexpr std::size_t first = std::max<std::size_t>(8, 1000 / sizeof(T));
    // What is as large as this grows where it is, or has its pages moved: there little is to be
    // reserved in vain.
    constexpr std::size_t large = (std::size_t{1} << 18) / sizeof(T);
    const std::size_t least = std::size_t{size_} + more;
    const std::size_t capacity =
        std::max<std::size_t>(first, least + (least < large ? least : least / 8));
    // Most functions push few: initialising the others took longer than what is done with those.
    void* const made = std::realloc(items_, capacity * sizeof(T));
    if (made == nullptr) throw std::bad_alloc();
    static_cast<void>(memory_.release());
    items_ = static_cast<T*>(made);
    memory_.reset(items_);
    capacity_ = static_cast<std::uint32_t>(capacity);
  }

  struct Free {
    void operator()(T* items) const noexcept { std::free(items); }
  };
  std::unique_ptr<T, Free> memory_;
  T* items_ = nullptr;
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;
};

/// The types of a function's locals, parameters first. Functions may declare 50,000 locals in
/// five bytes, so only the first ones are spelled out; the others stay run-length coded.
class LocalTypes {
 public:
  struct Run {
    std::uint32_t begin = 0;  ///< index of its first local
    std::uint32_t end = 0;
    ValType type;
  };

  void clear() {
    runs_.clear();
    flat_.clear();
    size_ = 0;
  }
  void add(std::uint32_t count, ValType type) {
    if (count == 0) return;
    const std::uint32_t begin = size_;
    size_ += count;
    if (!runs_.empty() && runs_.back().type == type) {
      runs_.back().end = size_;
    } else {
      runs_.push_back({begin, size_, type});
    }
    if (begin < flat_limit) flat_.insert(begin, std::min(size_, flat_limit) - begin, type);
  }

  std::uint32_t size() const { return size_; }
  /// Those that are spelled out: all of most functions.
  std::span<const ValType> spelled_out() const { return flat_.from(0); }
  ValType operator[](std::uint32_t index) const {
    return index < flat_.size() ? flat_[index] : find(index).type;
  }
  /// Maximal runs of equal types, ascending.
  std::span<const Run> runs() const { return runs_; }

 private:
  static constexpr std::uint32_t flat_limit = 256;

  const Run& find(std::uint32_t index) const {
    return *std::upper_bound(runs_.begin(), runs_.end(), index,
                             [](std::uint32_t i, const Run& run) { return i < run.end; });
  }

  std::vector<Run> runs_;
  ScratchStack<ValType> flat_;
  std::uint32_t size_ = 0;
};

}  // namespace wrun::inline v0::wasm
