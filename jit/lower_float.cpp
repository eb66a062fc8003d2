// Floating-point instructions, and conversions.

#include <utility>

#include "jit/lower_vector.hpp"

#include "jit/sse_constants.hpp"

namespace wrun::inline v0::jit {

namespace {

// Opcode bytes of SSE's arithmetic.
constexpr std::uint8_t sse_add = 0x58, sse_mul = 0x59, sse_sub = 0x5c, sse_div = 0x5e;

}  // namespace

void Lowering::vector_constant(Value v, const Inst& inst) {
  Machine& made = begin(MOp::constant, inst);
  made.imm = inst.imm;
  made.extra = inst.imm2;
  made.size = static_cast<std::uint8_t>(size_of(inst.type));
  def(v);
}

void Lowering::floating(Value v, const Inst& inst) {
  switch (wasm_op(inst.op)) {
    case Op::f32_add:
    case Op::f64_add:
      return float_binary(v, inst, sse_add);
    case Op::f32_sub:
    case Op::f64_sub:
      return float_binary(v, inst, sse_sub);
    case Op::f32_mul:
    case Op::f64_mul:
      return float_binary(v, inst, sse_mul);
    case Op::f32_div:
    case Op::f64_div:
      return float_binary(v, inst, sse_div);
    case Op::f32_min:
    case Op::f64_min:
      return float_min_max(v, inst, false);
    case Op::f32_max:
    case Op::f64_max:
      return float_min_max(v, inst, true);
    case Op::f32_copysign:
    case Op::f64_copysign:
      return float_copysign(v, inst);
    case Op::f32_abs:
    case Op::f64_abs:
      return float_sign(v, inst, false);
    case Op::f32_neg:
    case Op::f64_neg:
      return float_sign(v, inst, true);
    case Op::f32_sqrt:
    case Op::f64_sqrt:
      return float_unary(v, inst, MOp::float_sqrt);
    case Op::f32_ceil:
    case Op::f64_ceil:
      return float_unary(v, inst, MOp::float_round, up);
    case Op::f32_floor:
    case Op::f64_floor:
      return float_unary(v, inst, MOp::float_round, down);
    case Op::f32_trunc:
    case Op::f64_trunc:
      return float_unary(v, inst, MOp::float_round, to_zero);
    case Op::f32_nearest:
    case Op::f64_nearest:
      return float_unary(v, inst, MOp::float_round, to_nearest);
    case Op::f32_demote_f64:
    case Op::f64_promote_f32:
      return float_unary(v, inst, MOp::float_convert);
    default:
      return conversion(v, inst);
  }
}

void Lowering::conversion(Value v, const Inst& inst) {
  switch (wasm_op(inst.op)) {
    case Op::i32_reinterpret_f32:
    case Op::i64_reinterpret_f64:
    case Op::f32_reinterpret_i32:
    case Op::f64_reinterpret_i64:
      return bit_cast(v, inst);
    case Op::f32_convert_i32_s:
    case Op::f64_convert_i32_s:
      return int_to_float(v, inst, false, 4);
    case Op::f32_convert_i32_u:
    case Op::f64_convert_i32_u:
      return int_to_float(v, inst, true, 4);
    case Op::f32_convert_i64_s:
    case Op::f64_convert_i64_s:
      return int_to_float(v, inst, false, 8);
    case Op::f32_convert_i64_u:
    case Op::f64_convert_i64_u:
      return int_to_float(v, inst, true, 8);
    case Op::i32_trunc_f32_s:
    case Op::i32_trunc_f64_s:
    case Op::i64_trunc_f32_s:
    case Op::i64_trunc_f64_s:
      return float_to_int(v, inst, FloatToInt::trap_s);
    case Op::i32_trunc_f32_u:
    case Op::i32_trunc_f64_u:
    case Op::i64_trunc_f32_u:
    case Op::i64_trunc_f64_u:
      return float_to_int(v, inst, FloatToInt::trap_u);
    case Op::i32_trunc_sat_f32_s:
    case Op::i32_trunc_sat_f64_s:
    case Op::i64_trunc_sat_f32_s:
    case Op::i64_trunc_sat_f64_s:
      return float_to_int(v, inst, FloatToInt::sat_s);
    default:
      return float_to_int(v, inst, FloatToInt::sat_u);
  }
}

void Lowering::float_binary(Value v, const Inst& inst, std::uint8_t opcode) {
  Machine& op = begin(MOp::float_alu, inst);
  op.which = opcode;
  op.size = static_cast<std::uint8_t>(size_of(inst.type));
  Value a = arg(inst, 0);
  Value b = arg(inst, 1);
  if (is_folded_load(a)) std::swap(a, b);
  if (cpu_.has_avx) {
    def(v);
  } else {
    def_tied(v, 1);
  }
  use(a);
  if (is_folded_load(b)) return memory_operand(b);
  use_any(b);
  current().is_commutative = !cpu_.has_avx && (opcode == sse_add || opcode == sse_mul);
}

/// `size` is the operand's.
void Lowering::float_unary(Value v, const Inst& inst, MOp op, std::uint64_t imm) {
  Machine& made = begin(op, inst);
  made.size = static_cast<std::uint8_t>(size_of(at(arg(inst, 0)).type));
  made.imm = imm;
  def(v);
  use_any(arg(inst, 0));
}

void Lowering::canonical_nan(Value v, const Inst& inst) {
  if (inst.type == Type::v128) return VectorLowering(*this, v, inst).canonical_nan();
  begin(MOp::float_canonical, inst).size = static_cast<std::uint8_t>(inst.imm);
  def_tied(v, 1);
  use(arg(inst, 0));
}

void Lowering::float_sign(Value v, const Inst& inst, bool negates) {
  Machine& made = begin(MOp::float_sign, inst);
  made.size = static_cast<std::uint8_t>(size_of(inst.type));
  made.which = negates;
  def_tied(v, 1);
  use(arg(inst, 0));
}

/// The result is written before the operands are read for the last time.
void Lowering::float_min_max(Value v, const Inst& inst, bool is_max) {
  Machine& made = begin(MOp::float_min_max, inst);
  made.size = static_cast<std::uint8_t>(size_of(inst.type));
  made.which = is_max;
  def_tied(v, 1);
  use(arg(inst, 0));
  use(arg(inst, 1), Constraint::reg, Role::late_use);
}

void Lowering::float_copysign(Value v, const Inst& inst) {
  Machine& made = begin(MOp::float_copysign, inst);
  made.size = static_cast<std::uint8_t>(size_of(inst.type));
  def_tied(v, 1);
  use(arg(inst, 0));
  use(arg(inst, 1), Constraint::reg, Role::late_use);
}

void Lowering::bit_cast(Value v, const Inst& inst) {
  Machine& made = begin(MOp::bit_cast, inst);
  made.size = static_cast<std::uint8_t>(size_of(inst.type));
  made.which = is_float(inst.type);
  def(v);
  use(arg(inst, 0));
}

void Lowering::int_to_float(Value v, const Inst& inst, bool is_unsigned, unsigned from) {
  Machine& made = begin(MOp::int_to_float, inst);
  made.size = static_cast<std::uint8_t>(size_of(inst.type));
  made.which = is_unsigned;
  made.imm = from;
  def(v);
  use(arg(inst, 0), Constraint::reg, Role::late_use);
  if (is_unsigned && from == 8) temporary(RegClass::general);
}

void Lowering::float_to_int(Value v, const Inst& inst, FloatToInt which) {
  Machine& made = begin(MOp::float_to_int, inst);
  made.size = static_cast<std::uint8_t>(size_of(inst.type));
  made.which = static_cast<std::uint8_t>(which);
  made.imm = size_of(at(arg(inst, 0)).type);
  add_operand(vreg(v), Role::early_def, Constraint::reg);
  use(arg(inst, 0), Constraint::reg, Role::late_use);
  temporary(RegClass::vector);
}

}  // namespace wrun::inline v0::jit
