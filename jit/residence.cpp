#include "jit/residence.hpp"

namespace wrun::inline v0::jit {

void Residence::clear(const LFunction& function) {
  pieces.clear();
  moves.clear();
  demands.clear();
  slot_operands.clear();
  states.clear();
  first_piece.assign(function.vregs.size(), none);
  in.assign(function.blocks.size(), {});
  out.assign(function.blocks.size(), {});
}

}  // namespace wrun::inline v0::jit
