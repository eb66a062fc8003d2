#pragma once

// Which computations already have a value: a hash table that forgets everything in no time.

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
  ValueTable() : entries_(256) {}

  void forget() {
    ++generation_;
    count_ = 0;
  }
  /// The value that was found for it, or none, to be set by the caller. Valid until the next call.
  Value& operator[](const Computation& computation) {
    if (2 * count_ >= entries_.size()) grow();
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
    std::uint64_t h = static_cast<std::uint64_t>(c.op) << 32 | c.version;
    const auto mix = [&h](std::uint64_t x) { h = (h ^ x) * 0x9e37'79b9'7f4a'7c15 + (h >> 29); };
    mix(c.imm);
    mix(c.imm2 + static_cast<std::uint64_t>(c.type));
    mix(static_cast<std::uint64_t>(index(c.args[0])) << 32 | index(c.args[1]));
    mix(static_cast<std::uint64_t>(index(c.args[2])) << 32 | index(c.args[3]));
    return h ^ h >> 32;
  }
  Entry& find(const Computation& c) {
    const std::size_t mask = entries_.size() - 1;
    for (std::size_t i = hash(c) & mask;; i = (i + 1) & mask) {
      Entry& entry = entries_[i];
      if (entry.generation != generation_ || entry.computation == c) return entry;
    }
  }
  void grow() {
    std::vector<Entry> old(2 * entries_.size());
    old.swap(entries_);
    for (const Entry& entry : old)
      if (entry.generation == generation_) find(entry.computation) = entry;
  }

  std::vector<Entry> entries_;
  std::uint32_t generation_ = 1;
  std::size_t count_ = 0;
};

}  // namespace wrun::inline v0::jit
