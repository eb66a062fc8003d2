#pragma once

// The WebAssembly frames of an activation, from its slots.

#include <cstdint>
#include <vector>

#include <wrun/error.hpp>

#include "lib/interp/regs.hpp"

namespace wrun::inline v0::interp {

/// A place in running code: an instruction, or the end of a call that hasn't returned.
struct Place {
  const Word* pc = nullptr;
  const Slot* fp = nullptr;
  const Instance* inst = nullptr;
};

/// The call that hasn't returned whose link this is; the code of stop_instr if the host called.
Place caller_of(const Slot* link);

/// The error with the backtrace from `place` outwards, if it has none yet. If there is no memory
/// for one, the error stays as it is.
Error add_backtrace(Error error, const runtime::ExecState& state, Place place) noexcept;

}  // namespace wrun::inline v0::interp
