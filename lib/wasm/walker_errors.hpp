#pragma once

// The walker's reports that need more than a format string; out of line, since errors are rare.

#include <span>
#include <string_view>
#include <vector>

#include "lib/wasm/errors.hpp"
#include "lib/wasm/types.hpp"

namespace wrun::inline v0::wasm {

/// "type mismatch: instruction requires [i32] but stack has [i64]"
void report_type_mismatch(Errors& errors, std::uint32_t offset, std::string_view who,
                          std::span<const ValType> expected, std::span<const ValType> found);

}  // namespace wrun::inline v0::wasm
