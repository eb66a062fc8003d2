#pragma once

// Failures of running code, and the errors that they become.

#include <cstdint>
#include <vector>

#include <wrun/error.hpp>

#include "lib/runtime/exec_state.hpp"

namespace wrun::inline v0::runtime {

/// The error that stands for a trap: its kind (most are ErrorKind::trap; exhaustion, limit and
/// interrupted have their own) and its text. Without memory for more, it keeps the kind only.
Error make_trap(TrapCode code) noexcept;
Error make_trap(TrapCode code, Error::Details details) noexcept;
/// An access of memory out of bounds: says where, and how large the memory is.
Error make_memory_trap(std::uint64_t address, std::uint64_t memory_size) noexcept;
/// The heap has no room for so many bytes, within its limits.
Error make_no_room(std::uint64_t bytes) noexcept;

// Records why code stops. The first failure wins. Always false, so that handlers can return it.

bool fail(ExecState& state, TrapCode code) noexcept;
bool fail(ExecState& state, Error error) noexcept;
bool fail(ExecState& state, std::exception_ptr exception) noexcept;
/// What was requested from outside: interrupted or deadline.
bool fail_stopped(ExecState& state) noexcept;
/// What that fails with.
Error stopped_error(const ExecState& state) noexcept;

/// One frame of a backtrace: names from the name section, else from an export.
Frame make_frame(const Instance& instance, std::uint32_t func_index, std::uint64_t offset);
/// The same error with a backtrace, if it has none yet.
Error with_backtrace(Error error, std::vector<Frame> frames);

}  // namespace wrun::inline v0::runtime
