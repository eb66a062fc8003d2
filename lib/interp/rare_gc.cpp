// The instruction that allocating ones go to when there is no room.

#include <fmt/format.h>

#include "lib/interp/backtrace.hpp"
#include "lib/interp/bodies_gc.hpp"
#include "lib/runtime/store.hpp"
#include "lib/runtime/trap.hpp"

namespace wrun::inline v0::interp {

namespace {

Error no_room(std::uint64_t bytes) noexcept try {
  Error::Details details;
  details.trap = TrapCode::allocation_failed;
  return Error(ErrorKind::limit,
               fmt::format("{}: no {} bytes within the limits of the heap (heap_bytes)",
                           text(TrapCode::allocation_failed), bytes),
               std::move(details));
} catch (const std::bad_alloc&) {
  return runtime::make_trap(TrapCode::allocation_failed);
}

struct Allocate {
  static void run(Regs& r) {
    runtime::ExecState& state = *r.inst->state;
    const Word* pc = state.pc;
    if (state.store->make_room(state.wanted_type, state.wanted_bytes, state.wanted_top, r.inst)) {
      r.pc = pc;
      return;
    }
    runtime::fail(state, add_backtrace(no_room(state.wanted_bytes), state, {pc, r.fp, r.inst}));
    r.pc = stop_instr.code();
  }
};

}  // namespace

const StaticInstr allocate_instr{rare_handler<Allocate>};

}  // namespace wrun::inline v0::interp
