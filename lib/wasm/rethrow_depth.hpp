#pragma once

// How many exceptions a frame has to keep for legacy rethrows: all those of the tries that are open
// around one, at most.

#include <cstdint>

#include "lib/wasm/module_data.hpp"

namespace wrun::inline v0::wasm {

/// The number of tries, nested, down to the innermost one that a rethrow of the function names; 0
/// without rethrows. The n-th of them, from outside, has number n - 1. Linear in the function's
/// size where the module has legacy exceptions, else constant.
std::uint32_t rethrow_depth(const ModuleData& module, FuncIdx func);

}  // namespace wrun::inline v0::wasm
