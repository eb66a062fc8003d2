#pragma once

// https://webassembly.github.io/spec/core/appendix/custom.html#name-section

#include "lib/text/encoder.hpp"
#include "lib/wasm/module_data.hpp"

namespace wrun::inline v0::wat {

/// The payload of the name section that says exactly these names; empty if there are none.
Encoder encode_names(const wasm::Names& names);

}  // namespace wrun::inline v0::wat
