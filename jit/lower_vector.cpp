#include "jit/lower_vector.hpp"

#include <utility>

namespace wrun::inline v0::jit {

namespace {

bool may_be_exchanged(VectorOp op) {
  using enum VectorOp;
  switch (op) {
    case paddb:
    case paddw:
    case paddd:
    case paddq:
    case paddsb:
    case paddsw:
    case paddusb:
    case paddusw:
    case pmullw:
    case pmulld:
    case pmaddwd:
    case pminsb:
    case pminsw:
    case pminsd:
    case pminub:
    case pminuw:
    case pminud:
    case pmaxsb:
    case pmaxsw:
    case pmaxsd:
    case pmaxub:
    case pmaxuw:
    case pmaxud:
    case pavgb:
    case pavgw:
    case pcmpeqb:
    case pcmpeqw:
    case pcmpeqd:
    case pcmpeqq:
    case pand:
    case por:
    case pxor:
    case addps:
    case addpd:
    case mulps:
    case mulpd:
      return true;
    default:
      return false;
  }
}

}  // namespace

void VectorLowering::run() {
  if (wasm::info(wasm_op(inst_.op)).shape == wasm::Shape::store_lane) return store_lane();
  const VectorRow& row = vector_row(wasm_op(inst_.op));
  lowering_.vregs_[index(value_)] = row.form == VectorForm::special ? special() : by_row(row);
}

bool VectorLowering::takes_constant(const Inst& inst, unsigned i) {
  if (!is_wasm(inst.op)) return false;
  if (is_madd(wasm_op(inst.op))) return i == 2;
  if (i != 1) return false;
  const VectorForm form = vector_row(wasm_op(inst.op)).form;
  return form == VectorForm::binary || form == VectorForm::inverted;
}

VReg VectorLowering::begin_binary(VectorOp op, VReg a, std::uint8_t imm8) {
  const VReg to = lowering_.new_vreg(RegClass::vector, 16);
  Machine& made = lowering_.begin(MOp::vector_binary, inst_);
  made.which = static_cast<std::uint8_t>(op);
  made.imm8 = imm8;
  if (lowering_.cpu_.has_avx) {
    lowering_.add_operand(to, Role::def, Constraint::reg);
  } else {
    lowering_.add_operand(to, Role::def, Constraint::tied, 1);
  }
  lowering_.add_operand(a, Role::use, Constraint::reg);
  return to;
}

/// Without AVX, an operand in memory has to be aligned, as slots aren't.
void VectorLowering::use_last(VReg v) {
  const bool may_be_slot = lowering_.cpu_.has_avx && lowering_.out_->lir.vregs[v].bytes == 16;
  lowering_.add_operand(v, Role::use, may_be_slot ? Constraint::any : Constraint::reg);
}

void VectorLowering::use_last(Bits bits) {
  machine().has_imm = true;
  machine().imm = bits.low;
  machine().extra = bits.high;
}

/// A load or a constant may be a part of the instruction.
void VectorLowering::use_last_of(unsigned i) {
  if (lowering_.is_folded_load(value(i))) return lowering_.memory_operand(value(i));
  const Inst& inst = lowering_.at(value(i));
  if (takes_constant(inst_, i) && inst.op == Opcode::constant)
    return use_last(Bits{inst.imm, inst.imm2});
  use_last(arg(i));
}

VReg VectorLowering::binary(VectorOp op, VReg a, VReg b, std::uint8_t imm8) {
  const VReg to = begin_binary(op, a, imm8);
  use_last(b);
  return to;
}

VReg VectorLowering::binary(VectorOp op, VReg a, Bits b, std::uint8_t imm8) {
  const VReg to = begin_binary(op, a, imm8);
  use_last(b);
  return to;
}

VReg VectorLowering::unary(VectorOp op, VReg a, std::uint8_t imm8, std::uint8_t bytes) {
  const VReg to = lowering_.new_vreg(RegClass::vector, bytes);
  Machine& made = lowering_.begin(MOp::vector_unary, inst_);
  made.which = static_cast<std::uint8_t>(op);
  made.imm8 = imm8;
  lowering_.add_operand(to, Role::def, Constraint::reg);
  lowering_.add_operand(a, Role::use, Constraint::reg);
  return to;
}

VReg VectorLowering::shift(VectorOp op, VReg a, unsigned by) {
  const VReg to = lowering_.new_vreg(RegClass::vector, 16);
  Machine& made = lowering_.begin(MOp::vector_shift, inst_);
  made.which = static_cast<std::uint8_t>(op);
  made.imm8 = static_cast<std::uint8_t>(by);
  if (lowering_.cpu_.has_avx) {
    lowering_.add_operand(to, Role::def, Constraint::reg);
  } else {
    lowering_.add_operand(to, Role::def, Constraint::tied, 1);
  }
  lowering_.add_operand(a, Role::use, Constraint::reg);
  return to;
}

VReg VectorLowering::constant(Bits bits) {
  const VReg to = lowering_.new_vreg(RegClass::vector, 16);
  Machine& made = lowering_.begin(MOp::constant, inst_);
  made.imm = bits.low;
  made.extra = bits.high;
  made.size = 16;
  lowering_.add_operand(to, Role::def, Constraint::reg);
  return to;
}

VReg VectorLowering::to_general(MOp op, VReg a) {
  const VReg to = lowering_.new_vreg(RegClass::general);
  lowering_.begin(op, inst_);
  lowering_.add_operand(to, Role::def, Constraint::reg);
  lowering_.add_operand(a, Role::use, Constraint::reg);
  return to;
}

VReg VectorLowering::from_general(VReg a, unsigned size) {
  const VReg to = lowering_.new_vreg(RegClass::vector, 16);
  Machine& made = lowering_.begin(MOp::bit_cast, inst_);
  made.size = static_cast<std::uint8_t>(size);
  made.which = 1;
  lowering_.add_operand(to, Role::def, Constraint::reg);
  lowering_.add_operand(a, Role::use, Constraint::reg);
  return to;
}

bool VectorLowering::may_be_in_memory(const Inst& inst, unsigned i) {
  const VectorRow& row = vector_row(wasm_op(inst.op));
  switch (row.form) {
    case VectorForm::special:
      return is_madd(wasm_op(inst.op));
    case VectorForm::binary:
    case VectorForm::inverted:
      return i == 1 || may_be_exchanged(row.first);
    case VectorForm::swapped:
    case VectorForm::swapped_inverted:
      return i == 0;
    default:
      return false;
  }
}

/// Of the operands of these numbers; what is a part of this instruction comes second.
VReg VectorLowering::of_operands(VectorOp op, unsigned first, unsigned second, std::uint8_t imm8) {
  if (lowering_.is_folded_load(value(first))) std::swap(first, second);
  const VReg to = begin_binary(op, arg(first), imm8);
  use_last_of(second);
  return to;
}

VReg VectorLowering::by_row(const VectorRow& row) {
  switch (row.form) {
    case VectorForm::binary:
      return of_operands(row.first, 0, 1, row.imm8);
    case VectorForm::swapped:
      return of_operands(row.first, 1, 0, row.imm8);
    case VectorForm::inverted:
      return inverted(of_operands(row.first, 0, 1, row.imm8));
    case VectorForm::swapped_inverted:
      return inverted(of_operands(row.first, 1, 0, row.imm8));
    case VectorForm::keeps:
      return binary(row.second, binary(row.first, arg(0), arg(1)), arg(0));
    case VectorForm::changes:
      return inverted(binary(row.second, binary(row.first, arg(0), arg(1)), arg(0)));
    default:
      return unary(row.first, arg(0), row.imm8);
  }
}

VReg VectorLowering::special() {
  const wasm::OpInfo& info = wasm::info(wasm_op(inst_.op));
  if (info.shape != wasm::Shape::numeric) return lanes();
  if (is_madd(wasm_op(inst_.op))) return fused();
  const bool is_splat =
      info.params() == "i" || info.params() == "I" || info.params() == "f" || info.params() == "F";
  return is_splat ? splat(wasm_op(inst_.op)) : integer();
}

}  // namespace wrun::inline v0::jit
