#pragma once

// The verifier's knowledge at one point of a function: which virtual registers each place holds.

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "jit/lir.hpp"

namespace wrun::inline v0::jit {

class PlaceState {
 public:
  using Entry = std::pair<std::uint32_t, VReg>;  ///< Loc::code(), what it holds

  bool holds(Loc loc, VReg vreg) const;
  /// Forgets what was in the `bytes` from a place on.
  void kill(Loc loc, unsigned bytes);
  void put(Loc loc, VReg vreg);
  /// A new value of a vreg: those left from an earlier round of a loop are stale.
  void forget(VReg vreg);
  /// `to` gets what `from` holds.
  void copy(const LFunction& function, Loc from, Loc to, unsigned bytes);
  /// Keeps what both know; says whether anything was lost.
  bool meet(const PlaceState& other);
  /// Each param is wherever its arg is; all at once.
  void rename(const std::vector<std::pair<VReg, VReg>>& arg_to_param);

 private:
  std::vector<Entry> entries_;  ///< sorted
};

}  // namespace wrun::inline v0::jit
