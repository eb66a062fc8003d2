#pragma once

// The handlers that follow an instruction which can make a NaN, where the engine's are canonical:
// they make the result that it left in its accumulator so.

#include <wrun_dispatch/dispatch.hpp>

#include "lib/interp/operands.hpp"
#include "lib/wasm/new_nan.hpp"

namespace wrun::inline v0::interp {

///    b  result
Handler canonical_nan_handler(wasm::NewNan kind, Dst dst);

}  // namespace wrun::inline v0::interp
