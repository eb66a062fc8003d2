#pragma once

// Calls that can be set aside in the middle: when a host function says that its results come later,
// the activation's frames stay on their stack, and dispatch is left.

#include "lib/interp/host_call.hpp"
#include "lib/interp/regs.hpp"
#include "lib/runtime/activation.hpp"

namespace wrun::inline v0::interp {

/// After a host function that gave no results: if it asked to pause, leaves dispatch, to go on at
/// `site` when there are results for `results`; otherwise false.
bool pause(Regs& r, const runtime::HostFunction& host, const CallSite& site, Slot* results);
/// The same of one that the instruction at `pc` has tail-called: the frame in r stays, and returns
/// the results.
bool pause_tail_call(Regs& r, const runtime::HostFunction& host, const Word* pc, Slot* results);

}  // namespace wrun::inline v0::interp
