#pragma once

// Types in the text format, for messages.

#include <string>

#include "lib/wasm/types.hpp"

namespace wrun::inline v0::wasm {

std::string to_text(HeapType type);
std::string to_text(ValType type);

}  // namespace wrun::inline v0::wasm
