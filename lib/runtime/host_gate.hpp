#pragma once

// What machine code needs to call host functions by itself. Made anew, on the host's stack, each
// time machine code is entered or gone on with; there machine code finds it.

#include <cstdint>

#include "lib/os/native_stack.hpp"
#include "lib/runtime/exec_state.hpp"
#include "lib/runtime/store.hpp"

namespace wrun::inline v0::runtime {

/// What entering WebAssembly and calling out of it must leave of the host's own stack.
inline constexpr std::size_t host_reserve = 48 * 1024;
inline constexpr std::uint64_t no_host_calls = 0;

/// Whether the host's own stack has room for one more crossing.
bool find_host_room(const ExecState& state) noexcept;
inline bool has_host_room(const ExecState& state) noexcept {
  return os::has_known_stack(host_reserve) || find_host_room(state);
}

/// In NativeState::trap after Leave::host_call: machine code has called the function by itself, and
/// left for what left_work() tells of. 0: it is yet to be called.
inline constexpr std::uint32_t host_was_called = 1;

struct HostGate {
  /// Of the call that runs: machine code fills in what differs, and links it.
  Record record;
  CallContext context;
  /// A call is made in this way only while ExecState::host_calls is less.
  const std::uint64_t* calls_due;

  // Machine code doesn't count crossings, so it makes none where they are all that is known.
  explicit HostGate(ExecState& state) noexcept
      : context{&state, nullptr}, outer_sp_(state.native.host_sp) {
    record.kind = Record::Kind::host_call;
    record.outer = state.records;
    const bool is_open = os::has_known_stack(host_reserve);
    calls_due = is_open ? &state.store->host_calls_due() : &no_host_calls;
  }
  /// Puts NativeState::host_sp back, which machine code replaces.
  ~HostGate() { context.state->native.host_sp = outer_sp_; }
  HostGate(const HostGate&) = delete;
  HostGate& operator=(const HostGate&) = delete;

 private:
  void* outer_sp_;
};

/// Whether a host function that has returned left more to do than going on: it has failed, or
/// pauses, or garbage waits.
bool left_work(const ExecState* state) noexcept;

}  // namespace wrun::inline v0::runtime
