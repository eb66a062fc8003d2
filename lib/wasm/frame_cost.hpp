#pragma once

// What a call takes of a stack that is limited alike in every tier and on every CPU
// (Config::deterministic): the size of an abstract frame, which the function's type and body decide
// alone. docs/deterministic.md promises it to hosts.

#include <cstdint>

#include "lib/wasm/module_data.hpp"

namespace wrun::inline v0::wasm {

/// Of every call, whatever its function. No frame of the interpreter's needs more than this and
/// its values' slots.
inline constexpr std::uint32_t fixed_frame_bytes = 48;

struct FrameCost {
  /// 8 for each slot of parameters, locals and exceptions kept for legacy rethrows, and of the most
  /// operands at a time, or of the results if those are more; and what is fixed. A v128 has two
  /// slots. At most 2^31 - 1.
  std::uint32_t bytes = 0;
  /// Whether something may run that has a frame while this one is there. A function that calls
  /// nothing has its bytes asked for, but taken from nobody: none would notice.
  bool calls = false;
  /// Whether it may go on after an exception.
  bool catches = false;
};

/// Of a function with a body. Linear in its size.
FrameCost frame_cost(const ModuleData& module, FuncIdx func);

}  // namespace wrun::inline v0::wasm
