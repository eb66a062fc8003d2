#pragma once

// What comparisons have to do with each other.

#include "lib/wasm/opcode.hpp"

namespace wrun::inline v0::wasm {

/// The comparison that holds when this one doesn't, of operands that may be NaN, too; or op_none.
constexpr Op opposite(Op op) {
  switch (op) {
    case Op::i32_eq:
      return Op::i32_ne;
    case Op::i32_ne:
      return Op::i32_eq;
    case Op::i32_lt_s:
      return Op::i32_ge_s;
    case Op::i32_lt_u:
      return Op::i32_ge_u;
    case Op::i32_gt_s:
      return Op::i32_le_s;
    case Op::i32_gt_u:
      return Op::i32_le_u;
    case Op::i32_le_s:
      return Op::i32_gt_s;
    case Op::i32_le_u:
      return Op::i32_gt_u;
    case Op::i32_ge_s:
      return Op::i32_lt_s;
    case Op::i32_ge_u:
      return Op::i32_lt_u;
    case Op::f32_eq:
      return Op::f32_ne;
    case Op::f32_ne:
      return Op::f32_eq;
    case Op::f64_eq:
      return Op::f64_ne;
    case Op::f64_ne:
      return Op::f64_eq;
    default:
      break;
  }
  if (op < Op::i64_eq || op > Op::i64_ge_u) return op_none;
  constexpr int distance = static_cast<int>(Op::i64_eq) - static_cast<int>(Op::i32_eq);
  const auto narrow = static_cast<Op>(static_cast<int>(op) - distance);
  return static_cast<Op>(static_cast<int>(opposite(narrow)) + distance);
}
static_assert(opposite(Op::i64_ge_u) == Op::i64_lt_u && opposite(Op::i64_eq) == Op::i64_ne);

}  // namespace wrun::inline v0::wasm
