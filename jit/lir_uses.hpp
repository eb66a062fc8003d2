#pragma once

// Where virtual registers are defined and used, and where machine registers are spoken for. A
// position is an instruction's number; an edge's args are used by the jump.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "jit/lir.hpp"

namespace wrun::inline v0::jit {

/// One use, with what it says about a good register.
struct LirUse {
  enum Kind : std::uint32_t {
    plain,
    memory,  ///< as good from a slot
    fixed,   ///< about: the register
    passed   ///< about: the vreg that gets the value: a param, a tied def or a copy
  };
  std::uint32_t at = 0;
  std::uint32_t kind : 2 = plain;
  std::uint32_t about : 30 = 0;
};

class LirUses {
 public:
  static constexpr std::uint32_t none = ~0u;

  struct Definition {
    std::uint32_t at = none;  ///< of a param the block's first instruction; of a constant, none
    std::uint32_t block : 31 = 0;
    std::uint32_t is_param : 1 = false;
  };

  /// Room is reused. Linear.
  void analyse(const LFunction& function);

  /// By ascending position.
  std::span<const LirUse> of(VReg v) const {
    return {uses_.data() + first_use_[v], first_use_[v + 1] - first_use_[v]};
  }
  std::span<const LirUse> all() const { return uses_; }
  /// Where a vreg's begin in all(); those of the next follow.
  std::uint32_t first(VReg v) const { return first_use_[v]; }
  const Definition& definition(VReg v) const { return definitions_[v]; }
  /// Where a register is fixed or clobbered by something that isn't a call.
  std::span<const std::uint32_t> fixed(Reg r) const { return fixed_[r]; }
  /// What clobbers all registers that may be allocated.
  std::span<const std::uint32_t> calls() const { return calls_; }

 private:
  void count(const LFunction& function);
  void add_inst(const LFunction& function, std::uint32_t at, std::uint32_t block);
  [[gnu::always_inline]] void add_operand(const Operand& operand, std::uint32_t at,
                                          std::uint32_t block);
  void note_passed(const LFunction& function, const LInst& inst);
  void add_edges(const LFunction& function, const LBlock& block);
  void add_use(VReg v, std::uint32_t at, LirUse::Kind kind, std::uint32_t about);

  std::vector<std::uint32_t> first_use_;
  std::vector<LirUse> uses_;
  std::vector<Definition> definitions_;
  std::array<std::vector<std::uint32_t>, 32> fixed_;
  std::vector<std::uint32_t> calls_;
};

}  // namespace wrun::inline v0::jit
