#pragma once

// The host's outermost call of a function that has machine code, which is most of its calls: in as
// few steps as can be, in its caller's code. enter() does the same for whatever isn't found here.

#include <atomic>
#include <cstdint>

#include "lib/interp/code.hpp"
#include "lib/os/faults.hpp"
#include "lib/os/native_stack.hpp"
#include "lib/runtime/exec_state.hpp"
#include "lib/runtime/host_gate.hpp"

namespace wrun::inline v0::interp {

/// What a stack for machine code must have left for one more entry.
inline constexpr std::uintptr_t least_native_room = 4096;

/// The function's machine code, if it can be entered straight away, in a store where nothing runs.
[[gnu::always_inline]] inline const NativeCode* find_machine_code(
    const runtime::ExecState& state, const runtime::FuncRef& function) noexcept {
  if (function.host != nullptr) [[unlikely]]
    return nullptr;
  const SlotCode* code = function.cell->slot_code.load(std::memory_order_acquire);
  if (!code->is_native) return nullptr;
  // A request to stop and a stack that isn't there have the same limit: none is above it.
  const auto sp = reinterpret_cast<std::uintptr_t>(state.native.sp);
  if (state.native.limit.load(std::memory_order_acquire) >= sp - least_native_room) [[unlikely]]
    return nullptr;
  if (!os::has_known_stack(runtime::host_reserve)) [[unlikely]]
    return nullptr;
  return static_cast<const NativeCode*>(code);
}

/// Does what machine code of the outermost entry has left for; the stacks are as before then.
/// False: it failed.
bool finish_entry(runtime::ExecState& state, runtime::Leave why) noexcept;

/// Runs what find_machine_code() has found, with the arguments at `args`, which is where the
/// results are afterwards. False: it failed; state.failure says why.
[[gnu::always_inline]] inline bool enter_machine_code(runtime::ExecState& state,
                                                      const NativeCode& code, Instance& instance,
                                                      runtime::Slot* args) noexcept {
  // The segment above the stack's frames, of which only this differs between entries.
  auto& segment = *reinterpret_cast<runtime::Segment*>(state.native.sp);
  segment.link.words[2].set(&instance);
  segment.fp = args;
  state.native.repeated_pc = nullptr;
  state.outermost.record.instance = &instance;
  state.records = &state.outermost.record;
  runtime::Leave why;
  {
    const os::CatchingFaults catching(code.native.catcher);
    why = code.native.stub(&instance, args, code.native.code);
  }
  const bool is_done = why == runtime::Leave::returned || finish_entry(state, why);
  state.records = nullptr;
  return is_done;
}

}  // namespace wrun::inline v0::interp
