#pragma once

// Values that become each other on edges and are never alive together: they get one slot, so that
// nothing is copied there from slot to slot, and what stays the same isn't even stored.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "jit/lir.hpp"
#include "jit/lir_flow.hpp"
#include "jit/lir_liveness.hpp"
#include "jit/lir_uses.hpp"
#include "jit/residence.hpp"

namespace wrun::inline v0::jit {

class SlotWebs {
 public:
  struct Input {
    const LFunction& function;
    const LirFlow& flow;
    const LirUses& uses;
    const LirLiveness& liveness;
    const Residence& residence;
    const std::vector<std::uint8_t>& in_slot;  ///< by vreg: whether it needs one
  };

  /// Room is reused.
  void run(const Input& input);

  /// One of each web, for all of it; a value that is alone, itself.
  VReg leader(VReg v) const { return webs_[v].leader; }
  /// From where on, and until where, something of a leader's web is alive.
  std::uint32_t first(VReg leader) const { return webs_[leader].first; }
  std::uint32_t end(VReg leader) const { return webs_[leader].end; }

 private:
  struct Web {
    VReg leader = 0;
    VReg next = 0;  ///< around the web
    std::uint32_t first = 0;
    std::uint32_t end = 0;
    std::uint32_t size = 1;
  };

  void join_args(VReg param, std::uint32_t position);
  bool may_share(VReg a, VReg b);
  bool interfere(VReg a, VReg b);
  bool webs_interfere(VReg a, VReg b);
  void join(VReg a, VReg b);

  const LFunction* function_ = nullptr;
  const LirFlow* flow_ = nullptr;
  const LirUses* uses_ = nullptr;
  const LirLiveness* liveness_ = nullptr;
  const Residence* residence_ = nullptr;
  const std::vector<std::uint8_t>* in_slot_ = nullptr;
  std::size_t looks_left_ = 0;
  std::vector<Web> webs_;  ///< by vreg; all but `leader` and `next` of leaders only
};

}  // namespace wrun::inline v0::jit
