#pragma once

// A function's machine code as text.

#include <string>

#include "jit/jit.hpp"

namespace wrun::inline v0::tool {

/// An instruction a line: where it is in the code, what it is, and the byte offset in the module of
/// the instruction that it is part of, where that changes.
std::string listing_text(const jit::Listing& listing);

}  // namespace wrun::inline v0::tool
