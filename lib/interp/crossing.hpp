#pragma once

// What entering WebAssembly, and calling out of it, have in common.

#include "lib/runtime/exec_state.hpp"

namespace wrun::inline v0::interp {

/// Links a call of a host function for as long as it runs; what was above it on the stack is free
/// again then.
class Crossing {
 public:
  Crossing(runtime::ExecState& state, runtime::Record& record)
      : state_(state), record_(record), top_(state.stack_top) {
    record_.outer = state.records;
    state.records = &record_;
    state.stack_top = record_.top;
  }
  ~Crossing() {
    state_.records = record_.outer;
    state_.stack_top = top_;
  }
  Crossing(const Crossing&) = delete;
  Crossing& operator=(const Crossing&) = delete;

 private:
  runtime::ExecState& state_;
  runtime::Record& record_;
  runtime::Slot* top_;
};

/// Links an entry into WebAssembly for as long as that runs; both stacks are as before then,
/// wherever it stopped.
class Entered {
 public:
  Entered(runtime::ExecState& state, runtime::Entry& entry, runtime::Instance* instance)
      : state_(state), entry_(entry) {
    entry.record.instance = instance;
    state.records = &entry.record;
  }
  ~Entered() {
    state_.records = entry_.record.outer;
    state_.stack_top = entry_.record.top;
    state_.native.sp = entry_.native_sp;
    state_.stack_left = entry_.stack_left;
  }
  Entered(const Entered&) = delete;
  Entered& operator=(const Entered&) = delete;

 private:
  runtime::ExecState& state_;
  runtime::Entry& entry_;
};

/// An entry other than ExecState::outermost: there is one around it, or the host's stack can't be
/// measured, or it has a stack of its own. What machine code of the entry around it goes on with is
/// put back.
class InnerEntry : public runtime::Entry {
 public:
  explicit InnerEntry(runtime::ExecState& state) noexcept;
  ~InnerEntry();
  InnerEntry(const InnerEntry&) = delete;
  InnerEntry& operator=(const InnerEntry&) = delete;

 private:
  runtime::ExecState& state_;
  runtime::HostGate* outer_gate_;
  void* outer_host_sp_;
  bool is_nested_;
};

/// Whether somebody asks what runs to stop.
inline bool is_stopped(const runtime::ExecState& state) {
  return state.stop.load(std::memory_order_acquire) != runtime::ExecState::Stop::none;
}

/// Whether the host may enter WebAssembly once more, inside of what runs.
bool has_entry_room(const runtime::ExecState& state);

/// Fails for want of stack. The host has called the WebAssembly function, if there is one.
bool exhausted(runtime::ExecState& state, const runtime::FuncRef* function = nullptr);
/// The same for another reason.
bool refuse_entry(runtime::ExecState& state, TrapCode why, const runtime::FuncRef* function);
/// Fails as who asked to stop it wants. False.
bool stopped(runtime::ExecState& state);

}  // namespace wrun::inline v0::interp
