#pragma once

// The allocation without an idea: every value has a slot of its own and is in a register only for
// the instruction at hand. For functions whose liveness would be too large to know, and to compare
// with.

#include "jit/lir.hpp"
#include "jit/parallel_moves.hpp"

namespace wrun::inline v0::jit {

/// Room is reused from call to call. Linear. Throws std::bad_alloc.
class SpillEverywhere {
 public:
  void run(const LFunction& function, Allocation& out);

 private:
  void assign_slots();
  Loc slot_of(VReg vreg) const;
  void place_fixed(const LInst& inst);
  void place_tied(const LInst& inst);
  void place_others(const LInst& inst);
  void place(std::uint32_t operand, Loc loc);
  RegSet free_for(const Operand& operand) const;
  Reg choose(const Operand& operand) const;
  void take(Role role, Reg reg);
  void load_uses(std::uint32_t inst);
  void store_defs(const LInst& inst);
  void pass_args(const LBlock& block);

  const LFunction* function_ = nullptr;
  Allocation* out_ = nullptr;
  ParallelMoves moves_;
  std::vector<std::uint32_t> slots_;  ///< by vreg
  RegSet early_;                      ///< registers taken at the start of the instruction
  RegSet late_;                       ///< at its end
  struct Store {
    Reg from;
    VReg vreg;
  };
  std::vector<Store> stores_;  ///< of the instruction before
};

}  // namespace wrun::inline v0::jit
