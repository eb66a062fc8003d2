#pragma once

// Which values are alive where blocks begin. Found value by value, from uses back to the
// definition, so that time and room are in proportion to the answer.

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

  /// By ascending number.
  std::span<const VReg> live_in(std::uint32_t b) const {
    return {live_in_.data() + first_live_in_[b], first_live_in_[b + 1] - first_live_in_[b]};
  }
  std::uint32_t block_of(std::uint32_t inst) const { return block_of_[inst]; }
  /// One past the last instruction at which a value is alive anywhere.
  std::uint32_t end(VReg v) const { return ends_[v].all; }
  /// The same without cold blocks.
  std::uint32_t hot_end(VReg v) const { return ends_[v].hot; }

 private:
  struct End {
    std::uint32_t all = 0;
    std::uint32_t hot = 0;
  };

  void look_at_blocks(const LFunction& function);
  void follow(const LirFlow& flow, const LirUses& uses, VReg v);
  std::uint32_t* room_for_blocks();
  void sort_pairs(std::size_t blocks);

  struct BlockInfo {
    std::uint32_t end = 0;
    std::uint32_t hot_end = 0;  ///< 0 of a cold one
    VReg reached = 0;           ///< the last vreg found alive at its start, plus 1
  };
  std::vector<BlockInfo> blocks_;
  std::vector<std::uint32_t> alive_in_;        ///< blocks, vreg after vreg
  std::size_t pair_count_ = 0;                 ///< of vregs with those
  std::vector<std::uint32_t> first_alive_in_;  ///< by vreg
  std::vector<std::uint32_t> first_live_in_;
  std::vector<VReg> live_in_;
  std::vector<End> ends_;
  std::vector<std::uint32_t> block_of_;  ///< by instruction
};

}  // namespace wrun::inline v0::jit
