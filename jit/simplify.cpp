// What numeric instructions are turned into. Rules for i32 stand for i64 too: `op` is the
// instruction of i32, is_64 says which is meant.

#include <bit>
#include <utility>

#include "jit/emitter.hpp"
#include "jit/fold.hpp"
#include "jit/types.hpp"
#include "lib/wasm/identities.hpp"
#include "lib/wasm/numeric.hpp"
#include "lib/wasm/walk_table.hpp"

namespace wrun::inline v0::jit {

namespace {

using wasm::Op;

constexpr int number(Op op) {
  return static_cast<int>(op);
}
constexpr bool between(Op op, Op first, Op last) {
  return op >= first && op <= last;
}
constexpr Op moved(Op op, Op from, Op to) {
  return static_cast<Op>(number(op) - number(from) + number(to));
}

constexpr bool is_arithmetic_32(Op op) {
  return between(op, Op::i32_add, Op::i32_rotr);
}
constexpr bool is_arithmetic_64(Op op) {
  return between(op, Op::i64_add, Op::i64_rotr);
}
constexpr bool is_compare_32(Op op) {
  return between(op, Op::i32_eqz, Op::i32_ge_u);
}
constexpr bool is_compare_64(Op op) {
  return between(op, Op::i64_eqz, Op::i64_ge_u);
}
/// The i32 instruction that does to i32 what this one does to i64, or itself.
constexpr Op narrow(Op op) {
  if (is_arithmetic_64(op)) return moved(op, Op::i64_add, Op::i32_add);
  if (is_compare_64(op)) return moved(op, Op::i64_eqz, Op::i32_eqz);
  return op;
}
constexpr Op sized(Op op, bool is_64) {
  if (!is_64) return op;
  if (is_arithmetic_32(op)) return moved(op, Op::i32_add, Op::i64_add);
  return moved(op, Op::i32_eqz, Op::i64_eqz);
}
static_assert(narrow(Op::i64_rotr) == Op::i32_rotr && sized(Op::i32_xor, true) == Op::i64_xor);
static_assert(narrow(Op::i64_ge_u) == Op::i32_ge_u && sized(Op::i32_lt_s, true) == Op::i64_lt_s);

/// What fills all bits above the low ones with the highest of these.
constexpr Op extension(bool is_64, std::uint64_t low_bits) {
  switch (low_bits) {
    case 8:
      return is_64 ? Op::i64_extend8_s : Op::i32_extend8_s;
    case 16:
      return is_64 ? Op::i64_extend16_s : Op::i32_extend16_s;
    case 32:
      return is_64 ? Op::i64_extend32_s : wasm::op_none;
    default:
      return wasm::op_none;
  }
}

constexpr Type result_type(Op op) {
  return type_of(wasm::walk_row(op).results[0]);
}
constexpr std::uint64_t all_ones(bool is_64) {
  return is_64 ? ~std::uint64_t{0} : 0xffff'ffffu;
}
constexpr std::uint64_t lowest(bool is_64) {
  return std::uint64_t{1} << (is_64 ? 63 : 31);
}

}  // namespace

Value Emitter::numeric(Op op, Value a) {
  if (const auto x = constant_of(a)) {
    if (const auto bits = fold(op, std::span(&*x, 1))) return constant(result_type(op), *bits);
  }
  if (const Value v = simplify(op, a); v != Value::none) return v;
  return find_or_append(make(opcode(op), result_type(op)), std::span(&a, 1));
}

Value Emitter::numeric(Op op, Value a, Value b) {
  const auto x = constant_of(a);
  const auto y = constant_of(b);
  if (x && y) {
    const std::uint64_t args[] = {*x, *y};
    if (const auto bits = fold(op, args)) return constant(result_type(op), *bits);
  }
  const Op op_32 = narrow(op);
  const bool is_64 = op_32 != op;
  // The newer operand second, and constants: two orders of the same operands become one.
  if (!y && (x || index(b) < index(a))) {
    const Op turned = wasm::exchanged(op);
    if (turned == op || wasm::is_commutative(op)) {
      std::swap(a, b);
    } else if (x && turned != wasm::op_none) {
      return numeric(turned, b, a);
    }
  }
  if (const Value v = simplify(op, a, b); v != Value::none) return v;
  std::uint8_t flags = 0;
  if (const auto c = constant_of(b); c && between(op_32, Op::i32_div_s, Op::i32_rem_u)) {
    const bool overflows = op_32 == Op::i32_div_s && *c == all_ones(is_64);
    if (*c != 0 && !overflows) flags = never_traps;
  }
  const Value args[] = {a, b};
  return find_or_append(make(opcode(op), result_type(op), 0, 0, flags), args);
}

bool Emitter::is_boolean(Value v) const {
  for (;; v = arg(v, 0)) {
    const Inst& inst = graph_.at(v);
    if (inst.op == Opcode::constant) return inst.imm <= 1;
    if (!is_wasm(inst.op)) return false;
    if (between(wasm_op(inst.op), Op::i32_eqz, Op::f64_ge)) return true;
    if (!is_op(v, Op::i32_and)) return false;
    if (constant_of(arg(v, 1)) == 1) return true;
  }
}

/// A comparison's opposite, or none.
Value Emitter::negated(Value v) {
  const Inst& inst = graph_.at(v);
  if (!is_wasm(inst.op)) return Value::none;
  const Op other = wasm::opposite(wasm_op(inst.op));
  if (other == wasm::op_none) return Value::none;
  return numeric(other, arg(v, 0), arg(v, 1));
}

/// What is zero exactly if the condition is, or exactly if it isn't: without tests against zero.
Value Emitter::truth(Value v, bool& is_negated) {
  for (;;) {
    if (is_op(v, Op::i32_eqz)) {
      is_negated = !is_negated;
    } else if (!is_op(v, Op::i32_ne) || constant_of(arg(v, 1)) != 0) {
      return v;
    }
    v = arg(v, 0);
  }
}

Value Emitter::simplify(Op op, Value a) {
  switch (op) {
    case Op::i32_eqz:
      if (is_op(a, Op::i32_eqz)) {
        const Value inner = arg(a, 0);
        return is_boolean(inner) ? inner : numeric(Op::i32_ne, inner, i32(0));
      }
      if (is_op(a, Op::i32_xor) || is_op(a, Op::i32_sub))
        return numeric(Op::i32_eq, arg(a, 0), arg(a, 1));
      return negated(a);
    case Op::i64_eqz:
      if (is_op(a, Op::i64_extend_i32_u) || is_op(a, Op::i64_extend_i32_s))
        return numeric(Op::i32_eqz, arg(a, 0));
      if (is_op(a, Op::i64_xor) || is_op(a, Op::i64_sub))
        return numeric(Op::i64_eq, arg(a, 0), arg(a, 1));
      return Value::none;
    case Op::i32_wrap_i64:
      if (is_op(a, Op::i64_extend_i32_u) || is_op(a, Op::i64_extend_i32_s)) return arg(a, 0);
      if (is_op(a, Op::i64_and) && constant_of(arg(a, 1)) &&
          (*constant_of(arg(a, 1)) & 0xffff'ffff) == 0xffff'ffff)
        return numeric(Op::i32_wrap_i64, arg(a, 0));
      return Value::none;
    case Op::i32_extend8_s:
      return is_op(a, Op::i32_load8_s) || is_op(a, Op::i32_extend8_s) ? a : Value::none;
    case Op::i32_extend16_s:
      return is_op(a, Op::i32_load8_s) || is_op(a, Op::i32_load16_s) ||
                     is_op(a, Op::i32_extend8_s) || is_op(a, Op::i32_extend16_s)
                 ? a
                 : Value::none;
    case Op::i64_extend_i32_s:
      return is_boolean(a) ? numeric(Op::i64_extend_i32_u, a) : Value::none;
    case Op::i64_extend32_s:
      if (is_op(a, Op::i64_extend_i32_u)) return numeric(Op::i64_extend_i32_s, arg(a, 0));
      return is_op(a, Op::i64_load32_s) || is_op(a, Op::i64_extend_i32_s) ? a : Value::none;
    case Op::f32_reinterpret_i32:
      return is_op(a, Op::i32_reinterpret_f32) ? arg(a, 0) : Value::none;
    case Op::f64_reinterpret_i64:
      return is_op(a, Op::i64_reinterpret_f64) ? arg(a, 0) : Value::none;
    case Op::i32_reinterpret_f32:
      return is_op(a, Op::f32_reinterpret_i32) ? arg(a, 0) : Value::none;
    case Op::i64_reinterpret_f64:
      return is_op(a, Op::f64_reinterpret_i64) ? arg(a, 0) : Value::none;
    default:
      return Value::none;
  }
}

Value Emitter::simplify(Op op, Value a, Value b) {
  const Op op_32 = narrow(op);
  const bool is_64 = op_32 != op;
  if (!is_arithmetic_32(op_32) && !is_compare_32(op_32)) return Value::none;
  if (a == b) return twice(op_32, is_64, a);
  if (const auto c = constant_of(b)) return with_constant(op_32, is_64, a, b, *c);
  if (between(op_32, Op::i32_shl, Op::i32_rotr)) {
    if (const Value count = shift_count(is_64, b); count != b) return numeric(op, a, count);
  }
  return Value::none;
}

/// Both operands are one value.
Value Emitter::twice(Op op, bool is_64, Value a) {
  switch (op) {
    case Op::i32_and:
    case Op::i32_or:
      return a;
    case Op::i32_sub:
    case Op::i32_xor:
      return integer(is_64, 0);
    case Op::i32_eq:
    case Op::i32_le_s:
    case Op::i32_le_u:
    case Op::i32_ge_s:
    case Op::i32_ge_u:
      return i32(1);
    case Op::i32_ne:
    case Op::i32_lt_s:
    case Op::i32_lt_u:
    case Op::i32_gt_s:
    case Op::i32_gt_u:
      return i32(0);
    default:
      return Value::none;
  }
}

/// Shifts look at the low bits of their count only.
Value Emitter::shift_count(bool is_64, Value count) {
  const std::uint64_t mask = is_64 ? 63 : 31;
  const Op masking = is_64 ? Op::i64_and : Op::i32_and;
  while (is_op(count, masking)) {
    const auto c = constant_of(arg(count, 1));
    if (!c || (*c & mask) != mask) break;
    count = arg(count, 0);
  }
  return count;
}

Value Emitter::with_constant(Op op, bool is_64, Value a, Value b, std::uint64_t c) {
  if (is_compare_32(op)) return compare_constant(op, is_64, a, c);
  switch (op) {
    case Op::i32_add:
    case Op::i32_or:
    case Op::i32_xor:
      if (c == 0) return a;
      if (op == Op::i32_or && c == all_ones(is_64)) return b;
      return chained(op, is_64, a, c);
    case Op::i32_sub:
      if (c == 0) return a;
      return numeric(sized(Op::i32_add, is_64), a, integer(is_64, (0 - c) & all_ones(is_64)));
    case Op::i32_and:
      if (c == 0) return b;
      if (c == all_ones(is_64)) return a;
      if (!is_64 && c % 2 == 1 && is_boolean(a)) return a;
      if (!is_64 && (c & 0xff) == 0xff && is_op(a, Op::i32_load8_u)) return a;
      if (!is_64 && (c & 0xffff) == 0xffff && is_op(a, Op::i32_load16_u)) return a;
      if (is_64 && (c & 0xffff'ffff) == 0xffff'ffff && is_op(a, Op::i64_extend_i32_u)) return a;
      return chained(op, is_64, a, c);
    case Op::i32_mul:
      return product(op, is_64, a, c);
    case Op::i32_shl:
    case Op::i32_shr_s:
    case Op::i32_shr_u:
    case Op::i32_rotl:
    case Op::i32_rotr: {
      const std::uint64_t count = c & (is_64 ? 63 : 31);
      if (count == 0) return a;
      if (op == Op::i32_shr_s && is_op(a, sized(Op::i32_shl, is_64)) &&
          constant_of(arg(a, 1)) == count) {
        const Op extend = extension(is_64, (is_64 ? 64 : 32) - count);
        if (extend != wasm::op_none) return numeric(extend, arg(a, 0));
      }
      return count == c ? Value::none : numeric(sized(op, is_64), a, integer(is_64, count));
    }
    default:
      return division(op, is_64, a, c);
  }
}

/// Whether a value is made in a loop that has been left. Behind `i + 4`, which the loop goes on
/// with, nothing has to know `i`: together they would take two registers throughout the loop, and a
/// copy at its end.
bool Emitter::is_of_inner_loop(Value v) const {
  return graph_.at(graph_.at(v).block).loop_depth > graph_.at(block_).loop_depth;
}

/// (x op c1) op c2, of an operation that is associative.
Value Emitter::chained(Op op, bool is_64, Value a, std::uint64_t c) {
  const Op own = sized(op, is_64);
  if (!is_op(a, own) || is_of_inner_loop(a)) return Value::none;
  const auto inner = constant_of(arg(a, 1));
  if (!inner) return Value::none;
  const std::uint64_t args[] = {*inner, c};
  return numeric(own, arg(a, 0), integer(is_64, *fold(own, args)));
}

Value Emitter::product(Op, bool is_64, Value a, std::uint64_t c) {
  if (c == 0) return integer(is_64, 0);
  if (c == 1) return a;
  const auto shifted = [&](std::uint64_t power) {
    const auto count = static_cast<std::uint64_t>(std::countr_zero(power));
    return numeric(sized(Op::i32_shl, is_64), a, integer(is_64, count));
  };
  if (std::has_single_bit(c)) return shifted(c);
  if (c == all_ones(is_64)) return numeric(sized(Op::i32_sub, is_64), integer(is_64, 0), a);
  if (c == 3 || c == 5 || c == 9) return Value::none;  // one instruction with an address
  // Two instructions that take less time than a multiplication.
  if (std::has_single_bit(c + 1)) return numeric(sized(Op::i32_sub, is_64), shifted(c + 1), a);
  if (std::has_single_bit(c - 1)) return numeric(sized(Op::i32_add, is_64), shifted(c - 1), a);
  return Value::none;
}

Value Emitter::compare_constant(Op op, bool is_64, Value a, std::uint64_t c) {
  const Op is_zero = sized(Op::i32_eqz, is_64);
  if (c == 0) {
    switch (op) {
      case Op::i32_eq:
      case Op::i32_le_u:
        return numeric(is_zero, a);
      case Op::i32_gt_u:
        return numeric(sized(Op::i32_ne, is_64), a, integer(is_64, 0));
      case Op::i32_ne:
        return !is_64 && is_boolean(a) ? a : Value::none;
      case Op::i32_lt_u:
        return i32(0);
      case Op::i32_ge_u:
        return i32(1);
      default:
        return Value::none;
    }
  }
  if (c == 1 && op == Op::i32_lt_u) return numeric(is_zero, a);
  if (c == 1 && op == Op::i32_ge_u) return numeric(sized(Op::i32_ne, is_64), a, integer(is_64, 0));
  if (op == Op::i32_le_s && c == lowest(is_64) - 1) return i32(1);
  if (op == Op::i32_ge_s && c == lowest(is_64)) return i32(1);
  if (op == Op::i32_gt_u && c == all_ones(is_64)) return i32(0);
  return Value::none;
}

Value Emitter::select(Type type, Value a, Value b, Value condition) {
  bool is_negated = false;
  const Value test = truth(condition, is_negated);
  if (is_negated) std::swap(a, b);
  if (a == b) return a;
  if (const auto c = constant_of(test)) return *c != 0 ? a : b;
  if (type == Type::i32 && is_boolean(test)) {
    if (constant_of(a) == 1 && constant_of(b) == 0) return test;
    if (constant_of(a) == 0 && constant_of(b) == 1) return numeric(Op::i32_eqz, test);
  }
  const Value args[] = {a, b, test};
  return find_or_append(make(opcode(Op::select), type), args);
}

}  // namespace wrun::inline v0::jit
