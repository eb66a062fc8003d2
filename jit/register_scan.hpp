#pragma once

// The heart of the register allocator: one walk over the instructions that knows at each what every
// register holds. When registers run out, what is needed last leaves; leaving costs nothing, as
// whatever is read from a slot is stored there earlier. What happens on edges is decided here only
// by naming the registers in which values enter a block.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "jit/dispatch_loops.hpp"
#include "jit/lir.hpp"
#include "jit/lir_flow.hpp"
#include "jit/lir_liveness.hpp"
#include "jit/lir_uses.hpp"
#include "jit/residence.hpp"

namespace wrun::inline v0::jit {

class RegisterScan {
 public:
  struct Input {
    const LFunction& function;
    const LirFlow& flow;
    const LirUses& uses;
    const LirLiveness& liveness;
    const DispatchLoops& dispatch_loops;
  };

  /// Room is reused. False if the operands of an instruction found no registers this way.
  bool run(const Input& input, Residence& out, std::vector<Loc>& operands);

 private:
  static constexpr std::uint32_t none = Residence::none;
  static constexpr std::uint32_t never = ~0u;

  struct Value {
    std::uint32_t piece = none;  ///< that it is in
    std::uint32_t cursor = 0;    ///< in LirUses::all(): the first use not behind us
    std::uint32_t uses_end = 0;  ///< the same, past its last use
    Reg wish = no_reg;           ///< of a param: where an arg is, and then where it is itself
    Reg reg = no_reg;            ///< of its piece
    bool is_constant = false;
    RegClass cls = RegClass::general;
  };
  static_assert(sizeof(Value) == 16);
  /// In preds_, and of a param among the jumps to its block so far.
  struct Count {
    std::uint8_t residents = 0;  ///< how many have a value in a register; 0 between uses
    std::uint8_t votes = 0;      ///< how many more of those have it in `common` than don't
    Reg common = no_reg;
  };

  // Next uses (register_choice.cpp)
  std::uint32_t next_use(VReg v) {
    Value& value = values_[v];
    const auto uses = uses_->all();
    while (value.cursor < value.uses_end && uses[value.cursor].at < from_) ++value.cursor;
    return value.cursor < value.uses_end ? uses[value.cursor].at : never;
  }
  std::uint32_t next_call() {
    const auto calls = uses_->calls();
    while (call_cursor_ < calls.size() && calls[call_cursor_] < from_) ++call_cursor_;
    return call_cursor_ < calls.size() ? calls[call_cursor_] : never;
  }
  std::uint32_t next_fixed(Reg r);
  bool lives_on(VReg v);
  bool is_live_in(VReg v) const { return liveness_->is_live_into(v, block_); }
  bool crosses_call(VReg v);
  bool calls_before(std::uint32_t loop_end);
  std::uint32_t use_in_round(VReg v, std::uint32_t header) const;
  std::uint32_t distance(VReg v);
  std::uint32_t cost_to_keep(VReg v);
  // Choosing registers
  RegSet class_regs(VReg v) const { return function_->allocatable & registers_of(values_[v].cls); }
  Reg hint(VReg v);
  Reg choose_free(VReg v, RegSet allowed, Reg wish = no_reg);
  Reg farthest(RegSet allowed);
  Reg obtain(VReg v, RegSet allowed, Reg wish = no_reg);

  // What registers hold
  std::uint32_t add_piece(VReg v, Reg r, Piece::Origin origin, std::uint32_t source);
  void take(VReg v, Reg r, std::uint32_t piece);
  void drop(Reg r);
  void drop_all();
  void need(std::uint32_t piece) { out_->pieces[piece].is_needed = true; }
  void demand(VReg v);
  bool is_constant(VReg v) const { return values_[v].is_constant; }

