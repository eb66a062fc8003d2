#pragma once

// Whether each address that no check looks at is a zero-extended i32: with guard pages, garbage in
// the upper half would reach any memory of the process.

#include <string>

#include "jit/machine.hpp"

namespace wrun::inline v0::jit {

/// What is wrong; empty if nothing is. Throws std::bad_alloc.
std::string verify_extension(const MachineFunction& function);

}  // namespace wrun::inline v0::jit
