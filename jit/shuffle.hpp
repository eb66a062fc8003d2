#pragma once

// Which single instruction moves bytes as i8x16.shuffle is told to, if there is one.

#include <cstdint>

#include "jit/vector_ops.hpp"

namespace wrun::inline v0::jit {

struct Shuffle {
  enum class Kind : std::uint8_t {
    any,
    first,  ///< the first operand as it is
    second,
    lanes,  ///< op of operand a
    both,   ///< op of operands a and b
    bytes   ///< pshufb of operand a; the numbers are below 16 now
  };
  Kind kind = Kind::any;
  VectorOp op{};
  std::uint8_t a = 0;
  std::uint8_t b = 1;
  std::uint8_t imm8 = 0;
};

/// `is_same`: both operands are one value. May change the numbers, to what means the same.
Shuffle find_shuffle(std::uint8_t (&number)[16], bool is_same);

}  // namespace wrun::inline v0::jit
