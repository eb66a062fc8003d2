// The instruction that allocating ones go to when there is no room.

#include "lib/interp/backtrace.hpp"
#include "lib/interp/bodies_gc.hpp"
#include "lib/runtime/store.hpp"
#include "lib/runtime/trap.hpp"

namespace wrun::inline v0::interp {

namespace {

struct Allocate {
  static void run(Regs& r) {
    runtime::ExecState& state = *r.inst->state;
    const Word* pc = state.pc;
    if (state.store->make_room(state.wanted_type, state.wanted_bytes, state.wanted_top, r.inst)) {
      r.pc = pc;
      return;
    }
    runtime::fail(
        state, add_backtrace(runtime::make_no_room(state.wanted_bytes), state, {pc, r.fp, r.inst}));
    r.pc = stop_instr.code();
  }
};

}  // namespace

const StaticInstr allocate_instr{rare_handler<Allocate>};

}  // namespace wrun::inline v0::interp
