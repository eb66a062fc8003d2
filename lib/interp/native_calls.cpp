#include "lib/interp/native_calls.hpp"

#include <algorithm>
#include <memory>
#include <new>
#include <utility>

#include "lib/interp/bodies_calls.hpp"
#include "lib/interp/crossing.hpp"
#include "lib/interp/host_call.hpp"
#include "lib/interp/module.hpp"
#include "lib/interp/pause.hpp"
#include "lib/interp/quick_entry.hpp"
#include "lib/interp/unwind.hpp"
#include "lib/runtime/host_gate.hpp"
#include "lib/runtime/store.hpp"
#include "lib/runtime/trap.hpp"

namespace wrun::inline v0::interp {

using runtime::ExecState;
using runtime::Leave;
using runtime::NativeEntry;
using runtime::NativeTier;
using runtime::Segment;
using runtime::Suspended;

namespace {

constexpr std::uintptr_t segment_alignment = 16;

Suspended* suspended(const ExecState& state) {
  return reinterpret_cast<Suspended*>(state.native.sp);
}

const NativeTier& tier_of(const Instance& instance) {
  return *instance.code->native;
}

/// Ends the activation with what happened where machine code left, or as what it called there was
/// to be entered.
void stop_at(Regs& r, Error error, const Callee& callee = {}) noexcept {
  ExecState& state = *r.inst->state;
  Suspended at{.rbp = state.native.frame, .pc = state.native.pc};
  const Place place{resume_native_instr.code(), reinterpret_cast<Slot*>(&at), r.inst, callee};
  runtime::fail(state, add_backtrace(std::move(error), state, place));
  r.pc = stop_instr.code();
}

void trapped(Regs& r) noexcept {
  ExecState& state = *r.inst->state;
  switch (state.native.trap) {
    case runtime::trap_is_throw:
      return throw_native(r);
    case runtime::trap_is_stop:
      return stop_at(r, runtime::stopped_error(state));
    case runtime::trap_is_no_frame:
      return stop_at(r, runtime::make_trap(TrapCode::stack_exhausted),
                     start_of(*state.native.callee->functions[state.native.function]));
    case runtime::trap_is_no_room:
      return stop_at(r, runtime::make_no_room(state.wanted_bytes));
    default:
      break;
  }
  if ((state.native.trap & runtime::trap_has_address) != 0)
    return stop_at(r, runtime::make_memory_trap(state.address, r.inst->memory0->size));
  stop_at(r, runtime::make_trap(static_cast<TrapCode>(state.native.trap)));
}

/// The instance of the frame that left.
Instance* instance_of_frame(const void* rbp) {
  return static_cast<Instance* const*>(rbp)[-1];
}

/// The segment is done: goes back to who called it.
void returned(Regs& r) {
  ExecState& state = *r.inst->state;
  const auto* segment = reinterpret_cast<const Segment*>(state.native.sp);
  state.native.sp = segment->outer_sp;
  state.stack_top = segment->outer_top;
  const Slot first = *segment->fp;
  r.i = first.get<std::uint64_t>();
  r.f = first.get<float>();
  r.d = first.get<double>();
  leave(r, Caller(segment->link.words));
}

/// Machine code calls a function that is interpreted.
void call_interpreted(Regs& r) {
  ExecState& state = *r.inst->state;
  auto* callee = static_cast<Instance*>(suspended(state)->callee);
  const std::uint32_t index = state.native.function;
  const SlotCode* code = load_code(callee->cells[index - callee->imported_functions]);
  Slot* fp = state.stack_top;
  if (!fits(*code, fp, state.stack_end)) {
    state.native.pc = suspended(state)->pc;
    state.native.frame = suspended(state)->rbp;
    return stop_at(r, runtime::make_trap(TrapCode::stack_exhausted),
                   start_of(*callee->functions[index]));
  }
  write_link(fp + code->link, resume_native_instr.code(), reinterpret_cast<Slot*>(state.native.sp),
             r.inst);
  r.inst = callee;
  r.fp = fp;
  r.i = index;
  r.pc = code->entry;
  reload_memory(r);
}

/// False if the activation is left or has failed, or goes on in a handler.
bool call_host_function(Regs& r) {
  ExecState& state = *r.inst->state;
  const auto& callee = *static_cast<const runtime::FuncRef*>(suspended(state)->callee);
  const runtime::HostFunction& host = *callee.host;
  Slot* const args = state.stack_top;
  const CallSite site{resume_native_instr.code(), reinterpret_cast<Slot*>(state.native.sp), r.inst};
  const bool was_called = state.native.trap == runtime::host_was_called;
  if (was_called ? finish_host_call(state, host, args, site) : call_host(state, host, args, site))
    return true;
  if (!pause(r, host, site, args)) host_failed(r, {site.next, site.fp, site.inst});
  return false;
}

/// What machine code was about to enter when it left.
Callee refused_callee(const ExecState& state) noexcept try {
  const Instance& callee = *state.native.callee;
  std::vector<runtime::NativeFrame> frames;
  if (!tier_of(callee).locate(*callee.code, state.native.entry, frames)) return {};
  return {&callee, frames.front()};
} catch (const std::bad_alloc&) {
  return {};
}

/// A check against the limit failed. False if it has ended the activation.
bool pass_limit(Regs& r, Leave why) {
  ExecState& state = *r.inst->state;
  const bool is_entry = why == Leave::limit_at_entry;
  if (is_stopped(state)) {
    stop_at(r, runtime::stopped_error(state), is_entry ? refused_callee(state) : Callee{});
    return false;
  }
  if (is_entry && state.native.limit.load(std::memory_order_relaxed) != runtime::no_native_limit) {
    stop_at(r, runtime::make_trap(TrapCode::stack_exhausted), refused_callee(state));
    return false;
  }
  state.restore_limits();
  return true;
}

/// Does what machine code left for, and goes back to it where that is all.
void go_on(Regs& r, Leave why) {
  ExecState& state = *r.inst->state;
  const runtime::ModuleCode& module = *r.inst->code;
  for (;; why = module.native->resume(state, module)) {
    switch (why) {
      case Leave::returned:
        return returned(r);
      case Leave::called:
        r.inst = instance_of_frame(suspended(state)->rbp);
        return call_interpreted(r);
      case Leave::host_call:
        r.inst = instance_of_frame(suspended(state)->rbp);
        if (!call_host_function(r)) return;
        break;
      case Leave::limit_in_loop:
      case Leave::limit_at_entry:
        r.inst = instance_of_frame(state.native.frame);
        if (!pass_limit(r, why)) return;
        break;
      case Leave::trapped:
        r.inst = instance_of_frame(state.native.frame);
        return trapped(r);
    }
  }
}

/// A segment for machine code that gets its arguments from `fp`, and goes on at `link`.
void push_segment(ExecState& state, Slot* fp, const Slot* link) {
  const auto below = (reinterpret_cast<std::uintptr_t>(state.native.sp) - sizeof(Segment)) &
                     ~(segment_alignment - 1);
  auto& segment = *reinterpret_cast<Segment*>(below);
  std::memcpy(segment.link.words, link, sizeof(segment.link.words));
  segment.fp = fp;
  segment.outer_sp = state.native.sp;
  segment.outer_top = state.stack_top;
  state.native.sp = reinterpret_cast<std::uint8_t*>(&segment);
  state.native.repeated_pc = nullptr;
}

Leave run_stub(NativeEntry::Stub stub, const NativeEntry& entry, Instance& instance, Slot* fp) {
  const os::CatchingFaults catching(entry.catcher);
  return stub(&instance, fp, entry.code, instance.state);
}

/// Whether there is a stack for machine code, and room on it.
bool has_native_room(ExecState& state) {
  const runtime::NativeState& native = state.native;
  if (reinterpret_cast<std::uintptr_t>(native.sp) > native.stack_limit + least_native_room)
      [[likely]]
    return true;
  if (native.sp != nullptr || !state.store->ensure_native_stack()) return false;
  // What enter_machine_code() finds there.
  auto& segment = *reinterpret_cast<Segment*>(native.stack_end);
  write_link(segment.link.words, stop_instr.code(), nullptr, nullptr);
  segment.outer_sp = native.stack_end;
  segment.outer_top = state.outermost.record.top;
  return true;
}

void enter(Regs& r, const NativeEntry& entry, const Slot* link, Slot* top, std::uint32_t function) {
  ExecState& state = *r.inst->state;
  if (!has_native_room(state)) {
    Place place = caller_of(link);
    place.callee = start_of(*r.inst->functions[function]);
    runtime::fail(state,
                  add_backtrace(runtime::make_trap(TrapCode::stack_exhausted), state, place));
    r.pc = stop_instr.code();
    return;
  }
  if (link[0].get<const Word*>() == resume_native_instr.code()) {
    // Tail calls from one tier to the other and back would pile up segments otherwise.
    state.native.sp = reinterpret_cast<std::uint8_t*>(link[1].get<Slot*>());
    state.stack_top = suspended(state)->fp;
    return go_on(r, run_stub(entry.tail_stub, entry, *r.inst, r.fp));
  }
  push_segment(state, r.fp, link);
  state.stack_top = top;
  go_on(r, run_stub(entry.stub, entry, *r.inst, r.fp));
}

struct EnterNative {
  static void run(Regs& r) {
    const auto index = static_cast<std::uint32_t>(r.i);
    const auto& code = static_cast<const NativeCode&>(
        *load_code(r.inst->cells[index - r.inst->imported_functions]));
    enter(r, code.native, r.fp + code.link, r.fp + code.frame_slots(), index);
  }
};

/// Counts anew, if not from the start: where it isn't compiled yet, that is asked for again soon.
void cool(Regs& r, bool is_compiled) {
  const Word* pc = r.inst->state->pc;
  const auto hot_after = operand<std::uint32_t>(pc, at_c);
  r.inst->heat[operand<std::uint32_t>(pc, at_a)] = is_compiled ? 0 : hot_after - hot_after / 4;
}

/// At the function's first instruction, with its arguments where they arrive.
struct HotCall {
  static void run(Regs& r) {
    const Word* pc = r.inst->state->pc;
    const std::uint32_t function = operand<std::uint32_t>(pc, at_a) + r.inst->imported_functions;
    const SlotCode* code = find_code(*r.inst->code, pc);
    const SlotCode* native = publish_native(*r.inst->code, function);
    cool(r, native != nullptr);
    r.pc = pc + through_d;
    if (native == nullptr) return;
    const auto& entry = static_cast<const NativeCode&>(*native).native;
    enter(r, entry, r.fp + code->link, r.fp + native->frame_slots(), function);
  }
};

struct HotLoop {
  static void run(Regs& r) {
    const Word* pc = r.inst->state->pc;
    const std::uint32_t function = operand<std::uint32_t>(pc, at_a) + r.inst->imported_functions;
    const runtime::ModuleCode& module = *r.inst->code;
    // Later calls are to be quick, too.
    publish_native(module, function);
    const NativeEntry* entry =
        module.native->hot(module, function, operand<std::uint32_t>(pc, at_d));
    cool(r, entry != nullptr);
    r.pc = pc + through_d;
    // What runs already goes on without.
    if (entry == nullptr || !has_native_room(*r.inst->state)) return;
    const SlotCode* code = find_code(module, pc);
    enter(r, *entry, r.fp + code->link, r.fp + code->frame_slots(), function);
  }
};

struct ResumeNative {
  static void run(Regs& r) {
    ExecState& state = *r.inst->state;
    state.native.sp = reinterpret_cast<std::uint8_t*>(r.fp);
    // A call that was paused meanwhile has begun anew from its stack's start.
    state.stack_top = suspended(state)->fp;
    go_on(r, tier_of(*r.inst).resume(state, *r.inst->code));
  }
};

struct LandNative {
  static void run(Regs& r) { go_on(r, tier_of(*r.inst).land(*r.inst->state, *r.inst->code)); }
};

}  // namespace

const StaticInstr enter_native_instr{rare_handler<EnterNative>};
const StaticInstr hot_call_instr{rare_handler<HotCall>};
const StaticInstr hot_loop_instr{rare_handler<HotLoop>};
const StaticInstr resume_native_instr{rare_handler<ResumeNative>};
const StaticInstr land_native_instr{rare_handler<LandNative>};

namespace {

/// What machine code that the host called has left for. False: it failed.
[[gnu::noinline]] bool dispatch_from(ExecState& state, const runtime::Entry& entry, Leave why) {
  Regs r{stop_instr.code(), nullptr, nullptr, 0, entry.record.instance, 0, 0, 0, {}};
  go_on(r, why);
  dispatch(r);
  return !state.failure;
}

}  // namespace

bool finish_entry(ExecState& state, Leave why) noexcept {
  const bool is_done = dispatch_from(state, state.outermost, why);
  state.stack_top = state.outermost.record.top;
  state.native.sp = state.outermost.native_sp;
  state.stack_left = state.outermost.stack_left;
  return is_done;
}

// Nothing is left for the interpreter unless machine code comes back for another reason than that
// it has returned.
bool run_native(ExecState& state, runtime::Entry& entry, const SlotCode& code,
                const runtime::FuncRef& function, Slot* args) {
  Instance* const inst = function.instance;
  const Entered entered(state, entry, inst);
  if (!has_native_room(state)) return exhausted(state, &function);
  Slot link[runtime::link_slots];
  write_link(link, stop_instr.code(), nullptr, inst);
  push_segment(state, args, link);
  const NativeEntry& native = static_cast<const NativeCode&>(code).native;
  const Leave why = run_stub(native.stub, native, *inst, args);
  return why == Leave::returned || dispatch_from(state, entry, why);
}

namespace {

/// The code for a function's cell.
std::unique_ptr<NativeCode> make_native_code(const wasm::FuncType& type, std::uint32_t function,
                                             const NativeEntry& entry) {
  auto code = std::make_unique<NativeCode>();
  const std::uint32_t params = runtime::slot_count(std::span(std::as_const(type.params)));
  const std::uint32_t results = runtime::slot_count(std::span(std::as_const(type.results)));
  code->entry = enter_native_instr.code();
  code->param_slots = params;
  code->result_slots = results;
  code->link = params;
  code->frame_bytes = 8 * std::int64_t{std::max(params + runtime::link_slots, results)};
  code->function = function;
  code->is_native = true;
  code->native = entry;
  return code;
}

}  // namespace

const SlotCode* publish_native(const runtime::ModuleCode& module, std::uint32_t function) noexcept
    try {
  const NativeEntry* entry = module.native->hot(module, function, 0);
  if (entry == nullptr) return nullptr;
  const wasm::ModuleData& data = *module.data;
  runtime::CodeCell& cell = module.cells[function - data.imported_functions];
  const wasm::FuncType& type = data.type_of(wasm::FuncIdx(function));
  return interp_module(module).index.publish_native(cell, make_native_code(type, function, *entry));
} catch (const std::bad_alloc&) {
  return nullptr;
}

}  // namespace wrun::inline v0::interp
