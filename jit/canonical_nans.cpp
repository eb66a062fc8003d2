// Where the NaNs that instructions make are canonical. Those of the processor have a sign.

#include <bit>

#include "jit/emitter.hpp"
#include "lib/wasm/numeric_float.hpp"

namespace wrun::inline v0::jit {

namespace {

using wasm::Op;

bool is_canonical_constant(const Inst& inst) {
  if (inst.type == Type::f32) {
    const auto x = std::bit_cast<float>(static_cast<std::uint32_t>(inst.imm));
    return x == x || inst.imm == wasm::FloatNumerics::canonical_nan<float>;
  }
  const auto x = std::bit_cast<double>(inst.imm);
  return x == x || inst.imm == wasm::FloatNumerics::canonical_nan<double>;
}

/// Whether it makes a NaN of nothing but another one, and hands on the canonical one as that of its
/// own type.
constexpr bool keeps_canonical(Op op) {
  switch (op) {
    case Op::f32_ceil:
    case Op::f32_floor:
    case Op::f32_trunc:
    case Op::f32_nearest:
    case Op::f32_demote_f64:
    case Op::f64_ceil:
    case Op::f64_floor:
    case Op::f64_trunc:
    case Op::f64_nearest:
    case Op::f64_promote_f32:
      return true;
    default:
      return false;
  }
}

constexpr bool is_of_integer(Op op) {
  return (op >= Op::f32_convert_i32_s && op <= Op::f32_convert_i64_u) ||
         (op >= Op::f64_convert_i32_s && op <= Op::f64_convert_i64_u);
}

}  // namespace

/// Whether it is known to be a number, or the canonical NaN.
bool Emitter::is_canonical(Value v) const {
  const Inst& inst = graph_.at(v);
  if (inst.op == Opcode::constant) return is_canonical_constant(inst);
  if (inst.op == Opcode::canonical_nan) return inst.type != Type::v128;
  return is_wasm(inst.op) && is_of_integer(wasm_op(inst.op));
}

Value Emitter::canonical(wasm::NewNan kind, Value made) {
  if (kind == wasm::NewNan::none) return made;
  const Inst& inst = graph_.at(made);
  if (is_wasm(inst.op) && keeps_canonical(wasm_op(inst.op)) && is_canonical(arg(made, 0)))
    return made;
  const bool is_single = kind == wasm::NewNan::f32 || kind == wasm::NewNan::f32x4;
  return find_or_append(make(Opcode::canonical_nan, inst.type, is_single ? 4 : 8),
                        std::span(&made, 1));
}

}  // namespace wrun::inline v0::jit
