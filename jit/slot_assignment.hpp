#pragma once

// Spill slots: values that are never alive together share them, a param and its args if possible.

#include <cstdint>
#include <utility>
#include <vector>

#include "jit/lir.hpp"
#include "jit/lir_liveness.hpp"
#include "jit/lir_uses.hpp"
#include "jit/residence.hpp"
#include "jit/slot_webs.hpp"

namespace wrun::inline v0::jit {

class SlotAssignment {
 public:
  /// Room is reused. For every vreg that has a demand; those are sorted by vreg. Returns the number
  /// of slots in use.
  std::uint32_t run(const LFunction& function, const LirUses& uses, const SlotWebs& webs,
                    const Residence& residence);
  /// A constant's is none.
  Loc of(VReg v) const { return slots_[v]; }

 private:
  struct Busy {
    std::uint32_t end;
    std::uint32_t slot;
    std::uint8_t bytes;
  };

  void collect(const LFunction& function, const SlotWebs& webs, const Residence& residence);
  void tell_params(const LFunction& function, const LirUses& uses, VReg v);
  std::uint32_t wish(const LFunction& function, const LirUses& uses, VReg v,
                     std::uint32_t at) const;
  bool is_free(std::uint32_t slot, std::uint32_t at) const { return busy_until_[slot] <= at; }
  void shrink();
  std::uint32_t take(const LFunction& function, const LirUses& uses, VReg v, std::uint32_t at);

  std::vector<Loc> slots_;
  std::vector<VReg> order_;                 ///< one of each web
  std::vector<VReg> hints_;                 ///< by vreg: a value with a slot that it came from
  std::vector<Busy> busy_;                  ///< a heap by end
  std::vector<std::uint32_t> busy_until_;   ///< by slot
  std::vector<std::uint32_t> free_narrow_;  ///< some may be busy again
  std::vector<std::uint32_t> free_wide_;
};

}  // namespace wrun::inline v0::jit
