#pragma once

// Instructions on constants, by their one meaning in lib/wasm.

#include <cstdint>
#include <optional>
#include <span>

#include "lib/wasm/opcode.hpp"

namespace wrun::inline v0::jit {

/// The bits of the result, an i32's upper half zero; nothing if it traps, or if the instruction
/// isn't one of integers only (how floats are rounded is up to the thread that runs).
std::optional<std::uint64_t> fold(wasm::Op op, std::span<const std::uint64_t> args);

}  // namespace wrun::inline v0::jit
