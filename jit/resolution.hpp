#pragma once

// Makes an allocation of what the scan decided: finds out which pieces are needed, so that what
// nobody reads is neither copied nor loaded; places stores, assigns slots, and puts all copies in
// order.

#include <cstdint>
#include <vector>

#include "jit/lir.hpp"
#include "jit/lir_flow.hpp"
#include "jit/lir_liveness.hpp"
#include "jit/lir_uses.hpp"
#include "jit/parallel_moves.hpp"
#include "jit/residence.hpp"
#include "jit/slot_assignment.hpp"
#include "jit/slot_webs.hpp"
#include "jit/store_placement.hpp"

namespace wrun::inline v0::jit {

class Resolution {
 public:
  /// Finds what is needed, and where in the frame. Room is reused. `out.operands` is there but for
  /// those in slots.
  void plan(const LFunction& function, const LirFlow& flow, const LirUses& uses,
            const LirLiveness& liveness, Residence& residence, Allocation& out);
  /// Writes the copies; what is alive where blocks begin isn't asked for any more.
  void emit();
  /// Gives back what only plan() needs.
  void forget_webs() { webs_ = SlotWebs(); }

 private:
  static constexpr std::uint32_t none = Residence::none;

  void find_needs();
  void need(std::uint32_t piece);
  void demand(VReg v, std::uint32_t block);
  void follow_piece(std::uint32_t piece);
  void follow_demand(VReg v);
  void need_on_edges(VReg v, std::uint32_t block);
  void demand_on_edges(VReg param);
  bool begins_in_slot(VReg v) const;
  VReg value_on_edge(VReg v, std::uint32_t pred, std::uint32_t block) const;
  std::uint32_t piece_at_end(VReg v, std::uint32_t block) const;
  std::uint32_t block_of(const Piece& piece) const { return liveness_->block_of(piece.at); }

  void emit_block(std::uint32_t b);
  void emit_copies(std::uint32_t at);
  void collect_edge(std::uint32_t pred, const LEdge& edge);
  void emit_edge(std::uint32_t pred, const LEdge& edge);
  bool only_turns(std::uint32_t block, std::uint32_t branch) const;
  bool has_copies(const LBlock& block) const;
  bool turn_early(std::uint32_t branch, std::uint32_t turn, std::uint32_t other);
  void look_at_end(std::uint32_t pred);
  void pass(VReg v, std::uint32_t pred, std::uint32_t block, Loc to);
  RegSet free_on_edge(std::uint32_t pred, std::uint32_t block) const;

  const LFunction* function_ = nullptr;
  const LirFlow* flow_ = nullptr;
  const LirUses* uses_ = nullptr;
  const LirLiveness* liveness_ = nullptr;
  Residence* residence_ = nullptr;
  Allocation* out_ = nullptr;

  std::vector<std::uint32_t> todo_;         ///< pieces
  std::vector<std::uint8_t> in_slot_;       ///< by vreg: read from its slot somewhere
  std::vector<std::uint32_t> param_index_;  ///< by vreg that is a param: which
  struct Held {
    std::uint32_t end = none;  ///< of which block
    Reg reg = no_reg;
  };
  std::vector<Held> held_;    ///< by vreg: where it was at the end of a block
  std::uint32_t end_ = none;  ///< the block that held_ is about
  StorePlacement stores_;
  SlotWebs webs_;
  SlotAssignment slots_;
  std::vector<std::uint8_t>
      is_turned_;  ///< by block: its edge's moves were made before the branch to it
  ParallelMoves copies_;
  std::size_t next_store_ = 0;
  std::size_t next_move_ = 0;
};

}  // namespace wrun::inline v0::jit
