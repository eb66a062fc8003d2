// Comparisons, and what is done with their outcome.

#include <utility>

#include "jit/lower.hpp"

namespace wrun::inline v0::jit {

namespace {

struct IntegerComparison {
  Cond cond = Cond::equal;
  std::uint8_t size = 0;
};

IntegerComparison integer_comparison(wasm::Op op) {
  using wasm::Op;
  switch (op) {
    case Op::i32_eqz:
    case Op::i32_eq:
      return {Cond::equal, 4};
    case Op::i32_ne:
      return {Cond::not_equal, 4};
    case Op::i32_lt_s:
      return {Cond::less, 4};
    case Op::i32_lt_u:
      return {Cond::below, 4};
    case Op::i32_gt_s:
      return {Cond::greater, 4};
    case Op::i32_gt_u:
      return {Cond::above, 4};
    case Op::i32_le_s:
      return {Cond::less_equal, 4};
    case Op::i32_le_u:
      return {Cond::below_equal, 4};
    case Op::i32_ge_s:
      return {Cond::greater_equal, 4};
    case Op::i32_ge_u:
      return {Cond::above_equal, 4};
    case Op::i64_eqz:
    case Op::i64_eq:
      return {Cond::equal, 8};
    case Op::i64_ne:
      return {Cond::not_equal, 8};
    case Op::i64_lt_s:
      return {Cond::less, 8};
    case Op::i64_lt_u:
      return {Cond::below, 8};
    case Op::i64_gt_s:
      return {Cond::greater, 8};
    case Op::i64_gt_u:
      return {Cond::above, 8};
    case Op::i64_le_s:
      return {Cond::less_equal, 8};
    case Op::i64_le_u:
      return {Cond::below_equal, 8};
    case Op::i64_ge_s:
      return {Cond::greater_equal, 8};
    case Op::i64_ge_u:
      return {Cond::above_equal, 8};
    default:
      return {};
  }
}

/// How a comparison of floats is read off the flags of ucomis: above and above_equal are false of
/// NaNs by themselves, so "less" compares the other way round.
struct FloatComparison {
  Cond cond = Cond::equal;
  bool swaps = false;
  std::uint8_t size = 0;
};

FloatComparison float_comparison(wasm::Op op) {
  using wasm::Op;
  switch (op) {
    case Op::f32_eq:
      return {Cond::equal, false, 4};
    case Op::f32_ne:
      return {Cond::not_equal, false, 4};
    case Op::f32_lt:
      return {Cond::above, true, 4};
    case Op::f32_gt:
      return {Cond::above, false, 4};
    case Op::f32_le:
      return {Cond::above_equal, true, 4};
    case Op::f32_ge:
      return {Cond::above_equal, false, 4};
    case Op::f64_eq:
      return {Cond::equal, false, 8};
    case Op::f64_ne:
      return {Cond::not_equal, false, 8};
    case Op::f64_lt:
      return {Cond::above, true, 8};
    case Op::f64_gt:
      return {Cond::above, false, 8};
    case Op::f64_le:
      return {Cond::above_equal, true, 8};
    case Op::f64_ge:
      return {Cond::above_equal, false, 8};
    default:
      return {};
  }
}

bool loads_unsigned(const Inst& load) {
  using wasm::Op;
  switch (wasm_op(load.op)) {
    case Op::i32_load8_u:
    case Op::i64_load8_u:
    case Op::i32_load16_u:
    case Op::i64_load16_u:
      return true;
    default:
      return false;
  }
}

}  // namespace

bool Lowering::is_compare(const Inst& inst) const {
  return inst.op >= opcode(Op::i32_eqz) && inst.op <= opcode(Op::f64_ge);
}

bool Lowering::is_zero_test(const Inst& inst) const {
  if (!is_wasm(inst.op)) return false;
  const Op op = wasm_op(inst.op);
  if (op == Op::i32_eqz || op == Op::i64_eqz) return true;
  if (op != Op::i32_ne && op != Op::i64_ne) return false;
  const Inst& with = at(arg(inst, 1));
  return with.op == Opcode::constant && with.imm == 0;
}

Lowering::Comparison Lowering::comparison_of(const Inst& inst) {
  const IntegerComparison found = integer_comparison(wasm_op(inst.op));
  return {found.cond, found.size};
}

/// Compares what both have in common with zero.
void Lowering::test_bits(const Inst& conjunction, Cond cond) {
  const unsigned size = size_of(conjunction.type);
  const auto imm = immediate(arg(conjunction, 1), size);
  if (const Value a = arg(conjunction, 0); is_folded_load(a)) {
    Compare& made = machine().compare;
    made.kind = Compare::Kind::common_bits;
    made.cond = cond;
    made.size = static_cast<std::uint8_t>(tested_width(at(a), *imm, cond));
    made.imm = *imm;
    made.a = in_memory;
    return memory_operand(a);
  }
  Compare made;
  made.kind = Compare::Kind::common_bits;
  made.cond = cond;
  made.size = static_cast<std::uint8_t>(size);
  made.imm = imm.value_or(0);
  made.a = use_any(arg(conjunction, 0));
  if (!imm) made.b = use(arg(conjunction, 1));
  machine().compare = made;
}

void Lowering::compare(Value condition) {
  const Inst& inst = at(condition);
  if (is_folded_load(condition)) return compare_memory(condition, 0, Cond::not_equal);
  if (!folded_[index(condition)]) {
    Compare& made = machine().compare;
    made.kind = Compare::Kind::bits;
    made.cond = Cond::not_equal;
    made.a = use(condition);
    return;
  }
  if (!is_compare(inst)) return test_bits(inst, Cond::not_equal);
  const IntegerComparison integers = integer_comparison(wasm_op(inst.op));
  if (integers.size != 0) return compare_integers(inst, integers.cond, integers.size);
  compare_floats(inst);
}

/// A load is compared with an immediate where it lies. Bytes of unsigned numbers are no negative
/// ones.
void Lowering::compare_memory(Value load, std::int32_t imm, Cond cond) {
  const Inst& inst = at(load);
  Compare& made = machine().compare;
  made.kind = Compare::Kind::integers;
  made.size = static_cast<std::uint8_t>(tested_width(inst, imm, cond));
  made.cond = whole_width(inst) == 0 && loads_unsigned(inst) ? unsigned_form(cond) : cond;
  made.imm = imm;
  made.a = in_memory;
  memory_operand(load);
}

/// The one that isn't a load in memory is in a register. What is loaded of less than its size is
/// unsigned, and the other has no more bits than that.
void Lowering::compare_with_memory(Value a, Value b, Cond cond, unsigned size) {
  const bool is_first = is_folded_load(a);
  const Inst& load = at(is_first ? a : b);
  if (whole_width(load) == 0) {
    size = wasm::access_width(wasm::info(wasm_op(load.op)).imm);
    cond = unsigned_form(cond);
  }
  const Value in_register = is_first ? b : a;
  const bool is_cut = folded_[index(in_register)];
  const OperandNo other = use(is_cut ? arg(at(in_register), 0) : in_register);
  Compare& made = machine().compare;
  made.kind = Compare::Kind::integers;
  made.cond = cond;
  made.size = static_cast<std::uint8_t>(size);
  made.a = is_first ? in_memory : other;
  made.b = is_first ? other : in_memory;
  memory_operand(is_first ? a : b);
}

void Lowering::compare_integers(const Inst& inst, Cond cond, unsigned size) {
  const auto args = graph_->args(inst);
  const bool is_eqz = args.size() == 1;
  const bool is_load = is_folded_load(args[0]);
  if (!is_load && folded_[index(args[0])] && is_zero_test(inst))
    return test_bits(at(args[0]), cond);
  const auto imm = is_eqz ? std::optional<std::int32_t>(0) : immediate(args[1], size);
  if (is_load && imm) return compare_memory(args[0], *imm, cond);
  if (!imm && (is_load || is_folded_load(args[1])))
    return compare_with_memory(args[0], args[1], cond, size);
  if (imm && folded_[index(args[0])]) return compare_byte(at(args[0]), *imm, cond);
  const bool with_zero = imm && *imm == 0 &&
                         (cond == Cond::equal || cond == Cond::not_equal || cond == Cond::less ||
                          cond == Cond::greater_equal);
  Compare made;
  made.kind = with_zero ? Compare::Kind::bits : Compare::Kind::integers;
  made.cond = cond;
  made.size = static_cast<std::uint8_t>(size);
  made.imm = imm.value_or(0);
  made.a = with_zero ? use(args[0]) : use_any(args[0]);
  if (!imm) made.b = use(args[1]);
  machine().compare = made;
}

void Lowering::compare_floats(const Inst& inst) {
  const FloatComparison how = float_comparison(wasm_op(inst.op));
  Value a = arg(inst, 0);
  Value b = arg(inst, 1);
  if (how.swaps) std::swap(a, b);
  Compare made;
  made.kind = Compare::Kind::floats;
  made.cond = how.cond;
  made.size = how.size;
  made.a = use(a);
  made.b = use_any(b);
  machine().compare = made;
}

void Lowering::set(Value v, const Inst& inst) {
  folded_[index(v)] = true;  // compare() is to look into it
  begin(MOp::set, inst);
  def(v);
  compare(v);
  folded_[index(v)] = false;
}

void Lowering::select(Value v, const Inst& inst) {
  const Value if_true = arg(inst, 0);
  const Value if_false = arg(inst, 1);
  const Value condition = arg(inst, 2);
  Machine& op = begin(is_float(inst.type) ? MOp::float_select : MOp::select, inst);
  op.size = static_cast<std::uint8_t>(size_of(inst.type));
  def_tied(v, 1);
  use(if_false);
  use_any(if_true);
  compare(condition);
}

void Lowering::branch(const Inst& inst) {
  const Value condition = arg(inst, 0);
  begin(MOp::branch, inst);
  compare(condition);
}

void Lowering::trap_if(const Inst& inst) {
  const Value condition = arg(inst, 0);
  begin(MOp::trap_if, inst).imm = inst.imm;
  compare(condition);
}

}  // namespace wrun::inline v0::jit
