#pragma once

// The interpreter: what the layers above call.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <wrun/error.hpp>
#include <wrun/features.hpp>

#include "lib/runtime/activation.hpp"
#include "lib/runtime/exec_state.hpp"
#include "lib/runtime/native.hpp"
#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::interp {

/// What of an engine's configuration selects slot code.
struct CodeOptions {
  bool fuel = false;
  bool interruptible = true;
  /// Fills the upper halves of i32 slots with garbage at function boundaries; for tests.
  bool poison_upper_halves = false;
  /// Where there is a compiler: how many calls and turns of loops make a function hot. 1: it is
  /// compiled at its first call.
  std::uint32_t hot_after = runtime::never_hot;
  /// Makes each NaN that an instruction can make the canonical one.
  bool canonical_nans = false;
  /// Rounds what relaxed_madd and relaxed_nmadd give once.
  bool fused_madd = false;
  /// Charges calls for their frames, by lib/wasm/frame_cost.hpp.
  bool deterministic = false;
};

/// Makes a module's functions callable: each is translated when it is first called. Once per
/// ModuleCode, before any instance of it. Throws std::bad_alloc.
void prepare(runtime::ModuleCode& module, const CodeOptions& options);

/// Calls a function (WebAssembly's or the host's). args holds the parameters in slots and room for
/// the results, which replace them. False when it failed: state.failure says why. Switches to the
/// store's stack; checks that the host's own stack has room left.
bool enter(runtime::ExecState& state, const runtime::FuncRef& function,
           runtime::Slot* args) noexcept;

enum class Progress : std::uint8_t { failed, paused, finished };

/// Starts a call that may be paused, on the stack of `activation`, which was made for `function`.
/// Finished, the results have replaced the arguments. What failed is in state.failure.
Progress start(runtime::ExecState& state, runtime::Activation& activation,
               runtime::Slot* args) noexcept;
/// Goes on with a paused one, with `values` for what the host function would have returned.
/// Finished, the results are at `results`.
Progress resume(runtime::ExecState& state, runtime::Activation& activation,
                const runtime::Slot* values, runtime::Slot* results) noexcept;
/// The same as if the host function had failed, with what is in state.failure.
Progress resume_failed(runtime::ExecState& state, runtime::Activation& activation,
                       runtime::Slot* results) noexcept;

/// The WebAssembly frames that are running now, innermost first; for host functions and traps. At
/// most 100.
std::vector<Frame> backtrace(const runtime::ExecState& state);

/// How many of the module's functions have been translated so far.
std::uint32_t translated_functions(const runtime::ModuleCode& module);

/// The function's slot code as text, an instruction per line: position, name, operands, and the
/// byte offset of the instruction that it came from. `index` counts imports; it must have a body.
std::string print_slots(const runtime::ModuleCode& module, std::uint32_t index);

/// "tail calls" or "loop".
const char* dispatch_policy();

}  // namespace wrun::inline v0::interp
