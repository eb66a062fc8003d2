#pragma once

// The handlers of what moves values and goes elsewhere: constants, locals, globals, selects,
// branches and returns. They are made where all handlers are, without tables to be unwound by.

#include <array>

#include <wrun_dispatch/dispatch.hpp>

#include "lib/interp/operands.hpp"
#include "lib/wasm/types.hpp"

namespace wrun::inline v0::interp {

/// Those of a constant in the accumulator, and of storing the accumulator.
Handler acc_const_handler(wasm::Kind type);
Handler store_acc_handler(wasm::Kind type);
Handler select_handler(wasm::Kind type, Src condition, Dst dst);
Handler global_get_handler(wasm::Kind type, Dst dst);
Handler global_set_handler(wasm::Kind type, Src src);

/// By whether the condition has 64 bits, then [(src * 2 + when) * 2 + poll].
extern const std::array<std::array<Handler, 8>, 2> test_branches;
Handler branch_handler(bool poll);
Handler branch_table_handler(Src index, bool poll);
Handler return_handler();
Handler return_value_handler(wasm::Kind type, Src src);

}  // namespace wrun::inline v0::interp
