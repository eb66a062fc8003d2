#pragma once

// Writes slot code: instructions one after the other, and the distances of branches that are
// known later.

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <wrun_dispatch/dispatch.hpp>

#include "lib/interp/regs.hpp"
#include "lib/interp/sequences.hpp"

namespace wrun::inline v0::interp {

class Emitter {
 public:
  static constexpr std::uint32_t nowhere = ~std::uint32_t{0};

  /// Begins the code of a body of so many bytes. Most take 0.6 words for each.
  void clear(std::uint32_t body_bytes) {
    size_ = 0;
    start_count_ = 0;
    fixups_.clear();
    const std::uint32_t words = body_bytes - body_bytes / 4;
    if (capacity_ < words) grow(words);
  }
  std::uint32_t position() const { return size_; }
  std::size_t memory() const {
    return capacity_ * sizeof(Word) + starts_in(capacity_) * sizeof(Start);
  }
  std::span<Word> code() { return {code_.get(), size_}; }
  /// Where the instructions begin, with room behind them, as combine() wants it.
  std::span<Start> starts() { return {starts_.get(), start_count_}; }
  /// The number of the last instruction.
  std::uint32_t last() const { return start_count_ - 1; }

  /// Begins an instruction of `words` words, zeroed but for its handler; returns its position.
  std::uint32_t begin(Handler handler, std::uint32_t words, SequenceKey key) {
    assert(words >= least_words);
    const std::uint32_t at = size_;
    if (capacity_ - at < words + common_words) [[unlikely]]
      grow(words + common_words);
    size_ = at + words;
    Word* const instruction = code_.get() + at;
    instruction[0] = word_of(handler);
    std::fill_n(instruction + 1, common_words - 1, Word{0});
    if (words > common_words) [[unlikely]]
      std::fill(instruction + common_words, instruction + words, Word{0});
    starts_[start_count_++] = {at, key, 0};
    return at;
  }
  /// Appends an instruction whose operands are a, b, and `rest` from c on, as far as its words go.
  std::uint32_t append(Handler handler, std::uint32_t words, SequenceKey key, std::uint32_t a,
                       std::uint32_t b, std::uint64_t rest) {
    assert(words >= least_words);
    const std::uint32_t at = size_;
    if (capacity_ - at < words + common_words) [[unlikely]]
      grow(words + common_words);
    size_ = at + words;
    starts_[start_count_++] = {at, key, 0};
    Word* const instruction = code_.get() + at;
    const std::uint16_t slots[] = {static_cast<std::uint16_t>(a), static_cast<std::uint16_t>(b)};
    instruction[0] = word_of(handler);
    std::memcpy(instruction + 1, slots, sizeof slots);
    // What this writes beyond the instruction is written once more, by the next one.
    std::memcpy(instruction + 2, &rest, sizeof rest);
    return at;
  }
  /// Gives an instruction, the `number`th one, at `at`, another handler.
  void set_handler(std::uint32_t at, std::uint32_t number, Handler handler, SequenceKey key) {
    code_[at] = word_of(handler);
    starts_[number].key = key;
  }
  /// Writes an operand at byte `byte` of the instruction at `at`.
  template <class T>
  void put(std::uint32_t at, std::uint32_t byte, T value) {
    std::memcpy(reinterpret_cast<char*>(&code_[at]) + byte, &value, sizeof(T));
  }
  /// Takes back the last instruction, which is at `at`; no branch may refer to it.
  void take_back(std::uint32_t at) {
    size_ = at;
    --start_count_;
  }

  /// A distance, at byte `byte` of the instruction at `at`, to a position that is known.
  void put_distance(std::uint32_t at, std::uint32_t byte, std::uint32_t target) {
    put(at, byte, static_cast<std::int32_t>(target) - static_cast<std::int32_t>(at));
  }
  /// Adds a distance to the list `head` of those to be filled in by patch().
  void put_later(std::uint32_t at, std::uint32_t byte, std::uint32_t& head) {
    fixups_.push_back({at, byte, head});
    head = static_cast<std::uint32_t>(fixups_.size()) - 1;
  }
  /// Fills in the list's distances with the current position.
  void patch(std::uint32_t head) {
    for (; head != nowhere; head = fixups_[head].next)
      put_distance(fixups_[head].at, fixups_[head].byte, position());
  }

 private:
  struct Fixup {
    std::uint32_t at;
    std::uint32_t byte;
    std::uint32_t next;
  };
  /// Few instructions have more than that; those that are shorter are followed by as much room.
  static constexpr std::uint32_t common_words = through_e;
  static constexpr std::uint32_t least_words = through_b;
  /// How many instructions so many words can be; behind the last one there is room for another.
  static constexpr std::uint32_t starts_in(std::uint32_t words) { return words / least_words; }

  [[gnu::noinline]] void grow(std::uint32_t words) {
    const std::uint32_t capacity = std::max<std::uint32_t>(256, 2 * size_ + words);
    auto code = std::make_unique_for_overwrite<Word[]>(capacity);
    auto starts = std::make_unique_for_overwrite<Start[]>(starts_in(capacity));
    std::copy_n(code_.get(), size_, code.get());
    std::copy_n(starts_.get(), start_count_, starts.get());
    code_ = std::move(code);
    starts_ = std::move(starts);
    capacity_ = capacity;
  }

  // They keep their memory from function to function; what was not yet written is uninitialised.
  std::unique_ptr<Word[]> code_;
  std::unique_ptr<Start[]> starts_;
  std::uint32_t capacity_ = 0;  // words
  std::uint32_t size_ = 0;
  std::uint32_t start_count_ = 0;
  std::vector<Fixup> fixups_;
};

}  // namespace wrun::inline v0::interp
