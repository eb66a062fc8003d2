#pragma once

// What may have been written between two points of a graph. Everything that can be read has a
// number at each point, which is another one after each write and where ways with different numbers
// meet: two reads that see one number, of which one dominates the other, read the same.

#include <array>
#include <cstdint>
#include <vector>

#include "jit/cfg.hpp"
#include "jit/effects.hpp"
#include "jit/loops.hpp"
#include "jit/plain_vector.hpp"

namespace wrun::inline v0::jit {

/// A set of what has a number of its own: each Alias, and the first few globals by their keys.
using SlotSet = std::uint32_t;

class MemoryVersions {
 public:
  static constexpr unsigned alias_slots = static_cast<unsigned>(Alias::count_);
  static constexpr unsigned global_keys = 8;
  static constexpr unsigned slots = alias_slots + global_keys;
  using Numbers = std::array<std::uint32_t, slots>;

  void compute(const Graph& graph, const Cfg& cfg, const Loops& loops);

  static unsigned slot_of(Place place) {
    const bool has_own = place.alias == Alias::global && place.key < global_keys;
    return has_own ? alias_slots + place.key : static_cast<unsigned>(place.alias);
  }
  static SlotSet slots_of(AliasSet aliases);
  /// What an instruction with those effects writes.
  static SlotSet written(const Inst& inst, const Effects& effects);
  static SlotSet read(const Inst& inst, const Effects& effects);
  /// What is written in a loop, by its header's position.
  SlotSet written_in_loop(std::uint32_t header) const { return in_loop_[header]; }

  /// Goes to the start of a block, then from write to write.
  void enter(std::uint32_t position) {
    now_ = states_[blocks_[position].start];
    next_ = blocks_[position].first_number;
  }
  void write(SlotSet written) { next_ = advance(now_, written, next_); }
  std::uint32_t number(unsigned slot) const { return now_[slot]; }

 private:
  /// By position in the Cfg's order.
  struct BlockInfo {
    std::uint32_t start = 0;         ///< in states_; often other blocks', too
    std::uint32_t end = 0;           ///< the same
    std::uint32_t first_write = 0;   ///< in writes_, where those of the blocks before come behind
    std::uint32_t first_number = 0;  ///< of what it writes
  };

  static std::uint32_t advance(Numbers& numbers, SlotSet written, std::uint32_t next);
  void collect_writes(const Graph& graph, Block b, std::uint32_t at);
  void find_loop_writes(const Graph& graph, const Cfg& cfg, const Loops& loops);
  void meet(const Cfg& cfg, const Loops& loops, std::uint32_t at);
  void pass(std::uint32_t at);

  Numbers now_{};
  std::uint32_t next_ = 0;
  std::vector<BlockInfo> blocks_;
  PlainVector<Numbers> states_;
  PlainVector<SlotSet> writes_;
  std::vector<SlotSet> in_loop_;  // by position
};

}  // namespace wrun::inline v0::jit
