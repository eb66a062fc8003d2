#pragma once

// Text of a function as the register allocator sees it, for tests and for debugging.

#include <functional>
#include <string>

#include "jit/lir.hpp"

namespace wrun::inline v0::jit {

/// What is said of an instruction besides its operands.
struct LInstText {
  std::function<std::string(const LInst&)> name;     ///< without it `op` and its number
  std::function<std::string(const LInst&)> details;  ///< behind the operands
};

/// A line per instruction: `4 op7 =v3:0@rax v1@rax v2:any@[5]` is a def of v3 tied to operand 1...
/// with an allocation, which adds what follows @, and lines of moves, `rax = [5]  ; v2`.
std::string print(const LFunction& function, const Allocation* allocation = nullptr,
                  const LInstText& text = {});

}  // namespace wrun::inline v0::jit
