#pragma once

// Machine operations as text, for `wrun print --registers` and golden tests.

#include <string>

#include "jit/machine.hpp"

namespace wrun::inline v0::jit {

/// Lines as lir_print.hpp has them, with the names of operations and, behind the operands, what
/// else an operation says: immediates, addresses, conditions, what is passed on the stack, and the
/// byte offset of the instruction that it came from.
std::string print(const MachineFunction& function, const Allocation* allocation = nullptr);

}  // namespace wrun::inline v0::jit
