// Comparisons that are added or subtracted: the carry flag is the number, so that counting what
// holds takes no instructions but the comparison and one.

#include "jit/lower.hpp"

namespace wrun::inline v0::jit {

namespace {

using wasm::Op;

bool is_sum(const Inst& inst) {
  return inst.op == opcode(Op::i32_add) || inst.op == opcode(Op::i64_add);
}

bool is_difference(const Inst& inst) {
  return inst.op == opcode(Op::i32_sub) || inst.op == opcode(Op::i64_sub);
}

}  // namespace

/// The comparison that a sum's operand is, if it is nothing else: as a number of 32 or 64 bits.
Value Lowering::counted(const Inst& inst, unsigned i) const {
  Value v = arg(inst, i);
  if (uses_[index(v)] != 1 || at(v).block != inst.block) return Value::none;
  if (at(v).op == opcode(Op::i64_extend_i32_u)) {
    v = arg(at(v), 0);
    if (uses_[index(v)] != 1 || at(v).block != inst.block) return Value::none;
  }
  return is_compare(at(v)) ? v : Value::none;
}

/// As a comparison of whose outcome the carry flag tells, with an immediate or without.
std::optional<Lowering::CarryTest> Lowering::carry_test(Value comparison) const {
  const Inst& inst = at(comparison);
  const Comparison how = comparison_of(inst);
  if (how.size == 0) return std::nullopt;
  const bool is_eqz = inst.arg_count == 1;
  const auto imm = is_eqz ? std::optional<std::int32_t>(0) : immediate(arg(inst, 1), how.size);
  const bool is_equality = how.cond == Cond::equal || how.cond == Cond::not_equal;
  if (imm == 0 && is_equality)
    return CarryTest{how.cond == Cond::equal ? Cond::below : Cond::above_equal, how.size, 1};
  if (how.cond == Cond::below || how.cond == Cond::above_equal)
    return CarryTest{how.cond, how.size, imm};
  const bool has_next = imm && *imm != -1 && *imm != std::int32_t{0x7fff'ffff};
  if (!has_next) return std::nullopt;
  if (how.cond == Cond::below_equal) return CarryTest{Cond::below, how.size, *imm + 1};
  if (how.cond == Cond::above) return CarryTest{Cond::above_equal, how.size, *imm + 1};
  return std::nullopt;
}

/// Of a sum or difference: makes a comparison in it, and the load that is compared, parts of it.
bool Lowering::fold_carry(const Inst& inst) {
  if (!is_sum(inst) && !is_difference(inst)) return false;
  for (const unsigned i : {1u, 0u}) {
    if (i == 0 && !is_sum(inst)) return false;
    const Value comparison = counted(inst, i);
    if (comparison == Value::none || at(arg(inst, 1 - i)).op == Opcode::constant) continue;
    const auto test = carry_test(comparison);
    const Value a = arg(at(comparison), 0);
    if (!test || folded_[index(a)]) continue;
    folded_[index(arg(inst, i))] = true;
    folded_[index(comparison)] = true;
    if (test->imm && is_late_load(a, inst.block) &&
        tested_width(at(a), *test->imm, test->cond) != 0)
      folded_[index(a)] = true;
    return true;
  }
  return false;
}

/// The comparison that fold_carry() made a part of a sum, or none.
Value Lowering::carried(const Inst& inst, unsigned i) const {
  Value v = arg(inst, i);
  if (!folded_[index(v)]) return Value::none;
  if (at(v).op == opcode(Op::i64_extend_i32_u)) v = arg(at(v), 0);
  return is_compare(at(v)) ? v : Value::none;
}

/// Whether the sum was one with a comparison.
bool Lowering::add_carry(Value v, const Inst& inst, unsigned size) {
  const unsigned i = carried(inst, 1) != Value::none ? 1 : 0;
  const Value comparison = carried(inst, i);
  if (comparison == Value::none) return false;
  const CarryTest test = *carry_test(comparison);
  Machine& made = begin(MOp::carry, inst);
  made.size = static_cast<std::uint8_t>(size);
  made.which = is_difference(inst);
  def_tied(v, 1);
  use(arg(inst, 1 - i));
  const Value a = arg(at(comparison), 0);
  if (is_folded_load(a)) {
    compare_memory(a, *test.imm, test.cond);
    return true;
  }
  Compare compare;
  compare.kind = Compare::Kind::integers;
  compare.cond = test.cond;
  compare.size = test.size;
  compare.imm = test.imm.value_or(0);
  compare.a = use_any(a);
  if (!test.imm) compare.b = use(arg(at(comparison), 1));
  machine().compare = compare;
  return true;
}

}  // namespace wrun::inline v0::jit
