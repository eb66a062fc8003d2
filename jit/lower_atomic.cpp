// Atomic instructions. Aligned loads are atomic by themselves, and ordered; whatever writes has a
// lock prefix, or is an exchange, which has one unsaid.

#include "jit/lower.hpp"

namespace wrun::inline v0::jit {

namespace {

/// The plain load of the same width and type.
wasm::Op plain_load(wasm::Op op) {
  using wasm::Op;
  switch (op) {
    case Op::i32_atomic_load:
      return Op::i32_load;
    case Op::i64_atomic_load:
      return Op::i64_load;
    case Op::i32_atomic_load8_u:
    case Op::i64_atomic_load8_u:
      return Op::i32_load8_u;
    case Op::i32_atomic_load16_u:
    case Op::i64_atomic_load16_u:
      return Op::i32_load16_u;
    default:
      return Op::i64_load32_u;
  }
}

}  // namespace

void Lowering::atomic(Value v, const Inst& inst) {
  const wasm::OpInfo& info = wasm::info(wasm_op(inst.op));
  if (info.shape == wasm::Shape::atomic_fence) {
    begin(MOp::atomic_fence, inst);
    return;
  }
  if (info.shape == wasm::Shape::atomic_load) {
    load(v, inst);
    machine().wasm = plain_load(wasm_op(inst.op));
    return;
  }
  Machine& made = begin(MOp::atomic_exchange, inst);
  made.size = static_cast<std::uint8_t>(wasm::access_width(info.imm));
  const VReg result = inst.type == Type::none ? new_vreg(RegClass::general) : vreg(v);
  if (info.shape == wasm::Shape::atomic_cmpxchg) {
    made.op = MOp::atomic_cmpxchg;
    add_operand(result, Role::def, Constraint::fixed, reg::rax);
    use_in(arg(inst, 2), reg::rax);
    use(arg(inst, 3), Constraint::reg, Role::late_use);
  } else if (const auto what = rmw(inst); what != wasm::Rmw::xchg && what != wasm::Rmw::add) {
    made.op = MOp::atomic_combine;
    made.which = static_cast<std::uint8_t>(what == wasm::Rmw::and_  ? Alu::and_
                                           : what == wasm::Rmw::or_ ? Alu::or_
                                                                    : Alu::xor_);
    add_operand(result, Role::early_def, Constraint::fixed, reg::rax);
    temporary(RegClass::general);
    use(arg(inst, 2), Constraint::reg, Role::late_use);
  } else {
    made.which = what == wasm::Rmw::add;
    add_operand(result, Role::def, Constraint::tied, 1);
    use(arg(inst, 2));
  }
  current().op = static_cast<std::uint8_t>(machine().op);
  address(arg(inst, 0), arg(inst, 1), inst.imm);
}

/// A store is an exchange whose result nobody wants.
wasm::Rmw Lowering::rmw(const Inst& inst) const {
  const wasm::OpInfo& info = wasm::info(wasm_op(inst.op));
  return info.shape == wasm::Shape::atomic_store ? wasm::Rmw::xchg : wasm::rmw_of(info);
}

}  // namespace wrun::inline v0::jit