  // Blocks (register_entry.cpp)
  void start_values();
  void find_loop_values();
  void add_to_loops(VReg v, std::uint32_t block);
  void enter(std::uint32_t b);
  bool enter_after(std::uint32_t pred);
  void enter_join();
  void enter_residents();
  void enter_loop();
  bool only_jumps(std::uint32_t block) const;
  std::uint32_t entry_pred() const;
  void collect_preds();
  static void vote(Count& count, Reg r);
  std::uint32_t turn_of(std::uint32_t block) const;
  Reg reg_at_start(VReg v, std::uint32_t block) const;
  Reg common_reg(const Piece& from) const;
  std::uint32_t best_pred();
  bool is_wanted(VReg v);
  bool is_wanted_before_call(VReg v);
  void enter_params();
  void note_params();
  Reg wish_of_param(std::uint32_t position);
  void leave_conflicts();
  void load_for_loop();
  void enter_value(VReg v, Reg r);
  Residence::State save_state();
  void leave();

  // Instructions (register_scan.cpp)
  void scan_block();
  void scan_inst(std::uint32_t at);
  void note_fixed();
  void vacate();
  bool relocate(Reg r);
  bool is_fixed_here(VReg v, Reg r) const;
  bool is_used_here(VReg v) const;
  std::uint32_t source_of(VReg v) const;
  void copy_for_inst(VReg v, Reg r);
  void load(VReg v, Reg r);
  void place_fixed_uses();
  void place_fixed_use(std::uint32_t k);
  void lock_uses();
  void place_tied();
  std::uint32_t use_to_tie(std::uint32_t def);
  bool take_over(VReg v, VReg def);
  void place_uses();
  void place_resident_use(std::uint32_t k);
  void place_absent_use(std::uint32_t k);
  Reg copy_here(VReg v, bool is_late) const;
  bool is_worth_loading(VReg v);
  void place_temporaries();
  void finish_uses();
  void place_defs();
  void place_def(std::uint32_t k);
  void define(std::uint32_t k, Reg r);
  void finish_defs();
  void set_place(std::uint32_t k, Reg r);
  void place_in_slot(std::uint32_t k);

  const LFunction* function_ = nullptr;
  const LirFlow* flow_ = nullptr;
  const LirUses* uses_ = nullptr;
  const LirLiveness* liveness_ = nullptr;
  const DispatchLoops* dispatch_loops_ = nullptr;
  Residence* out_ = nullptr;
  bool failed_ = false;

  std::array<std::uint32_t, 32> held_{};  ///< the piece in each register
  std::array<VReg, 32> held_vreg_{};      ///< the same's value
  RegSet free_;
  std::vector<Value> values_;  ///< by vreg
  std::vector<Count> counts_;  ///< the same
  std::array<std::uint32_t, 32> fixed_cursor_{};
  std::uint32_t call_cursor_ = 0;

  std::vector<std::uint32_t> first_loop_value_;  ///< by block
  struct LoopValue {
    std::uint32_t header;
    VReg vreg;
  };
  std::vector<LoopValue> loop_values_;  ///< used in a loop, defined outside
  std::vector<std::uint32_t> added_to_loop_;
  std::vector<VReg> sorted_loop_values_;

  // At the moment
  std::uint32_t block_ = 0;
  std::uint32_t turn_ = none;    ///< the loop whose next turn follows it
  Residence::State last_state_;  ///< that was saved
  std::uint32_t left_ = none;  ///< the block whose end the registers are as at, on entering another
  std::uint32_t at_ = 0;
  std::uint32_t from_ = 0;            ///< uses before it are behind us
  std::uint32_t best_pred_ = none;    ///< in whose registers values enter the block
  std::vector<std::uint32_t> preds_;  ///< of a block that several lead to
  std::span<const Operand> ops_;
  std::span<Loc> places_;
  std::uint32_t first_operand_ = 0;
  bool is_call_ = false;
  bool has_tied_ = false;
  bool has_temporaries_ = false;
  RegSet early_;      ///< taken at the start of the instruction
  RegSet late_;       ///< at its end
  RegSet fixed_;      ///< fixed at its start
  RegSet clobbered_;  ///< written at its end by something fixed
  struct Vacated {
    VReg vreg;
    std::uint32_t piece;
  };
  std::vector<Vacated> vacated_;
  std::vector<Loc>* operands_ = nullptr;
};

}  // namespace wrun::inline v0::jit
