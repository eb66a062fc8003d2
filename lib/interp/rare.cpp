// The instructions outside any function: traps, interruption, translation at first call, calls
// that leave the instance, waiting. Hot handlers come here by go_slow().

#include <wrun_dispatch/dispatch.hpp>
#if __has_include(<wrun_dispatch/exits.hpp>)
#include <wrun_dispatch/exits.hpp>
#endif

#include "lib/interp/backtrace.hpp"
#include "lib/interp/bodies_atomic.hpp"
#include "lib/interp/bodies_calls.hpp"
#include "lib/interp/bodies_control.hpp"
#include "lib/interp/crossing.hpp"
#include "lib/interp/host_call.hpp"
#include "lib/interp/module.hpp"
#include "lib/interp/pause.hpp"
#include "lib/interp/traps.hpp"
#include "lib/interp/unwind.hpp"
#include "lib/runtime/memory.hpp"
#include "lib/runtime/shared_memory.hpp"
#include "lib/runtime/store.hpp"
#include "lib/runtime/trap.hpp"

namespace wrun::inline v0::interp {

using runtime::ExecState;

namespace {

/// Ends the activation with `error`, which happened at `place`.
void stop_with(Regs& r, Error error, const Place& place) noexcept {
  ExecState& state = *r.inst->state;
  runtime::fail(state, add_backtrace(std::move(error), state, place));
  r.pc = stop_instr.code();
}

/// The same in the instruction at `pc` of the frame in r.
void stop_with(Regs& r, Error error, const Word* pc) noexcept {
  stop_with(r, std::move(error), Place{pc, r.fp, r.inst});
}

void stop_with(Regs& r, TrapCode code, const Word* pc) noexcept {
  stop_with(r, runtime::make_trap(code), pc);
}

struct RaiseTrap {
  static void run(Regs& r) {
    const auto code = static_cast<TrapCode>(reinterpret_cast<const StaticInstr*>(r.pc)->payload);
    stop_with(r, code, r.inst->state->pc);
  }
};

/// Whether a shared memory of the instance is larger than its store knew: then the instruction is
/// repeated.
bool has_grown(Regs& r) {
  const std::uint64_t known = r.mem_size;
  bool grown = false;
  for (runtime::Memory* memory : r.inst->memory_cells) {
    const std::uint64_t before = memory->size;
    runtime::refresh_size(*memory);
    grown |= memory->size != before;
  }
  reload_memory(r);
  return grown || r.mem_size != known;
}

struct OutOfBounds {
  static void run(Regs& r) {
    ExecState& state = *r.inst->state;
    if (has_grown(r)) {
      r.pc = state.pc;
    } else {
      stop_with(r, runtime::make_memory_trap(state.address, r.mem_size), state.pc);
    }
  }
};

struct OutOfBoundsAny {
  static void run(Regs& r) {
    ExecState& state = *r.inst->state;
    if (has_grown(r)) {
      r.pc = state.pc;
    } else {
      stop_with(r, TrapCode::out_of_bounds_memory_access, state.pc);
    }
  }
};

/// The limit word failed a comparison: somebody asked to stop or, where a function was to be
/// entered, the stack is at its end.
void limit_reached(Regs& r, const Place& place) noexcept {
  ExecState& state = *r.inst->state;
  if (is_stopped(state)) return stop_with(r, runtime::stopped_error(state), place);
  if (place.callee.inst != nullptr && !state.should_stop())
    return stop_with(r, runtime::make_trap(TrapCode::stack_exhausted), place);
  // Left over from a request that was taken back.
  state.restore_limits();
  r.pc = state.pc;
  reload_memory(r);
}

struct LimitReached {
  static void run(Regs& r) { limit_reached(r, {r.inst->state->pc, r.fp, r.inst}); }
};

/// Only loops are stopped: a table may lead elsewhere.
struct LimitInTable {
  static void run(Regs& r) {
    ExecState& state = *r.inst->state;
    const std::size_t at = at_d + sizeof(Word) * state.address;
    const auto distance = operand<std::int32_t>(state.pc, at);
    if (distance <= 0) return limit_reached(r, {state.pc + at / sizeof(Word), r.fp, r.inst});
    r.pc = state.pc + distance;
  }
};

struct LimitAtEntry {
  static void run(Regs& r) {
    ExecState& state = *r.inst->state;
    const auto call = RefusedCall::from(state.address);
    const Place at{state.pc, r.fp, r.inst};
    Place place = call.is_tail ? caller_of_frame(at) : at;
    place.callee = start_of(*r.inst->functions[call.function]);
    limit_reached(r, place);
  }
};

struct OutOfFuel {
  static void run(Regs& r) { stop_with(r, TrapCode::out_of_fuel, r.inst->state->pc); }
};

/// A stand-in was entered, with its link behind the parameters: goes on in the function's own
/// code, whose link is behind its locals.
struct Translate {
  static void run(Regs& r) {
    const auto index = static_cast<std::uint32_t>(r.i);
    const runtime::ModuleCode& module = *r.inst->code;
    const SlotCode* code = code_of(module, index);
    const std::uint32_t params = runtime::slot_count(
        std::span(std::as_const(module.data->type_of(wasm::FuncIdx(index)).params)));
    Slot link[runtime::link_slots];
    std::memcpy(link, r.fp + params, sizeof(link));
    if (code == nullptr || !fits(*code, r.fp, r.inst->state->stack_end)) {
      Place place = caller_of(link);
      place.callee = start_of(*r.inst->functions[index]);
      const auto why = code ? TrapCode::stack_exhausted : TrapCode::allocation_failed;
      return stop_with(r, runtime::make_trap(why), place);
    }
    std::memcpy(r.fp + code->link, link, sizeof(link));
    r.pc = code->entry;
  }
};

/// There is no room to enter a function of another instance, or somebody asks to stop.
void refuse(Regs& r, const FuncRef& callee, Place caller) {
  caller.callee = start_of(callee);
  limit_reached(r, caller);
}

/// Enters a function of another instance.
void enter_foreign(Regs& r, const FuncRef* callee, Slot* fp, const Word* next) {
  const SlotCode* code = load_code(*callee->cell);
  if (!fits(*code, fp, stack_limit(r)))
    return refuse(r, *callee, {r.inst->state->pc, r.fp, r.inst});
  write_link(fp + code->link, next, r.fp, r.inst);
  r.fp = fp;
  r.inst = callee->instance;
  r.i = callee->index;
  r.pc = code->entry;
  reload_memory(r);
}

struct CallForeign {
  static void run(Regs& r) {
    ExecState& state = *r.inst->state;
    const FuncRef* callee = state.callee;
    Slot* fp = state.callee_fp;
    const Word* next = state.pc + state.call_words;
    if (callee->host == nullptr) return enter_foreign(r, callee, fp, next);
    const runtime::HostFunction& host = *callee->host;
    if (!call_host(state, host, fp, {next, r.fp, r.inst})) {
      if (pause(r, host, {next, r.fp, r.inst}, fp)) return;
      return host_failed(r, {next - 1, r.fp, r.inst});
    }
    r.pc = next;
    set_accumulators(r, fp[0]);
    reload_memory(r);
  }
};

/// A tail call out of the instance. The frame at r.fp, with its link at slot call_words, is given
/// up.
struct TailCallForeign {
  static void run(Regs& r) {
    ExecState& state = *r.inst->state;
    const FuncRef* callee = state.callee;
    const Slot* args = state.callee_fp;
    Slot link[runtime::link_slots];
    std::memcpy(link, r.fp + state.call_words, sizeof(link));
    if (callee->host != nullptr) return to_host(r, *callee->host, args, link);
    const SlotCode* code = load_code(*callee->cell);
    if (!fits(*code, r.fp, stack_limit(r))) return refuse(r, *callee, caller_of(link));
    std::memmove(r.fp, args, code->param_slots * sizeof(Slot));
    std::memcpy(r.fp + code->link, link, sizeof(link));
    r.inst = callee->instance;
    r.i = callee->index;
    r.pc = code->entry;
    reload_memory(r);
  }

