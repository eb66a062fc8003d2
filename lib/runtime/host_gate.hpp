#pragma once

// What entering WebAssembly has to do with calling out of it: room on the host's own stack, and the
// gate through which machine code calls host functions by itself.

#include <cstdint>

#include "lib/os/native_stack.hpp"
#include "lib/runtime/exec_state.hpp"
#include "lib/runtime/store.hpp"

namespace wrun::inline v0::runtime {

/// What entering WebAssembly and calling out of it must leave of the host's own stack.
inline constexpr std::size_t host_reserve = 48 * 1024;

/// Whether the host's own stack has room for one more crossing.
bool find_host_room(const ExecState& state) noexcept;
inline bool has_host_room(const ExecState& state) noexcept {
  return os::has_known_stack(host_reserve) || find_host_room(state);
}

/// In NativeState::trap after Leave::host_call: machine code has called the function by itself, and
/// left for what left_work() tells of. 0: it is yet to be called.
inline constexpr std::uint32_t host_was_called = 1;

/// Fills in an entry's gate. Not `is_open`: machine code leaves for each call of a host function.
void make_gate(Entry& entry, ExecState& state, bool is_open) noexcept;

/// Whether a host function that has returned left more to do than going on: it has failed, or
/// pauses, or garbage waits.
/// Machine code asks only where ExecState::may_have_work or a request to stop tells it to.
bool left_work(ExecState* state) noexcept;

}  // namespace wrun::inline v0::runtime
