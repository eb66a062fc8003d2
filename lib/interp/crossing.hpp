#pragma once

// What entering WebAssembly, and calling out of it, have in common.

#include "lib/runtime/exec_state.hpp"

namespace wrun::inline v0::interp {

/// Links a record for as long as it lives; what was above it on the stack is free again then.
class Crossing {
 public:
  Crossing(runtime::ExecState& state, runtime::Record& record)
      : state_(state), record_(record), top_(state.stack_top), native_sp_(state.native.sp) {
    record_.outer = state.records;
    state.records = &record_;
    state.stack_top = record_.top;
    ++state.depth;
  }
  ~Crossing() {
    state_.records = record_.outer;
    state_.stack_top = top_;
    // There may have been no stack for machine code at first.
    state_.native.sp = native_sp_ != nullptr ? native_sp_ : state_.native.stack_end;
    --state_.depth;
  }
  Crossing(const Crossing&) = delete;
  Crossing& operator=(const Crossing&) = delete;

 private:
  runtime::ExecState& state_;
  runtime::Record& record_;
  runtime::Slot* top_;
  std::uint8_t* native_sp_;
};

/// Fails for want of stack.
bool exhausted(runtime::ExecState& state);

}  // namespace wrun::inline v0::interp
