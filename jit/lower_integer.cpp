// Numeric instructions of integers.

#include <utility>

#include "jit/lower_vector.hpp"
#include "lib/wasm/walk_table.hpp"

namespace wrun::inline v0::jit {

namespace {

Type operand_type(const wasm::OpInfo& op) {
  return type_of(wasm::kind_of_letter(op.letters[0]));
}

}  // namespace

void Lowering::numeric(Value v, const Inst& inst) {
  const wasm::OpInfo& op = wasm::info(wasm_op(inst.op));
  switch (op.shape) {
    case wasm::Shape::load:
      return load(v, inst);
    case wasm::Shape::store:
      return store(inst);
    case wasm::Shape::atomic_load:
    case wasm::Shape::atomic_store:
    case wasm::Shape::atomic_rmw:
    case wasm::Shape::atomic_cmpxchg:
    case wasm::Shape::atomic_fence:
      return atomic(v, inst);
    case wasm::Shape::select:
      return select(v, inst);
    default:
      break;
  }
  if (is_vector(wasm_op(inst.op))) return VectorLowering(*this, v, inst).run();
  if (is_compare(inst)) return set(v, inst);
  if (is_float(inst.type) || is_float(operand_type(op))) return floating(v, inst);
  integer(v, inst);
}

void Lowering::integer(Value v, const Inst& inst) {
  const unsigned size = size_of(inst.type);
  switch (wasm_op(inst.op)) {
    case Op::i32_add:
    case Op::i64_add:
      return add(v, inst, size);
    case Op::i32_sub:
    case Op::i64_sub:
      return subtract(v, inst, size);
    case Op::i32_mul:
    case Op::i64_mul:
      return alu(v, inst, Alu::imul, size);
    case Op::i32_and:
    case Op::i64_and:
      return alu(v, inst, Alu::and_, size);
    case Op::i32_or:
    case Op::i64_or:
      return alu(v, inst, Alu::or_, size);
    case Op::i32_xor:
    case Op::i64_xor:
      return alu(v, inst, Alu::xor_, size);
    case Op::i32_shl:
    case Op::i64_shl:
      return shift(v, inst, Shift::shl, size);
    case Op::i32_shr_s:
    case Op::i64_shr_s:
      return shift(v, inst, Shift::sar, size);
    case Op::i32_shr_u:
    case Op::i64_shr_u:
      return shift(v, inst, Shift::shr, size);
    case Op::i32_rotl:
    case Op::i64_rotl:
      return shift(v, inst, Shift::rol, size);
    case Op::i32_rotr:
    case Op::i64_rotr:
      return shift(v, inst, Shift::ror, size);
    case Op::i32_div_s:
    case Op::i64_div_s:
      return divide(v, inst, Division::div_s, size);
    case Op::i32_div_u:
    case Op::i64_div_u:
      return divide(v, inst, Division::div_u, size);
    case Op::i32_rem_s:
    case Op::i64_rem_s:
      return divide(v, inst, Division::rem_s, size);
    case Op::i32_rem_u:
    case Op::i64_rem_u:
      return divide(v, inst, Division::rem_u, size);
    case Op::i32_clz:
    case Op::i64_clz:
      return bits(v, inst, Bits::clz, size);
    case Op::i32_ctz:
    case Op::i64_ctz:
      return bits(v, inst, Bits::ctz, size);
    case Op::i32_popcnt:
    case Op::i64_popcnt:
      return bits(v, inst, Bits::popcnt, size);
    case Op::i32_extend8_s:
    case Op::i64_extend8_s:
      return extend(v, inst, Extend::s8, size);
    case Op::i32_extend16_s:
    case Op::i64_extend16_s:
      return extend(v, inst, Extend::s16, size);
    case Op::i64_extend32_s:
    case Op::i64_extend_i32_s:
      return extend(v, inst, Extend::s32, size);
    case Op::i32_wrap_i64:
      return extend(v, inst, Extend::u32, size);
    case Op::i64_extend_i32_u:
      // An i32 is zero-extended already.
      begin(MOp::move, inst).size = 8;
      def(v);
      use_any(arg(inst, 0));
      return;
    default:
      return wide(v, inst);
  }
}

void Lowering::add(Value v, const Inst& inst, unsigned size) {
  Value a = arg(inst, 0);
  Value b = arg(inst, 1);
  if (add_carry(v, inst, size)) return;
  if (is_folded_load(a) || is_folded_load(b)) return alu(v, inst, Alu::add, size);
  if (folded_[index(a)] || folded_[index(b)]) return add_scaled(v, inst, size);
  const auto imm = immediate(b, size);
  Machine& add = begin(MOp::add, inst);
  add.size = static_cast<std::uint8_t>(size);
  add.has_imm = imm.has_value();
  add.imm = static_cast<std::uint64_t>(static_cast<std::int64_t>(imm.value_or(0)));
  def(v);
  use(a);
  if (!imm) use(b);
}

void Lowering::add_scaled(Value v, const Inst& inst, unsigned size) {
  Value a = arg(inst, 0);
  Value b = arg(inst, 1);
  if (!folded_[index(b)]) std::swap(a, b);
  const Inst& shift = at(b);
  const auto imm = immediate(a, size);
  Machine& add = begin(imm ? MOp::add_scaled : MOp::add, inst);
  add.size = static_cast<std::uint8_t>(size);
  add.which = static_cast<std::uint8_t>(at(arg(shift, 1)).imm);
  add.has_imm = imm.has_value();
  add.imm = static_cast<std::uint64_t>(static_cast<std::int64_t>(imm.value_or(0)));
  def(v);
  if (!imm) use(a);
  use(arg(shift, 0));
}

void Lowering::alu(Value v, const Inst& inst, Alu which, unsigned size) {
  Value a = arg(inst, 0);
  Value b = arg(inst, 1);
  if (is_folded_load(a)) std::swap(a, b);
  if (is_folded_load(b)) {
    Machine& op = begin(MOp::alu, inst);
    op.which = static_cast<std::uint8_t>(which);
    op.size = static_cast<std::uint8_t>(size);
    def_tied(v, 1);
    use(a);
    return memory_operand(b);
  }
  const auto imm = immediate(b, size);
  if (which == Alu::and_ && imm == 0xff) return extend(v, inst, Extend::u8, size);
  if (which == Alu::and_ && imm == 0xffff) return extend(v, inst, Extend::u16, size);
  Machine& op = begin(MOp::alu, inst);
  op.which = static_cast<std::uint8_t>(which);
  op.size = static_cast<std::uint8_t>(size);
  op.has_imm = imm.has_value();
  op.imm = static_cast<std::uint64_t>(static_cast<std::int64_t>(imm.value_or(0)));
  if (which == Alu::imul && (imm == 3 || imm == 5 || imm == 9)) {
    op.op = MOp::times;
    current().op = static_cast<std::uint8_t>(op.op);
    def(v);
    use(a);
    return;
  }
  if (imm && which == Alu::imul) {
    // Has a form with three operands.
    def(v);
    use_any(a);
    return;
  }
  def_tied(v, 1);
  use(a);
  if (imm) return;
  use_any(b);
  current().is_commutative = which != Alu::sub;
}

void Lowering::subtract(Value v, const Inst& inst, unsigned size) {
  const Value a = arg(inst, 0);
  if (add_carry(v, inst, size)) return;
  if (!is_integer_constant(a) || at(a).imm != 0) return alu(v, inst, Alu::sub, size);
  begin(MOp::neg, inst).size = static_cast<std::uint8_t>(size);
  def_tied(v, 1);
  use(arg(inst, 1));
}

void Lowering::shift(Value v, const Inst& inst, Shift which, unsigned size) {
  const Value a = arg(inst, 0);
  const Value b = arg(inst, 1);
  const bool by_constant = is_integer_constant(b);
  const bool has_form = cpu_.has_bmi2 && which >= Shift::shl;
  if (by_constant && cpu_.has_bmi2 && which < Shift::shl) {
    const std::uint64_t count = at(b).imm & (8 * size - 1);
    Machine& op = begin(MOp::rotate, inst);
    op.size = static_cast<std::uint8_t>(size);
    op.imm = which == Shift::ror ? count : (8 * size - count) & (8 * size - 1);
    def(v);
    use_any(a);
    return;
  }
  Machine& op = begin(by_constant ? MOp::shift_imm
                      : has_form  ? MOp::shift_bmi
                                  : MOp::shift_var,
                      inst);
  op.which = static_cast<std::uint8_t>(which);
  op.size = static_cast<std::uint8_t>(size);
  if (!by_constant && has_form) {
    def(v);
    use_any(a);
    use(b);
    return;
  }
  def_tied(v, 1);
  use(a);
  if (by_constant) {
    op.imm = at(b).imm & (8 * size - 1);
  } else {
    use_in(b, reg::rcx);
  }
}

void Lowering::divide(Value v, const Inst& inst, Division which, unsigned size) {
  Machine& op = begin(MOp::divide, inst);
  op.which = static_cast<std::uint8_t>(which);
  op.size = static_cast<std::uint8_t>(size);
  const bool wants_quotient = which == Division::div_s || which == Division::div_u;
  def_in(v, wants_quotient ? reg::rax : reg::rdx);
  use_in(arg(inst, 0), reg::rax);
  use(arg(inst, 1), Constraint::reg, Role::late_use);
  // The other half is written, too, and before the divisor is read for the last time.
  if (wants_quotient) {
    temporary_in(reg::rdx);
  } else {
    current().clobbers.add(reg::rax);
    machine().has_imm = true;
  }
}

void Lowering::bits(Value v, const Inst& inst, Bits which, unsigned size) {
  Machine& op = begin(MOp::bits, inst);
  op.which = static_cast<std::uint8_t>(which);
  op.size = static_cast<std::uint8_t>(size);
  add_operand(vreg(v), Role::early_def, Constraint::reg);
  use(arg(inst, 0), Constraint::reg, Role::late_use);
}

void Lowering::extend(Value v, const Inst& inst, Extend which, unsigned size) {
  Machine& op = begin(MOp::extend, inst);
  op.which = static_cast<std::uint8_t>(which);
  op.size = static_cast<std::uint8_t>(size);
  def(v);
  use_any(arg(inst, 0));
}

void Lowering::wide(Value v, const Inst& inst) {
  const auto args = graph_->args(inst);
  // The upper half is the result that follows, unless nobody wants it.
  const Value next = at(v).next;
  const bool has_high = next != Value::none && at(next).op == Opcode::result;
  const VReg high = has_high ? vreg(next) : new_vreg(RegClass::general);
  const Op op = wasm_op(inst.op);
  const bool multiplies = op == Op::i64_mul_wide_s || op == Op::i64_mul_wide_u;
  Machine& made = begin(multiplies ? MOp::wide_mul : MOp::wide_add, inst);
  made.size = 8;
  made.which = op == Op::i64_mul_wide_s || op == Op::i64_sub128;
  if (multiplies) {
    def_in(v, reg::rax);
    add_operand(high, Role::def, Constraint::fixed, reg::rdx);
    use_in(args[0], reg::rax);
    use(args[1]);
    return;
  }
  def_tied(v, 2);
  add_operand(high, Role::def, Constraint::tied, 3);
  use(args[0]);
  use(args[1]);
  use_any(args[2]);
  add_operand(vreg(args[3]), Role::late_use, Constraint::any);
}

}  // namespace wrun::inline v0::jit
