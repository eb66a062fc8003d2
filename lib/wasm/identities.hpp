#pragma once

// Which instructions say the same of other operands, or the contrary of the same ones.

#include "lib/wasm/opcode.hpp"

namespace wrun::inline v0::wasm {

constexpr bool is_i64_comparison(Op op) {
  return op >= Op::i64_eq && op <= Op::i64_ge_u;
}
/// The i32 comparison like this i64 one, and the other way round.
constexpr Op narrowed(Op i64_comparison) {
  return static_cast<Op>(static_cast<int>(i64_comparison) - static_cast<int>(Op::i64_eq) +
                         static_cast<int>(Op::i32_eq));
}
constexpr Op widened(Op i32_comparison) {
  return static_cast<Op>(static_cast<int>(i32_comparison) - static_cast<int>(Op::i32_eq) +
                         static_cast<int>(Op::i64_eq));
}

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
  return is_i64_comparison(op) ? widened(opposite(narrowed(op))) : op_none;
}
static_assert(opposite(Op::i64_ge_u) == Op::i64_lt_u && opposite(Op::i64_eq) == Op::i64_ne);

/// The comparison of integers that says the same of its operands the other way round; or op_none.
constexpr Op exchanged(Op op) {
  switch (op) {
    case Op::i32_eq:
    case Op::i32_ne:
      return op;
    case Op::i32_lt_s:
      return Op::i32_gt_s;
    case Op::i32_lt_u:
      return Op::i32_gt_u;
    case Op::i32_gt_s:
      return Op::i32_lt_s;
    case Op::i32_gt_u:
      return Op::i32_lt_u;
    case Op::i32_le_s:
      return Op::i32_ge_s;
    case Op::i32_le_u:
      return Op::i32_ge_u;
    case Op::i32_ge_s:
      return Op::i32_le_s;
    case Op::i32_ge_u:
      return Op::i32_le_u;
    default:
      return is_i64_comparison(op) ? widened(exchanged(narrowed(op))) : op_none;
  }
}
static_assert(exchanged(Op::i64_ge_u) == Op::i64_le_u && exchanged(Op::i64_ne) == Op::i64_ne);

/// Arithmetic of integers whose operands may be exchanged. That of floats isn't: which operand's
/// NaN comes out may depend on their order.
constexpr bool is_commutative(Op op) {
  switch (op) {
    case Op::i32_add:
    case Op::i32_mul:
    case Op::i32_and:
    case Op::i32_or:
    case Op::i32_xor:
    case Op::i64_add:
    case Op::i64_mul:
    case Op::i64_and:
    case Op::i64_or:
    case Op::i64_xor:
      return true;
    default:
      return false;
  }
}

}  // namespace wrun::inline v0::wasm