 private:
  /// The frame stays for as long as the host function runs, so what was given back for it is taken
  /// again.
  static bool call_from_frame(ExecState& state, const runtime::HostFunction& host, Slot* args,
                              const CallSite& site) {
    if (!state.store->is_deterministic()) return call_host(state, host, args, site);
    const std::uint32_t charge = find_code(*site.inst->code, state.pc)->stack_charge;
    state.stack_left -= charge;
    const bool is_done = call_host(state, host, args, site);
    state.stack_left += charge;
    return is_done;
  }

  static void to_host(Regs& r, const runtime::HostFunction& host, const Slot* args,
                      const Slot* link) {
    ExecState& state = *r.inst->state;
    Slot* frame = const_cast<Slot*>(args);
    const Place place{state.pc, r.fp, r.inst};
    if (!call_from_frame(state, host, frame, {place.pc + 1, r.fp, r.inst})) {
      if (pause_tail_call(r, host, place.pc, frame)) return;
      return tail_called_host_failed(r, place, caller_of(link));
    }
    std::memmove(r.fp, frame, host.result_slots * sizeof(Slot));
    set_accumulators(r, r.fp[0]);
    leave(r, Caller(link));
    reload_memory(r);  // which the host may have changed
  }
};

constexpr StaticInstr raise(TrapCode code) {
  return StaticInstr(rare_handler<RaiseTrap>, static_cast<std::uint64_t>(code));
}

template <std::size_t... code>
constexpr auto raise_each(std::index_sequence<code...>) {
  return std::array<StaticInstr, sizeof...(code)>{raise(static_cast<TrapCode>(code))...};
}

constexpr auto raises =
    raise_each(std::make_index_sequence<static_cast<std::size_t>(TrapCode::count_)>());

const StaticInstr translate_instr{rare_handler<Translate>};

}  // namespace

bool atomic_wait(Regs& r, runtime::Memory& memory, std::uint64_t address, std::uint64_t expected,
                 bool is_wide, std::int64_t timeout, std::uint32_t& result) noexcept {
  runtime::ExecState& state = *r.inst->state;
  if (!state.may_wait) {
    trap(r, TrapCode::wait_forbidden);
    return false;
  }
  ++state.waits;
  const runtime::Waiting waiting{state.parker, runtime::wait_end(timeout), &state};
  const runtime::WaitResult woken =
      is_wide ? memory.shared->wait64(address, expected, waiting)
              : memory.shared->wait32(address, static_cast<std::uint32_t>(expected), waiting);
  if (woken == runtime::WaitResult::stopped) {
    go_slow(r, limit_instr);
    return false;
  }
  result = static_cast<std::uint32_t>(woken);
  return true;
}

/// Nobody waits at an unshared memory.
std::uint32_t atomic_notify(runtime::Memory& memory, std::uint64_t address,
                            std::uint32_t count) noexcept {
  return memory.shared ? memory.shared->notify(address, count) : 0;
}

const StaticInstr* const trap_instrs = raises.data();
const StaticInstr out_of_bounds_instr{rare_handler<OutOfBounds>};
const StaticInstr out_of_bounds_any_instr{rare_handler<OutOfBoundsAny>};
const StaticInstr stop_instr{&stop_handler};
const StaticInstr limit_instr{rare_handler<LimitReached>};
const StaticInstr limit_in_table_instr{rare_handler<LimitInTable>};
const StaticInstr limit_at_entry_instr{rare_handler<LimitAtEntry>};
const StaticInstr out_of_fuel_instr{rare_handler<OutOfFuel>};
const StaticInstr call_foreign_instr{rare_handler<CallForeign>};
const StaticInstr tail_call_foreign_instr{rare_handler<TailCallForeign>};
const Word* const translate_entry = translate_instr.code();

}  // namespace wrun::inline v0::interp
