#pragma once

// How the command gets at Zydis, the disassembler: linked to it, or loaded when it is needed, since
// starting takes longer for each library.

#include <Zydis/Zydis.h>

namespace wrun::inline v0::tool {

/// Null where it isn't installed.
decltype(&ZydisDisassembleIntel) find_zydis();

}  // namespace wrun::inline v0::tool
