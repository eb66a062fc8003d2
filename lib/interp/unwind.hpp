#pragma once

// From where something was thrown to where it is caught: frames are walked by their links.

#include "lib/interp/backtrace.hpp"
#include "lib/interp/regs.hpp"

namespace wrun::inline v0::interp {

/// A host function failed that was called from `place`. If it threw an exception, goes on in the
/// handler, if there is one in this activation; otherwise leaves the activation.
void host_failed(Regs& r, Place place);
/// The same of one that was tail-called there, in a function whose caller is `outer`.
void tail_called_host_failed(Regs& r, Place place, Place outer);

/// Machine code left to throw native.thrown, at native.pc in the frame native.frame of r.inst.
void throw_native(Regs& r);

}  // namespace wrun::inline v0::interp
