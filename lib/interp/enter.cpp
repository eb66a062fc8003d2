#include <algorithm>
#include <cstring>
#include <utility>

#include "lib/interp/backtrace.hpp"
#include "lib/interp/bodies_calls.hpp"
#include "lib/interp/crossing.hpp"
#include "lib/interp/host_call.hpp"
#include "lib/interp/interp.hpp"
#include "lib/interp/module.hpp"
#include "lib/interp/native_calls.hpp"
#include "lib/runtime/exceptions.hpp"
#include "lib/runtime/host_gate.hpp"
#include "lib/runtime/store.hpp"
#include "lib/runtime/trap.hpp"

namespace wrun::inline v0::interp {

using runtime::ExecState;
using runtime::HostFunction;
using runtime::Record;

// Machine code counts no crossings, so it makes none by itself where their number is all that is
// known.
InnerEntry::InnerEntry(ExecState& state) noexcept
    : state_(state),
      outer_gate_(state.native.gate),
      outer_host_sp_(state.native.host_sp),
      is_nested_(state.records != nullptr) {
  record.outer = state.records;
  record.top = state.stack_top;
  native_sp = state.native.sp;
  stack_left = state.stack_left;
  if (is_nested_) --state.entries_left;
  runtime::make_gate(*this, state, os::has_known_stack(runtime::host_reserve));
  state.native.gate = &gate;
}

InnerEntry::~InnerEntry() {
  if (is_nested_) ++state_.entries_left;
  state_.native.gate = outer_gate_;
  state_.native.host_sp = outer_host_sp_;
  // There may have been no stack for machine code at first.
  if (state_.native.sp == nullptr) state_.native.sp = state_.native.stack_end;
}

bool has_entry_room(const ExecState& state) {
  const bool may_nest = state.records == nullptr || state.entries_left > 0;
  return may_nest && runtime::has_host_room(state);
}

bool refuse_entry(ExecState& state, TrapCode why, const runtime::FuncRef* function) {
  Place place;
  if (function != nullptr) place.callee = start_of(*function);
  return runtime::fail(state, add_backtrace(runtime::make_trap(why), state, place));
}

bool exhausted(ExecState& state, const runtime::FuncRef* function) {
  return refuse_entry(state, TrapCode::stack_exhausted, function);
}

bool stopped(ExecState& state) {
  return runtime::fail(state, add_backtrace(runtime::stopped_error(state), state, {}));
}

namespace {

/// Takes as much of a stack that is limited alike in every tier as a frame of so many slots would.
class TakenSlots {
 public:
  TakenSlots(ExecState& state, std::uint32_t slots)
      : state_(state), bytes_(std::int64_t{8} * slots) {
    state.stack_left -= bytes_;
  }
  ~TakenSlots() { state_.stack_left += bytes_; }
  TakenSlots(const TakenSlots&) = delete;
  TakenSlots& operator=(const TakenSlots&) = delete;

  bool are_there() const { return state_.stack_left >= 0; }

