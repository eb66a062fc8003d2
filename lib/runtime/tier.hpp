#pragma once

// What a tier offers to the layers above: entering code and looking at its frames. lib/runtime
// itself knows no tier.

#include <vector>

#include <wrun/error.hpp>

#include "lib/runtime/exec_state.hpp"
#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::runtime {

/// Calls a function (WebAssembly's or the host's). args holds the parameters in slots and room for
/// the results, which replace them. False when it failed: state.failure says why. Switches to the
/// store's stack; checks that the host's own stack has room left.
using EnterFn = bool (*)(ExecState& state, const FuncRef& function, Slot* args);

/// The WebAssembly frames that are running now, innermost first; for host functions and traps.
using BacktraceFn = std::vector<Frame> (*)(const ExecState& state);

}  // namespace wrun::inline v0::runtime
