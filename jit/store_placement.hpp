#pragma once

// Where values are stored to their slots: once, on every way to where the slot is read, and where
// it is done least often.

#include <cstdint>
#include <span>
#include <vector>

#include "jit/lir.hpp"
#include "jit/lir_flow.hpp"
#include "jit/lir_uses.hpp"
#include "jit/residence.hpp"

namespace wrun::inline v0::jit {

/// Before instruction `at`, from a register.
struct SlotStore {
  std::uint32_t at = 0;
  Reg from = no_reg;
  VReg vreg = 0;
};

class StorePlacement {
 public:
  /// Room is reused. Sorts the demands by vreg; the stores are by ascending position.
  void run(const LFunction& function, const LirFlow& flow, const LirUses& uses,
           Residence& residence);
  std::span<const SlotStore> stores() const { return {stores_.data(), stores_.size()}; }

 private:
  /// A demand in one of many ways that a block goes on.
  struct CaseDemand {
    std::uint32_t first = 0;  ///< block of that way
    std::uint32_t block = 0;
  };

  void place(VReg v, std::span<const SlotDemand> demands);
  void place_cold(VReg v, std::uint32_t block);
  void place_hot(std::uint32_t block);
  void place_cases(VReg v);
  std::uint32_t case_of(VReg v, std::uint32_t block) const;
  std::uint32_t climb(VReg v, std::uint32_t from) const;
  std::uint32_t climb_in_case(VReg v, std::uint32_t from, std::uint32_t first) const;
  std::uint32_t piece_at(VReg v, std::uint32_t block) const;
  std::uint32_t cost(std::uint32_t block) const;
  void store_in(VReg v, std::uint32_t block);

  const LFunction* function_ = nullptr;
  const LirFlow* flow_ = nullptr;
  const LirUses* uses_ = nullptr;
  const Residence* residence_ = nullptr;
  PlainVector<SlotStore> stores_;
  std::vector<std::uint32_t> cold_;  ///< blocks with a store of the value at hand
  std::vector<CaseDemand> cases_;
  std::uint32_t hot_ = 0;
};

}  // namespace wrun::inline v0::jit