 private:
  ExecState& state_;
  std::int64_t bytes_;
};

/// The host calls its own function: as from WebAssembly, but without frames. Arguments and results
/// are on the stack meanwhile, where a collection finds them.
[[gnu::noinline]] bool enter_host(ExecState& state, const HostFunction& host, Slot* args) {
  const std::uint32_t slots = std::max(host.param_slots, host.result_slots);
  Slot* on_stack = state.stack_top;
  const TakenSlots taken(state, slots);
  if (!taken.are_there() || slots > static_cast<std::size_t>(state.stack_end - on_stack))
    return exhausted(state);
  std::memcpy(on_stack, args, host.param_slots * sizeof(Slot));
  std::memset(on_stack + host.param_slots, 0, (slots - host.param_slots) * sizeof(Slot));
  const std::uint32_t results = host.result_slots;
  Record record;
  record.kind = Record::Kind::enter;
  record.host = &host;
  record.top = on_stack + slots;
  const Crossing crossing(state, record);
  runtime::CallContext context{&state, nullptr};
  if (state.store->count_host_call()) host.call(host.env, &context, on_stack);
  if (state.failure) return false;
  std::memcpy(args, on_stack, results * sizeof(Slot));
  return true;
}

[[gnu::noinline]] bool make_stack(ExecState& state) {
  auto stack = state.store->ensure_stack();
  return stack || runtime::fail(state, std::move(stack).error());
}

/// As memcpy, which takes longer to be called than these few take to be copied: the compiler isn't
/// to see that it is the same.
void copy_few(Slot* to, const Slot* from, std::uint32_t count) {
  for (; count != 0; --count) {
    *to++ = *from++;
    asm("" : "+r"(from));
  }
}

/// The frame's start, with its arguments in place; null if there is no room.
Slot* push_frame(ExecState& state, const SlotCode& code, const Slot* args) {
  Slot* fp = state.stack_top;
  if (!fits(code, fp, state.stack_end)) return nullptr;
  copy_few(fp, args, code.param_slots);
  return fp;
}

[[gnu::noinline]] bool run(ExecState& state, runtime::Entry& entry, const SlotCode& code,
                           const runtime::FuncRef& function, Slot* args) {
  Slot* fp = push_frame(state, code, args);
  if (fp == nullptr) return exhausted(state, &function);
  Instance* const inst = function.instance;
  const Entered entered(state, entry, inst);
  write_link(fp + code.link, stop_instr.code(), nullptr, inst);
  Regs r{code.entry, fp, nullptr, 0, inst, function.index, 0, 0, {}};
  reload_memory(r);
  dispatch(r);
  if (state.failure) return false;
  copy_few(args, fp, code.result_slots);
  return true;
}

}  // namespace

namespace {

/// After a host function has returned, inside its crossing. False if it failed, or pauses.
bool settle(ExecState& state) {
  // Whoever asked while the host function ran needn't wait for the guest's next loop or call.
  if (!state.failure && is_stopped(state)) runtime::fail_stopped(state);
  if (!state.failure) {
    // Results are on the stack, so this is a safe point; and one where the host may be called.
    state.store->collect_if_due();
    if (state.store->has_garbage()) state.store->finalize();
    return true;
  }
  if (runtime::is_pausing(state)) return false;
  // An exception may be caught yet.
  if (state.failure.error && !runtime::exception_of(state, *state.failure.error)) {
    state.failure.error = add_backtrace(std::move(*state.failure.error), state, {});
  }
  return false;
}

Record call_record(const HostFunction& host, Slot* args, const CallSite& site) {
  Record record;
  record.kind = Record::Kind::host_call;
  record.pc = site.next;
  record.fp = site.fp;
  record.instance = site.inst;
  record.host = &host;
  record.top = args + std::max(host.param_slots, host.result_slots);
  return record;
}

}  // namespace

bool call_host(ExecState& state, const HostFunction& host, Slot* args,
               const CallSite& site) noexcept {
  Record record = call_record(host, args, site);
  const bool has_room = record.top - args <= state.stack_end - args;
  const Crossing crossing(state, record);
  if (!has_room || !runtime::has_host_room(state)) return exhausted(state);
  runtime::CallContext context{&state, site.inst};
  if (state.store->count_host_call()) [[likely]]
    host.call(host.env, &context, args);
  return settle(state);
}

bool finish_host_call(ExecState& state, const HostFunction& host, Slot* args,
                      const CallSite& site) noexcept {
  Record record = call_record(host, args, site);
  const Crossing crossing(state, record);
  return settle(state);
}

namespace {

[[gnu::always_inline]] inline bool run_code(ExecState& state, runtime::Entry& entry,
                                            const SlotCode& code, const runtime::FuncRef& function,
                                            Slot* args) {
  if (code.is_native) return run_native(state, entry, code, function, args);
  return run(state, entry, code, function, args);
}

/// The function's first call.
[[gnu::noinline]] bool translate_and_run(ExecState& state, runtime::Entry& entry,
                                         const runtime::FuncRef& function, Slot* args) {
  const SlotCode* code = code_of(*function.instance->code, function.index);
  if (code == nullptr) return refuse_entry(state, TrapCode::allocation_failed, &function);
  return run_code(state, entry, *code, function, args);
}

[[gnu::always_inline]] inline bool enter_by(ExecState& state, runtime::Entry& entry,
                                            const runtime::FuncRef& function, Slot* args) {
  if (is_stopped(state)) [[unlikely]]
    return stopped(state);
  if (function.host != nullptr) [[unlikely]]
    return enter_host(state, *function.host, args);
  const SlotCode* code = load_code(*function.cell);
  if (is_stand_in(code)) [[unlikely]]
    return translate_and_run(state, entry, function, args);
  return run_code(state, entry, *code, function, args);
}

[[gnu::noinline]] bool enter_inside(ExecState& state, const runtime::FuncRef& function,
                                    Slot* args) {
  if (!has_entry_room(state)) return exhausted(state);
  // Inside a started call there is one already, that call's.
  if (state.stack_top == nullptr && !make_stack(state)) return false;
  InnerEntry entry(state);
  return enter_by(state, entry, function, args);
}

}  // namespace

// Small, and its last step is another call: that one's registers are the only ones to be saved.
bool enter(ExecState& state, const runtime::FuncRef& function, Slot* args) noexcept {
  const bool is_outermost = state.records == nullptr && state.stack_top != nullptr;
  if (!is_outermost || !os::has_known_stack(runtime::host_reserve)) [[unlikely]]
    return enter_inside(state, function, args);
  return enter_by(state, state.outermost, function, args);
}

const char* dispatch_policy() {
  return dispatch_name;
}

}  // namespace wrun::inline v0::interp
