#pragma once

// Copies that happen at once, made into copies one after the other.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "jit/lir.hpp"

namespace wrun::inline v0::jit {

/// Room is reused; each resolve() leaves it empty. Linear in the number of copies.
class ParallelMoves {
 public:
  /// Each place is written by at most one copy. Slots overlap only if they start at one number.
  /// `from` is none for a constant.
  void add(Loc from, Loc to, VReg vreg);
  bool empty() const { return moves_.empty(); }
  void clear();
  /// Whether a condition holds of all copies, given from where and where to they are.
  template <class F>
  bool all_of(F&& holds) const {
    return std::all_of(moves_.begin(), moves_.end(),
                       [&](const Pending& move) { return holds(move.from, move.to); });
  }

  /// Appends to `out`. `free`: registers that hold nothing before and after. `slots` grows if a
  /// swap of slots needs one more.
  void resolve(const LFunction& function, std::uint32_t at, RegSet free, std::uint32_t& slots,
               PlainVector<Move>& out);

 private:
  struct Pending {
    Loc from;
    Loc to;
    VReg vreg = 0;
    bool done = false;
  };
  struct Place {
    std::uint32_t readers = 0;
    std::uint32_t writer = none;  ///< in moves_
  };
  struct Target {
    const LFunction& function;
    std::uint32_t at;
    RegSet free;
    std::uint32_t& slots;
    PlainVector<Move>& out;
  };
  static constexpr std::uint32_t none = ~0u;

  Place& place(Loc loc);
  void index_places();
  void drain(const Target& target);
  void break_cycle(std::uint32_t first, const Target& target);
  Loc cycle_room(std::uint32_t first, const Target& target);
  static void emit(Loc from, Loc to, VReg vreg, const Target& target);

  std::vector<Pending> moves_;
  std::vector<Place> places_;  ///< by Loc::code(); as new between calls
  std::vector<std::uint32_t> ready_;
};

}  // namespace wrun::inline v0::jit
