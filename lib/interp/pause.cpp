#include "lib/interp/pause.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "lib/interp/backtrace.hpp"
#include "lib/interp/bodies_calls.hpp"
#include "lib/interp/crossing.hpp"
#include "lib/interp/interp.hpp"
#include "lib/interp/module.hpp"
#include "lib/interp/unwind.hpp"
#include "lib/runtime/exceptions.hpp"
#include "lib/runtime/host_gate.hpp"
#include "lib/runtime/store.hpp"
#include "lib/runtime/trap.hpp"

namespace wrun::inline v0::interp {

using runtime::Activation;
using runtime::ExecState;
using Phase = runtime::Activation::Phase;

bool pause(Regs& r, const runtime::HostFunction& host, const CallSite& site, Slot* results) {
  Activation* activation = runtime::current_activation(*r.inst->state);
  if (!activation || activation->phase != Phase::pausing) return false;
  activation->pc = site.next;
  activation->fp = site.fp;
  activation->instance = site.inst;
  activation->tail_call = nullptr;
  activation->results = results;
  activation->host = &host;
  activation->awaited = host.ref.type;
  activation->top = results + std::max(host.param_slots, host.result_slots);
  activation->native_sp = r.inst->state->native.sp;
  activation->stack_left = r.inst->state->stack_left;
  r.pc = stop_instr.code();
  return true;
}

namespace {

/// Where a function goes on whose tail call of a host function was paused: it returns.
struct FinishTailCall {
  static void run(Regs& r) {
    const Activation& activation = *runtime::current_activation(*r.inst->state);
    const auto* pc = static_cast<const Word*>(activation.tail_call);
    const Caller caller(r.fp + find_code(*r.inst->code, pc)->link);
    std::memmove(r.fp, activation.results, activation.host->result_slots * sizeof(Slot));
    leave(r, caller);
  }
};

const StaticInstr finish_tail_call_instr{rare_handler<FinishTailCall>};

}  // namespace

bool pause_tail_call(Regs& r, const runtime::HostFunction& host, const Word* pc, Slot* results) {
  if (!pause(r, host, {finish_tail_call_instr.code(), r.fp, r.inst}, results)) return false;
  runtime::current_activation(*r.inst->state)->tail_call = pc;
  return true;
}

namespace {

/// The host's call that starts the activation, or goes on with it.
class ActivationEntry {
 public:
  /// `top`: the first slot above what the host has put on the stack.
  ActivationEntry(ExecState& state, Activation& activation, Slot* top)
      : inner_(state), entered_(state, inner_, activation.function->instance) {
    inner_.record.host = activation.function->host;
    inner_.record.activation = &activation;
    inner_.record.top = state.stack_top = top;
  }

