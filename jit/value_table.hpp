#pragma once

// Which computations already have a value: a hash table that forgets everything in no time. It
// begins small each time, whatever it has held before: what is known of a few blocks stays in the
// processor's nearest cache.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "jit/ir.hpp"

namespace wrun::inline v0::jit {

/// What makes two computations the same one.
struct Computation {
  Opcode op{};
  Type type = Type::none;
  std::uint32_t version = 0;  ///< of what it reads
  Value args[4] = {Value::none, Value::none, Value::none, Value::none};
  std::uint64_t imm = 0;
  std::uint64_t imm2 = 0;
  friend bool operator==(const Computation&, const Computation&) = default;
};

class ValueTable {
 public:
  ValueTable() : entries_(least) {}

  void forget() {
    ++generation_;
    count_ = 0;
    size_ = least;
  }
  /// The same, with room for so many without growing.
  void forget(std::size_t expected) {
    forget();
    size_ = std::max(least, std::bit_ceil(expected + expected / 2));
    if (entries_.size() < size_) entries_.resize(size_);
  }
  /// The value that was found for it, or none, to be set by the caller. Valid until the next call.
  Value& operator[](const Computation& computation) {
    if (4 * count_ >= 3 * size_) grow();
    Entry& entry = find(computation);
    if (entry.generation != generation_) {
      entry = {computation, generation_, Value::none};
      ++count_;
    }
    return entry.value;
  }

 private:
  struct Entry {
    Computation computation;
    std::uint32_t generation = 0;
    Value value = Value::none;
  };

  static std::size_t hash(const Computation& c) {
    // Products of parts that don't wait for each other.
    const auto both = [](Value a, Value b) {
      return static_cast<std::uint64_t>(index(a)) << 32 | index(b);
    };
    const std::uint64_t kind = static_cast<std::uint64_t>(c.op) << 40 |
                               static_cast<std::uint64_t>(c.type) << 32 | c.version;
    std::uint64_t h = kind * 0xa076'1d64'78bd'642f;
    h ^= c.imm2 * 0x9e37'79b9'7f4a'7c15;
    h ^= c.imm * 0xff51'afd7'ed55'8ccd;
    h += both(c.args[0], c.args[1]) * 0xc4ce'b9fe'1a85'ec53;
    h += both(c.args[2], c.args[3]) * 0xd6e8'feb8'6659'fd93;
    return h ^ h >> 32;
  }
  Entry& find(const Computation& c) {
    const std::size_t mask = size_ - 1;
    for (std::size_t i = hash(c) & mask;; i = (i + 1) & mask) {
      Entry& entry = entries_[i];
      if (entry.generation != generation_ || entry.computation == c) return entry;
    }
  }
  void grow() {
    moved_.clear();
    for (std::size_t i = 0; i < size_; ++i)
      if (entries_[i].generation == generation_) moved_.push_back(entries_[i]);
    size_ *= 2;
    if (entries_.size() < size_) entries_.resize(size_);
    ++generation_;
    for (Entry& entry : moved_) {
      entry.generation = generation_;
      find(entry.computation) = entry;
    }
  }

  static constexpr std::size_t least = 256;

  std::vector<Entry> entries_;
  std::vector<Entry> moved_;
  std::size_t size_ = least;  // of the part that is in use, a power of two
  std::uint32_t generation_ = 1;
  std::size_t count_ = 0;
};

}  // namespace wrun::inline v0::jit
