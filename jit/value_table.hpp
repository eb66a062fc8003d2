#pragma once

// Which computations already have a value: a hash table that forgets everything in no time. It
// begins small each time, whatever it has held before: what is known of a few blocks stays in the
// processor's nearest cache. Slots have eight bytes, and only as many entries are there as there
// are computations. Of very many it forgets all, rather than to grow with the function.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "jit/chunks.hpp"
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

/// What stands for a computation, and where that is known; none as long as nobody has said.
struct KnownValue {
  Value value = Value::none;
  Block block = Block::none;
};

class ValueTable {
 public:
  ValueTable() : slots_(least) {}

  void forget() {
    entries_.clear();
    size_ = least;
    empty();
  }
  /// The same, with room for so many without growing.
  void forget(std::size_t expected) {
    forget();
    size_ = std::clamp(std::bit_ceil(expected + expected / 2), least, most);
    if (slots_.size() < size_) slots_.resize(size_);
  }
  /// What is known of it, to be set by the caller. Valid until the table forgets.
  KnownValue& operator[](const Computation& computation) {
    if (4 * entries_.size() >= 3 * size_) grow();
    const std::uint64_t h = hash(computation);
    Slot& slot = find(computation, h);
    if (slot.generation == generation_) return entries_[slot.entry].known;
    slot = {generation_, tag(h), static_cast<std::uint32_t>(entries_.size())};
    Entry& entry = entries_.add();
    entry.computation = computation;
    entry.known = {};
    return entry.known;
  }
  /// The same, and none if there is nothing.
  KnownValue look_up(const Computation& computation) {
    const Slot& slot = find(computation, hash(computation));
    return slot.generation == generation_ ? entries_[slot.entry].known : KnownValue();
  }

 private:
  struct Entry {
    Computation computation;
    KnownValue known;
  };
  /// Says nothing if it is of another generation.
  struct Slot {
    std::uint16_t generation = 0;
    std::uint16_t tag = 0;  ///< of the hash: another part of it than where the slot is
    std::uint32_t entry = 0;
  };

  static std::uint64_t hash(const Computation& c) {
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
  static std::uint16_t tag(std::uint64_t hash) { return static_cast<std::uint16_t>(hash >> 48); }
  Slot& find(const Computation& c, std::uint64_t h) {
    const std::size_t mask = size_ - 1;
    for (std::size_t i = h & mask;; i = (i + 1) & mask) {
      Slot& slot = slots_[i];
      if (slot.generation != generation_) return slot;
      if (slot.tag == tag(h) && entries_[slot.entry].computation == c) return slot;
    }
  }
  /// Slots say nothing from here on.
  void empty() {
    if (++generation_ != 0) return;
    std::fill(slots_.begin(), slots_.end(), Slot());
    generation_ = 1;
  }
  void grow() {
    if (size_ == most) {
      entries_.clear();
      return empty();
    }
    size_ *= 2;
    if (slots_.size() < size_) slots_.resize(size_);
    empty();
    const std::size_t mask = size_ - 1;
    for (std::uint32_t entry = 0; entry < entries_.size(); ++entry) {
      const std::uint64_t h = hash(entries_[entry].computation);
      std::size_t i = h & mask;
      while (slots_[i].generation == generation_) i = (i + 1) & mask;
      slots_[i] = {generation_, tag(h), entry};
    }
  }

  static constexpr std::size_t least = 256;
  static constexpr std::size_t most = std::size_t{1} << 17;

  std::vector<Slot> slots_;
  Chunks<Entry, 8> entries_;
  std::size_t size_ = least;  // of the slots that are in use, a power of two
  std::uint16_t generation_ = 1;
};

}  // namespace wrun::inline v0::jit
