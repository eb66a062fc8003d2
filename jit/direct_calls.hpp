#pragma once

// Calls between functions of a module go by way of the callee's cell. Where the callee's machine
// code is there already when the caller's is put in its place, they go to it directly.

#include <cstdint>
#include <functional>
#include <span>

#include "jit/emit.hpp"

namespace wrun::inline v0::jit {

/// A function's machine code, or null if there is none yet.
using CodeOf = std::function<const std::uint8_t*(std::uint32_t function)>;

/// Rewrites the calls in code that will run at `room`, and that nobody runs yet. Return addresses
/// stay as they are.
void link_calls(std::span<std::uint8_t> code, const std::uint8_t* room,
                std::span<const CallSite> calls, const CodeOf& code_of);

}  // namespace wrun::inline v0::jit
