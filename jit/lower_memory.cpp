// Memory, and the structures of the run time.

#include "jit/lower.hpp"

namespace wrun::inline v0::jit {

namespace {

/// Of a read or write.
Packed packing(const Inst& inst) {
  return inst.op == Opcode::field ? Packed::no : Place::of(inst.imm2).packed;
}

wasm::Op load_of(Packed packed) {
  switch (packed) {
    case Packed::s8:
      return wasm::Op::i32_load8_s;
    case Packed::u8:
      return wasm::Op::i32_load8_u;
    case Packed::s16:
      return wasm::Op::i32_load16_s;
    default:
      return wasm::Op::i32_load16_u;
  }
}

unsigned stored_size(Packed packed, Type type) {
  if (packed == Packed::no) return size_of(type);
  return packed == Packed::s8 || packed == Packed::u8 ? 1 : 2;
}

}  // namespace

/// Adds base and index as operands; a constant index is a part of the distance. One that doesn't
/// fit is left in machine.imm for the emitter to add by way of the scratch register.
void Lowering::address(Value base, Value index, std::uint64_t disp, Role role) {
  Address made;
  made.base = use(base, Constraint::reg, role);
  if (index != Value::none && is_integer_constant(index) && at(index).imm <= max_disp &&
      disp <= max_disp - at(index).imm) {
    disp += at(index).imm;
  } else if (index != Value::none && is_scaled_index(index)) {
    made.scale = static_cast<std::uint8_t>(at(arg(at(index), 1)).imm);
    made.index = use(arg(at(index), 0), Constraint::reg, role);
  } else if (index != Value::none && is_index_sum(index)) {
    disp += at(arg(at(index), 1)).imm;
    made.index = use(arg(at(index), 0), Constraint::reg, role);
  } else if (index != Value::none) {
    made.index = use(index, Constraint::reg, role);
  }
  if (disp <= max_disp) {
    made.disp = static_cast<std::int32_t>(disp);
  } else {
    machine().imm = disp;
  }
  machine().address = made;
}

void Lowering::load(Value v, const Inst& inst) {
  Machine& op = begin(MOp::load, inst);
  op.wasm = wasm_op(inst.op);
  op.size = 0;
  def(v);
  address(arg(inst, 0), arg(inst, 1), inst.imm, Role::use);
}

/// All of a store but its address.
void Lowering::begin_store(const Inst& inst, Value value, unsigned size) {
  const auto imm = is_float(at(value).type) ? std::nullopt : immediate(value, size);
  Machine& op = begin(MOp::store, inst);
  op.size = static_cast<std::uint8_t>(size);
  op.which = is_float(at(value).type);
  op.has_imm = imm.has_value();
  if (imm) {
    op.compare.imm = *imm;
  } else {
    use(value);
  }
}

void Lowering::store(const Inst& inst) {
  const Value value = arg(inst, 2);
  if (folded_[index(value)]) return update(inst);
  begin_store(inst, value, wasm::access_width(wasm::info(wasm_op(inst.op)).imm));
  address(arg(inst, 0), arg(inst, 1), inst.imm);
}

void Lowering::read(Value v, const Inst& inst) {
  begin(MOp::load, inst).size = static_cast<std::uint8_t>(size_of(inst.type));
  machine().which = is_float(inst.type);
  if (const Packed packed = packing(inst); packed != Packed::no) {
    machine().size = 0;
    machine().wasm = load_of(packed);
  }
  def(v);
  Address made;
  made.base = use(arg(inst, 0));
  made.disp = static_cast<std::int32_t>(inst.imm);
  machine().address = made;
}

void Lowering::write(const Inst& inst) {
  const Value value = arg(inst, 1);
  begin_store(inst, value, stored_size(packing(inst), at(value).type));
  address(arg(inst, 0), Value::none, inst.imm);
}

void Lowering::offset(Value v, const Inst& inst) {
  const Value scaled = arg(inst, 1);
  begin(MOp::lea, inst).imm = inst.imm2;
  def(v);
  use(arg(inst, 0), Constraint::reg, Role::late_use);
  use(scaled, Constraint::reg, Role::late_use);
  machine().address.disp = static_cast<std::int32_t>(inst.imm);
}

void Lowering::bounds_check(const Inst& inst) {
  const Value checked = arg(inst, 0);
  Machine& op = begin(MOp::bounds_check, inst);
  op.imm = inst.imm;
  op.size = static_cast<std::uint8_t>(size_of(at(checked).type));
  op.compare.imm = 0;
  op.extra = inst.imm2;
  op.which = (inst.flags & no_address) != 0;
  use(checked);
  use_any(arg(inst, 1));
}

}  // namespace wrun::inline v0::jit
