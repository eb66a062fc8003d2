#include "jit/machine.hpp"

namespace wrun::inline v0::jit {

void MachineFunction::clear() {
  lir.blocks.clear();
  lir.insts.clear();
  lir.operands.clear();
  lir.params.clear();
  lir.succs.clear();
  lir.edge_args.clear();
  lir.vregs.clear();
  machine.clear();
  types.clear();
  calls.clear();
}

void MachineFunction::shrink() {
  lir.insts.shrink_to_fit();
  lir.operands.shrink_to_fit();
  lir.vregs.shrink_to_fit();
}

}  // namespace wrun::inline v0::jit
