#pragma once

// The handlers of multiplications with additions where the engine's are fused
// (Config::relaxed_simd).

#include <wrun_dispatch/dispatch.hpp>

#include "lib/wasm/opcode.hpp"

namespace wrun::inline v0::interp {

/// Of the same form as ternary_handler(); null for all other instructions.
Handler fused_handler(wasm::Op op);

}  // namespace wrun::inline v0::interp