 private:
  InnerEntry inner_;
  Entered entered_;
};

/// Where a paused activation stopped: the call that paused it.
Place place_of(const Activation& activation) {
  if (activation.tail_call != nullptr)
    return {static_cast<const Word*>(activation.tail_call), activation.fp, activation.instance};
  return caller_at(static_cast<const Word*>(activation.pc), activation.fp, activation.instance);
}

Regs regs_of(const Activation& activation) {
  Regs r{static_cast<const Word*>(activation.pc),
         activation.fp,
         nullptr,
         0,
         activation.instance,
         0,
         0,
         0,
         {}};
  reload_memory(r);
  return r;
}

Progress fail(Activation& activation) {
  activation.phase = Phase::ended;
  return Progress::failed;
}

/// It was asked to stop while it was paused: it ends at the call that paused it.
Progress stop_paused(ExecState& state, Activation& activation) {
  state.failure = {};
  Error error = runtime::stopped_error(state);
  if (activation.instance) error = add_backtrace(std::move(error), state, place_of(activation));
  runtime::fail(state, std::move(error));
  return fail(activation);
}

/// What became of an activation whose dispatch was left.
Progress progress_of(ExecState& state, Activation& activation, std::uint32_t result_slots,
                     Slot* results) {
  if (activation.phase == Phase::pausing) {
    state.failure = {};
    activation.phase = Phase::paused;
    return Progress::paused;
  }
  if (state.failure) return fail(activation);
  std::memcpy(results, activation.base, result_slots * sizeof(Slot));
  activation.phase = Phase::ended;
  return Progress::finished;
}

std::uint32_t result_slots(const ExecState& state, const Activation& activation) {
  const auto& type = state.store->types().entry(activation.type).type.func;
  return runtime::slot_count<wasm::TypeId>(type.results);
}

/// The host calls its own function.
Progress start_host(ExecState& state, Activation& activation, const runtime::HostFunction& host,
                    Slot* args) {
  const std::uint32_t slots = std::max(host.param_slots, host.result_slots);
  Slot* base = activation.base;
  if (slots > static_cast<std::size_t>(state.stack_end - base))
    return exhausted(state), fail(activation);
  std::memcpy(base, args, host.param_slots * sizeof(Slot));
  std::memset(base + host.param_slots, 0, (slots - host.param_slots) * sizeof(Slot));
  const ActivationEntry entry(state, activation, base + slots);
  runtime::CallContext context{&state, nullptr};
  if (state.store->count_host_call()) host.call(host.env, &context, base);
  activation.results = base;
  activation.host = &host;
  activation.awaited = host.ref.type;
  activation.top = base + slots;
  return progress_of(state, activation, host.result_slots, args);
}

}  // namespace

Progress start(ExecState& state, Activation& activation, Slot* args) noexcept {
  if (is_stopped(state)) return runtime::fail_stopped(state), fail(activation);
  const runtime::OnStackOf switched(state, activation, activation.base);
  if (!has_entry_room(state)) return exhausted(state), fail(activation);
  const runtime::FuncRef& function = *activation.function;
  if (function.host) return start_host(state, activation, *function.host, args);
  const SlotCode* code = code_of(*function.instance->code, function.index);
  if (!code) return refuse_entry(state, TrapCode::allocation_failed, &function), fail(activation);
  Slot* fp = activation.base;
  if (!fits(*code, fp, state.stack_end)) return exhausted(state, &function), fail(activation);
  std::memcpy(fp, args, code->param_slots * sizeof(Slot));
  const ActivationEntry entry(state, activation, activation.base);
  write_link(fp + code->link, stop_instr.code(), nullptr, function.instance);
  Regs r{code->entry, fp, nullptr, 0, function.instance, function.index, 0, 0, {}};
  reload_memory(r);
  dispatch(r);
  return progress_of(state, activation, code->result_slots, args);
}

Progress resume(ExecState& state, Activation& activation, const Slot* values,
                Slot* results) noexcept {
  const runtime::OnStackOf switched(state, activation, activation.base);
  if (!has_entry_room(state)) return exhausted(state), fail(activation);
  activation.phase = Phase::running;
  std::memcpy(activation.results, values, activation.host->result_slots * sizeof(Slot));
  const ActivationEntry entry(state, activation, activation.base);
  if (is_stopped(state)) return stop_paused(state, activation);
  if (activation.instance) {
    Regs r = regs_of(activation);
    set_accumulators(r, activation.results[0]);
    dispatch(r);
  }
  return progress_of(state, activation, result_slots(state, activation), results);
}

Progress resume_failed(ExecState& state, Activation& activation, Slot* results) noexcept {
  const runtime::OnStackOf switched(state, activation, activation.base);
  activation.phase = Phase::running;
  const ActivationEntry entry(state, activation, activation.base);
  if (is_stopped(state)) return stop_paused(state, activation);
  if (!activation.instance) return fail(activation);
  const Place place = place_of(activation);
  const Place outer = activation.tail_call != nullptr ? caller_of_frame(place) : place;
  if (state.failure.error && !runtime::exception_of(state, *state.failure.error))
    state.failure.error = add_backtrace(std::move(*state.failure.error), state, place);
  Regs r = regs_of(activation);
  tail_called_host_failed(r, place, outer);
  dispatch(r);
  return progress_of(state, activation, result_slots(state, activation), results);
}

}  // namespace wrun::inline v0::interp
