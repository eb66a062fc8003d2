#pragma once

// Which handler runs an instruction in a given form. Null where that form doesn't exist.

#include <wrun_dispatch/dispatch.hpp>

#include "lib/interp/bodies_atomic.hpp"
#include "lib/interp/bodies_memory.hpp"
#include "lib/interp/operands.hpp"
#include "lib/wasm/opcode.hpp"

namespace wrun::inline v0::interp {

/// Numeric instructions with one result and one or two operands.
Handler unary_handler(wasm::Op op, Src src, Dst dst);
Handler binary_handler(wasm::Op op, Pair pair, Dst dst);
/// Those of vectors (handlers_vector.hpp has the others for vectors).
Handler vector_unary_handler(wasm::Op op, Src src, Dst dst);
Handler vector_binary_handler(wasm::Op op, Pair pair, Dst dst);
/// Branches on comparisons: those of two operands whose result is an i32.
Handler compare_branch_handler(wasm::Op op, Pair pair, bool when, bool poll);

Handler load_handler(wasm::Op op, Addr form, Dst dst);
Handler store_handler(wasm::Op op, Addr form, Src value);
Handler load_any_handler(wasm::Op op, bool is_64, Dst dst);
Handler store_any_handler(wasm::Op op, bool is_64);
// Those of shared memories.
Handler shared_load_handler(wasm::Op op, Addr form, Dst dst);
Handler shared_store_handler(wasm::Op op, Addr form, Src value);
Handler shared_load_any_handler(wasm::Op op, bool is_64, Dst dst);
Handler shared_store_any_handler(wasm::Op op, bool is_64);

/// Atomic instructions but the fence, whose handler is the same for all memories.
Handler atomic_handler(wasm::Op op, AtomicAddr form);
Handler fence_handler();

/// Whether a two-operand instruction is a comparison that compare_branch_handler knows.
bool is_comparison(wasm::Op op);
/// Whether the operands may be exchanged.
bool is_commutative(wasm::Op op);

}  // namespace wrun::inline v0::interp
