#pragma once

// Loops around a switch of many ways, as interpreters are: what few of the ways use, while many
// call something, is better off in memory than in a register that each way has to fill again.

#include <cstdint>
#include <vector>

#include "jit/lir.hpp"
#include "jit/lir_flow.hpp"
#include "jit/lir_liveness.hpp"
#include "jit/lir_uses.hpp"

namespace wrun::inline v0::jit {

class DispatchLoops {
 public:
  /// Room is reused. Linear; little for a function without such a switch.
  void analyse(const LFunction& function, const LirFlow& flow, const LirUses& uses,
               const LirLiveness& liveness);

  /// Whether a loop has such a switch, and fewer of its turns use a value than call something.
  bool is_seldom_used(VReg v, std::uint32_t header) const;
  /// Whether a parameter comes into its block in its slot, and not in a register.
  bool enters_in_slot(VReg param) const { return has_any_ && in_slot_[param]; }

 private:
  /// How often a block is reached in a turn of a loop, if all ways on from a block are alike.
  struct Share {
    std::uint64_t all = 0;
    std::uint64_t called = 0;  ///< of these, with a call since the turn began
  };

  bool find_headers();
  void measure();
  void enter(std::uint32_t b);
  void leave(std::uint32_t b);
  void choose_params();
  bool is_passed_to_slots(VReg v) const;
  bool is_arg(const LirUse& use) const;
  bool is_header(std::uint32_t b) const { return is_header_[b]; }

  const LFunction* function_ = nullptr;
  const LirFlow* flow_ = nullptr;
  const LirUses* uses_ = nullptr;
  const LirLiveness* liveness_ = nullptr;
  bool has_any_ = false;
  std::vector<bool> is_header_;         ///< by block
  std::vector<Share> shares_;           ///< of what a block hands to each that follows
  std::vector<Share> turns_;            ///< by header: what comes back
  std::vector<std::uint64_t> reached_;  ///< by block: in a turn
  std::vector<bool> calls_;             ///< by block
  std::vector<bool> in_slot_;           ///< by vreg
};

}  // namespace wrun::inline v0::jit
