#pragma once

// Portable dispatch: a loop that calls one handler after the other. For compilers and flags
// (sanitizers, -O0) under which tail calls would grow the native stack.

#include "lib/interp/dispatch/by_calls.hpp"

namespace wrun::inline v0::interp {

/// Runs from r.pc until an instruction with stop_handler.
inline void dispatch(Regs r) {
  do {
    handler_at(r.pc)(r);
  } while (r.pc != nullptr);
}

inline constexpr const char* dispatch_name = "loop";
/// Whether instructions that often follow each other share a dispatch (sequences.hpp).
inline constexpr bool combines_instructions = true;

}  // namespace wrun::inline v0::interp
