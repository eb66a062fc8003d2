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

/// Looked up at a thread's first call.
const StackBounds& native_stack() noexcept;

/// The calling thread's, or zeros before it has asked.
[[gnu::tls_model("initial-exec")]] extern constinit thread_local StackBounds known_native_stack;

inline constexpr std::size_t unknown_stack_remaining = 256 * 1024;
std::size_t look_up_stack_remaining(std::uintptr_t here) noexcept;

/// Bytes below the caller's frame. What runs on a stack that is not its thread's own (a host's
/// coroutine) can't be measured and gets `unknown_stack_remaining`.
inline std::size_t stack_remaining() noexcept {
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  const StackBounds& bounds = known_native_stack;
  if (here >= bounds.low && here < bounds.high) return here - bounds.low;
  return look_up_stack_remaining(here);
}

/// The same question in fewer steps: whether surely more than so many bytes are left. Not before
/// the thread has asked the other.
inline bool has_known_stack(std::size_t bytes) noexcept {
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  const StackBounds& bounds = known_native_stack;
  return here > bounds.low + bytes && here < bounds.high;
}

}  // namespace wrun::inline v0::os
