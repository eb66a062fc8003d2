#include "jit/residence.hpp"

namespace wrun::inline v0::jit {

void Residence::clear(const LFunction& function) {
  pieces.clear();
  moves.clear();
  demands.clear();
  slot_operands.clear();
  states.clear();
  // In and out of a block: seldom more, so that nothing is doubled.
  states.reserve(12 * function.blocks.size());
  first_piece.assign(function.vregs.size(), none);
  in.assign(function.blocks.size(), {});
  out.assign(function.blocks.size(), {});
}

}  // namespace wrun::inline v0::jit
