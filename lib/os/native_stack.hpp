#pragma once

// The calling thread's own stack: how much of it is left, so that recursion between the host and
// WebAssembly ends in an error and not in a fault.

#include <cstddef>
#include <cstdint>

namespace wrun::inline v0::os {

struct StackBounds {
  std::uintptr_t low = 0;
  std::uintptr_t high = 0;
};

/// Looked up at a thread's first call; after that, a thread_local.
const StackBounds& native_stack() noexcept;

/// Bytes below the caller's frame. What runs on a stack that is not its thread's own (a host's
/// coroutine) can't be measured and gets `unknown_stack_remaining`.
std::size_t stack_remaining() noexcept;
inline constexpr std::size_t unknown_stack_remaining = 256 * 1024;

}  // namespace wrun::inline v0::os
