#pragma once

// A sequence of instructions as one body: each does what it does by itself, and the compiler keeps
// in registers what they pass on.

#include <cstddef>
#include <span>
#include <type_traits>

#include <wrun_dispatch/dispatch.hpp>

#include "lib/interp/body_key.hpp"

namespace wrun::inline v0::interp {

/// Runs a body; false if what comes next isn't the instruction after it. Inlined whatever it costs:
/// a call would put the registers into memory.
template <class Body>
[[gnu::always_inline, gnu::flatten]] inline bool goes_on(Regs& r) {
  if constexpr (std::is_void_v<decltype(Body::run(r))>) {
    Body::run(r);
    return true;
  } else {
    return Body::run(r);
  }
}

template <BodyKey... keys>
struct Sequence {
  [[gnu::always_inline]] static void run(Regs& r) {
    static_cast<void>((goes_on<BodyOf<keys>>(r) && ...));
  }
};

/// The handlers of a list's sequences, in its order; each list is compiled in a file of its own.
extern const std::span<const Handler> sequence_handlers_1, sequence_handlers_2, sequence_handlers_3,
    sequence_handlers_4, sequence_handlers_vector;

}  // namespace wrun::inline v0::interp
