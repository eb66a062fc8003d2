#pragma once

// The regular vector instructions of x86, and which instructions of WebAssembly are one of them,
// or one with its operands exchanged or its result inverted.

#include <cstdint>

#include "lib/wasm/opcode.hpp"

namespace wrun::inline v0::jit {

/// By their names with SSE; vector_ops.def says what operands they have.
enum class VectorOp : std::uint8_t {
#define BINARY(name) name,
#define BINARY_IMM(name) name,
#define UNARY(name) name,
#define UNARY_IMM(name) name,
#define SHIFT(row, name) row,
#include "jit/vector_ops.def"
#undef BINARY
#undef BINARY_IMM
#undef UNARY
#undef UNARY_IMM
#undef SHIFT
};

enum class VectorForm : std::uint8_t {
  special,   ///< it takes several, or others
  binary,    ///< first(a, b)
  swapped,   ///< first(b, a)
  inverted,  ///< not first(a, b)
  swapped_inverted,
  keeps,    ///< second(first(a, b), a): an equality after a minimum or maximum
  changes,  ///< not that
  unary
};

struct VectorRow {
  VectorForm form = VectorForm::special;
  VectorOp first{};
  VectorOp second{};
  std::uint8_t imm8 = 0;
};

const VectorRow& vector_row(wasm::Op op);

/// A multiplication with an addition, of what may be fused.
constexpr bool is_madd(wasm::Op op) {
  return op >= wasm::Op::f32x4_relaxed_madd && op <= wasm::Op::f64x2_relaxed_nmadd;
}

/// Of the proposals of vectors.
constexpr bool is_vector(wasm::Op op) {
  return wasm::info(op).code >> 16 == 0xfd;
}

}  // namespace wrun::inline v0::jit
