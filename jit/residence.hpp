#pragma once

// What the scan decides and the resolution completes: which values are in which registers when.

#include <cstdint>
#include <span>
#include <vector>

#include "jit/chunks.hpp"
#include "jit/lir.hpp"
#include "jit/plain_vector.hpp"

namespace wrun::inline v0::jit {

/// A value in one register for a while. Where it comes from costs nothing until it is needed.
struct Piece {
  enum class Origin : std::uint8_t {
    defined,   ///< by instruction `at`
    copied,    ///< before instruction `at`, from piece `source`
    reloaded,  ///< before instruction `at`, from the value's slot, or a constant made
    entered    ///< on the edges into the block that begins with instruction `at`
  };

  VReg vreg = 0;
  std::uint32_t at = 0;
  std::uint32_t source = ~0u;
  Reg reg = no_reg;
  Origin origin = Origin::defined;
  bool is_needed = false;  ///< an operand reads it, or what is needed comes from it
};
static_assert(sizeof(Piece) == 16);

/// A copy before an instruction: from a piece (none: slot or constant) to a piece, or only for that
/// instruction to a register.
struct PieceMove {
  std::uint32_t at = 0;
  std::uint32_t from = ~0u;
  std::uint32_t to = ~0u;
  VReg vreg = 0;
  Reg reg = no_reg;
  RegSet free;  ///< registers that hold nothing before and in the instruction
};

/// A value is read from its slot somewhere in a block.
struct SlotDemand {
  VReg vreg = 0;
  std::uint32_t block = 0;
};

struct Residence {
  static constexpr std::uint32_t none = ~0u;
  /// What some registers hold: a piece each, by their numbers.
  struct State {
    std::uint32_t first = 0;  ///< in states
    RegSet regs;
  };

  Chunks<Piece, 8> pieces;
  Chunks<PieceMove, 7> moves;  ///< by ascending position
  PlainVector<SlotDemand> demands;
  PlainVector<std::uint32_t> slot_operands;  ///< whose place is the slot of their vreg
  /// By vreg: the piece that it begins with; none if it begins in its slot.
  std::vector<std::uint32_t> first_piece;
  std::vector<State> in;  ///< by block
  std::vector<State> out;
  PlainVector<std::uint32_t> states;  ///< pieces

  std::span<const std::uint32_t> pieces_of(State state) const {
    return {states.data() + state.first, state.regs.size()};
  }
  void clear(const LFunction& function);
};

}  // namespace wrun::inline v0::jit
