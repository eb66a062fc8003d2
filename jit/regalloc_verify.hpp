#pragma once

// Proves an allocation: follows which virtual registers each place holds through the function,
// whatever path is taken, and checks every operand against it. It shares no code with allocators.

#include <string>

#include "jit/lir.hpp"

namespace wrun::inline v0::jit {

/// What is wrong first, empty if nothing is. Checks the function's own rules too. For debug and
/// fuzz builds: neither time nor memory is linear.
std::string verify_allocation(const LFunction& function, const Allocation& allocation);

}  // namespace wrun::inline v0::jit
