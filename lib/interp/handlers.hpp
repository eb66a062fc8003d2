#pragma once

// Which handler runs an instruction in a given form. Null where that form doesn't exist, as most
// don't of instructions that aren't common (forms.hpp): those find their operands in slots.

#include <wrun_dispatch/dispatch.hpp>

#include "lib/interp/bodies_memory.hpp"
#include "lib/interp/forms.hpp"
#include "lib/interp/operands.hpp"
#include "lib/wasm/opcode.hpp"

namespace wrun::inline v0::interp {

/// The handlers of an instruction that leaves its result in the accumulator, and of the same one
/// that writes the result's slot as well; the latter twice where there is no other.
struct ResultHandlers {
  Handler in_acc = nullptr;
  Handler storing = nullptr;
};

/// Numeric instructions with one result and one or two operands.
ResultHandlers unary_handlers(wasm::Op op, Src src);
ResultHandlers binary_handlers(wasm::Op op, Pair pair);
/// Those of vectors (handlers_vector.hpp has the others for vectors).
ResultHandlers vector_unary_handlers(wasm::Op op);
Handler vector_binary_handler(wasm::Op op, Pair pair, Dst dst);
/// Whether branches on a comparison can look for interruption.
bool may_poll(wasm::Op op);

ResultHandlers load_handlers(wasm::Op op, Addr form);
Handler store_handler(wasm::Op op, Addr form, Src value);
// Those of any memory.
Handler load_any_handler(wasm::Op op);
Handler store_any_handler(wasm::Op op);

/// Atomic instructions but the fence, whose handler is the same for all memories.
Handler atomic_handler(wasm::Op op);
Handler fence_handler();

}  // namespace wrun::inline v0::interp
