// Numbers that are computed with where they lie: a load, what is done with it and the store of the
// outcome to the same place are one instruction.

#include "jit/lower.hpp"

namespace wrun::inline v0::jit {

namespace {

using wasm::Op;

std::optional<Alu> updating(Op op) {
  switch (op) {
    case Op::i32_add:
    case Op::i64_add:
      return Alu::add;
    case Op::i32_sub:
    case Op::i64_sub:
      return Alu::sub;
    case Op::i32_and:
    case Op::i64_and:
      return Alu::and_;
    case Op::i32_or:
    case Op::i64_or:
      return Alu::or_;
    case Op::i32_xor:
    case Op::i64_xor:
      return Alu::xor_;
    default:
      return std::nullopt;
  }
}

unsigned accessed_bytes(const Inst& access) {
  return wasm::access_width(wasm::info(wasm_op(access.op)).imm);
}

}  // namespace

/// Whether a load reads, at the moment that epoch_ says, what a store writes. As much of it: the
/// lower bits of the outcome are made of lower bits.
bool Lowering::is_updated(const Inst& store, Value v) const {
  const Inst& load = at(v);
  if (!is_wasm(load.op) || wasm::info(wasm_op(load.op)).shape != wasm::Shape::load) return false;
  return !is_float(load.type) && accessed_bytes(load) == accessed_bytes(store) &&
         load.imm == store.imm && load.imm2 == store.imm2 && arg(load, 0) == arg(store, 0) &&
         arg(load, 1) == arg(store, 1) && is_late_load(v, store.block);
}

/// Of a store: makes what is stored, and the load that it is made of, parts of it.
void Lowering::fold_update(const Inst& store) {
  const Value outcome = arg(store, 2);
  const Inst& inst = at(outcome);
  if (!is_wasm(inst.op) || inst.block != store.block || uses_[index(outcome)] != 1) return;
  const auto which = updating(wasm_op(inst.op));
  if (!which || folded_[index(outcome)]) return;
  for (const unsigned i : {0u, 1u}) {
    if (i == 1 && *which == Alu::sub) return;
    const Value other = arg(inst, 1 - i);
    if (other == arg(inst, i) || !is_updated(store, arg(inst, i))) continue;
    // What became a part of the operation is made where it stands, but for comparisons.
    if (carried(inst, 1 - i) != Value::none) return;
    folded_[index(other)] = false;
    folded_[index(arg(inst, i))] = true;
    folded_[index(outcome)] = true;
    return;
  }
}

/// The operand of an operation that fold_update() made a part of the store.
unsigned Lowering::updated(const Inst& store) const {
  return folded_[index(arg(at(arg(store, 2)), 0))] ? 0 : 1;
}

/// A fault is the load's, which comes first.
void Lowering::update(const Inst& store) {
  const Inst& inst = at(arg(store, 2));
  const unsigned i = updated(store);
  const Inst& load = at(arg(inst, i));
  const Value other = arg(inst, 1 - i);
  const unsigned size = accessed_bytes(store);
  auto imm = immediate(other, size);
  // Immediates of two bytes are slow to decode.
  if (size == 2 && imm && *imm != static_cast<std::int8_t>(*imm)) imm.reset();
  Machine& op = begin(MOp::update, load);
  op.which = static_cast<std::uint8_t>(*updating(wasm_op(inst.op)));
  op.size = static_cast<std::uint8_t>(size);
  op.has_imm = imm.has_value();
  op.compare.imm = imm.value_or(0);
  if (!imm) use(other);
  address(arg(store, 0), arg(store, 1), store.imm);
}

}  // namespace wrun::inline v0::jit
