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

}  // namespace wrun::inline v0::jit
