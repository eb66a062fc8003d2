// Parts of numbers: what reads the lower half of an i64 takes it from where the whole is, and bytes
// are compared as bytes.

#include "jit/lower.hpp"

namespace wrun::inline v0::jit {

namespace {

using wasm::Op;

/// What of an i64 is below 2^32 by the instruction that makes it, and is known to be so as a
/// register.
bool is_half(const Inst& inst, const Inst* second) {
  if (inst.op == opcode(Op::i64_load8_u) || inst.op == opcode(Op::i64_load16_u) ||
      inst.op == opcode(Op::i64_load32_u))
    return true;
  if (second == nullptr || second->op != Opcode::constant) return false;
  if (inst.op == opcode(Op::i64_shr_u)) return (second->imm & 63) >= 32;
  return inst.op == opcode(Op::i64_and) && second->imm <= 0x7fff'ffff;
}

}  // namespace

/// Whether an instruction makes nothing of an operand's upper half. Not so of a shift to the left,
/// which may become a part of an address.
bool Lowering::reads_low_half(const Inst& inst, unsigned i) {
  if (inst.op == Opcode::branch || inst.op == Opcode::trap_if) return i == 0;
  if (!is_wasm(inst.op)) return false;
  const Op op = wasm_op(inst.op);
  if (op >= Op::i32_eqz && op <= Op::i32_ge_u) return true;
  switch (op) {
    case Op::i32_add:
    case Op::i32_sub:
    case Op::i32_mul:
    case Op::i32_and:
    case Op::i32_or:
    case Op::i32_xor:
    case Op::i32_shr_s:
    case Op::i32_shr_u:
    case Op::i32_rotl:
    case Op::i32_rotr:
    case Op::i32_extend8_s:
    case Op::i32_extend16_s:
    case Op::i64_extend_i32_s:
      return true;
    case Op::i32_shl:
      return i == 1;
    case Op::i32_store:
    case Op::i32_store8:
    case Op::i32_store16:
    case Op::select:
      return i == 2;
    default:
      return false;
  }
}

void Lowering::note_whole_use(Value v) {
  const Inst& inst = at(v);
  if (inst.op != opcode(Op::i32_wrap_i64)) return;
  const Inst& from = at(arg(inst, 0));
  const Inst* second = from.arg_count == 2 ? &at(arg(from, 1)) : nullptr;
  if (!is_half(from, second)) wanted_whole_[index(v)] = true;
}

/// Whether a value is the register of another one.
bool Lowering::is_merged(Value v) const {
  return at(v).op == opcode(Op::i32_wrap_i64) && !wanted_whole_[index(v)];
}

/// Whether a comparison with an immediate can look at the byte that an operand is made of. Those
/// with zero are tests.
bool Lowering::is_compared_byte(Value v, std::int32_t imm, Cond cond) const {
  const Inst& inst = at(v);
  if (imm == 0) return false;
  const bool is_equality = cond == Cond::equal || cond == Cond::not_equal;
  if (inst.op == opcode(Op::i32_extend8_s))
    return imm >= -0x80 && imm <= 0x7f && (is_equality || is_signed(cond));
  if (inst.op != opcode(Op::i32_and) || imm < 0 || imm > 0xff) return false;
  return immediate(arg(inst, 1), 4) == 0xff;
}

void Lowering::fold_byte(Value v, Block b, std::int32_t imm, Cond cond) {
  const Inst& inst = at(v);
  if (inst.block != b || uses_[index(v)] != 1 || !is_compared_byte(v, imm, cond)) return;
  if (!folded_[index(arg(inst, 0))]) folded_[index(v)] = true;
}

void Lowering::compare_byte(const Inst& inst, std::int32_t imm, Cond cond) {
  Compare made;
  made.kind = Compare::Kind::integers;
  made.cond = inst.op == opcode(Op::i32_and) ? unsigned_form(cond) : cond;
  made.size = 1;
  made.imm = imm;
  made.a = use_any(arg(inst, 0));
  machine().compare = made;
}

}  // namespace wrun::inline v0::jit
