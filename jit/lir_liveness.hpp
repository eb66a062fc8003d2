#pragma once

// Which values are alive where blocks begin: a bit for each block and value that is alive in
// several blocks; or, where that would be too many, pairs that are found value by value, from uses
// back to the definition, so that time and room are in proportion to the answer. These are counted
// first, and found again to be written where they belong: that takes half the room of sorting them.

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "jit/lir_flow.hpp"
#include "jit/lir_uses.hpp"

namespace wrun::inline v0::jit {

class LirLiveness {
 public:
  /// Room is reused. False if the answer would be out of proportion to the function. Constants are
  /// left out: they are never dead.
  bool analyse(const LFunction& function, const LirFlow& flow, const LirUses& uses);

  bool is_live_into(VReg v, std::uint32_t b) const {
    const std::uint32_t global = globals_[v];
    if (global == none) return false;
    if (words_ != 0) return (bits_[b * words_ + global / 64] >> global % 64 & 1) != 0;
    return std::binary_search(live_in_.begin() + first_live_in_[b],
                              live_in_.begin() + first_live_in_[b + 1], v);
  }
  bool is_live_out_of(const LFunction& function, VReg v, std::uint32_t b) const {
    const LBlock& block = function.blocks[b];
    if (globals_[v] == none || ends_[v].all < block.end) return false;
    for (std::uint32_t s = 0; s < block.succ_count; ++s)
      if (is_live_into(v, function.succs[block.first_succ + s].to)) return true;
    return false;
  }
  /// Whether a value is used in other blocks than that of its definition. Of a constant, false.
  bool is_global(VReg v) const { return globals_[v] != none; }
  /// Gives back what only analyse() needs.
  void shrink();
  /// Gives back what is known of the starts of blocks; what the functions below answer stays.
  void forget_blocks();
  /// One past the last instruction at which a value is alive anywhere.
  std::uint32_t end(VReg v) const { return ends_[v].all; }
  /// The same without cold blocks.
  std::uint32_t hot_end(VReg v) const { return ends_[v].hot; }
  std::uint32_t block_of(std::uint32_t inst) const { return block_of_[inst]; }

 private:
  static constexpr std::uint32_t none = ~0u;
  struct End {
    std::uint32_t all = 0;
    std::uint32_t hot = 0;
  };

  void look_at_blocks(const LFunction& function);
  void find_globals(const LFunction& function, const LirUses& uses);
  void number_globals(const LFunction& function, const LirUses& uses);
  // With bits
  bool fill_bits(const LFunction& function, const LirFlow& flow, const LirUses& uses);
  bool spread(const LFunction& function, std::uint32_t b, std::uint32_t now);
  std::uint64_t defined_in(std::uint32_t b, std::size_t word) const;
  void find_ends(const LFunction& function);
  void extend(std::uint64_t fresh, std::size_t word, std::uint32_t end, bool is_hot);
  // With pairs
  bool collect_pairs(const LFunction& function, const LirFlow& flow, const LirUses& uses);
  std::span<const std::uint32_t> follow(const LirFlow& flow, const LirUses& uses, VReg v,
                                        std::uint32_t turn);

  struct BlockInfo {
    std::uint32_t end = 0;
    std::uint32_t hot_end = 0;  ///< 0 of a cold one
    std::uint32_t reached = 0;  ///< the last turn in which it was
  };
  std::vector<BlockInfo> blocks_;
  std::vector<std::uint32_t> globals_;  ///< by vreg: its number, by block of definition; or none
  std::vector<std::uint32_t> first_global_;  ///< by block
  std::vector<VReg> global_vregs_;
  std::size_t words_ = 0;  ///< of each block; 0: there are pairs
  std::vector<std::uint64_t> bits_;
  struct Turn {
    std::uint32_t done = 0;     ///< when the block had its last turn
    std::uint32_t changed = 0;  ///< when its bits changed last
  };
  std::vector<Turn> turns_;
  std::vector<std::uint64_t> seen_;      ///< found alive at the end of a block
  std::vector<std::uint64_t> seen_hot_;  ///< of one that isn't cold
  std::vector<std::uint32_t> reached_;   ///< blocks that the value at hand is alive into
  std::vector<std::uint32_t> first_live_in_;
  std::vector<VReg> live_in_;
  std::vector<End> ends_;
  std::vector<std::uint32_t> block_of_;  ///< by instruction
};

}  // namespace wrun::inline v0::jit
