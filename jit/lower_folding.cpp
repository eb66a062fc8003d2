// Which instructions of a block become part of the one that uses them: comparisons of what branches
// on them, conjunctions of comparisons with zero, shifts of additions, loads of what can read
// memory itself. A load is made later then, so nothing that acts or may trap may come in between.

#include "jit/effects.hpp"
#include "jit/lower_vector.hpp"
#include "jit/upper_bound.hpp"
#include "lib/wasm/identities.hpp"

namespace wrun::inline v0::jit {

namespace {

/// Whether operands may be exchanged: which NaN comes out isn't specified.
bool commutes(wasm::Op op) {
  using wasm::Op;
  return wasm::is_commutative(op) || op == Op::f32_add || op == Op::f32_mul || op == Op::f64_add ||
         op == Op::f64_mul;
}

/// Whether one operand may be in memory.
bool reads_memory(wasm::Op op) {
  using wasm::Op;
  switch (op) {
    case Op::i32_sub:
    case Op::i64_sub:
    case Op::f32_sub:
    case Op::f64_sub:
    case Op::f32_div:
    case Op::f64_div:
      return true;
    default:
      return commutes(op);
  }
}

/// The bytes that an unsigned load reads which are less than its value has; or 0.
unsigned unsigned_width(const Inst& load) {
  using wasm::Op;
  switch (is_wasm(load.op) ? wasm_op(load.op) : wasm::op_none) {
    case Op::i32_load8_u:
    case Op::i64_load8_u:
      return 1;
    case Op::i32_load16_u:
    case Op::i64_load16_u:
      return 2;
    default:
      return 0;
  }
}

}  // namespace

/// What may be part of a comparison with zero, further down in the block.
bool Lowering::is_conjunction(Value v, Block b) const {
  const Inst& inst = at(v);
  const bool is_and = inst.op == opcode(Op::i32_and) || inst.op == opcode(Op::i64_and);
  return is_and && uses_[index(v)] == 1 && inst.block == b && !is_folded_load(arg(inst, 0)) &&
         !is_folded_load(arg(inst, 1));
}

void Lowering::find_folded(Block b) {
  epoch_ = 0;
  bool compares = false;
  for (Value v = graph_->at(b).first; v != Value::none; v = at(v).next) {
    const Inst& inst = at(v);
    if (is_zero_test(inst) && is_conjunction(arg(inst, 0), b)) folded_[index(arg(inst, 0))] = true;
    if (takes_condition(inst)) fold_condition(v, graph_->args(inst).back());
    if (is_wasm(inst.op) && uses_[index(v)] != 0) fold_operands(inst);
    if (is_wasm(inst.op)) fold_access(inst);
    if (acts(inst)) ++epoch_;
    epochs_[index(v)] = epoch_;
    compares |= is_compare(inst);
  }
  if (!compares) return;
  // What is compared to be a value is compared where it stands.
  for (Value v = graph_->at(b).first; v != Value::none; v = at(v).next) {
    if (folded_[index(v)] || uses_[index(v)] == 0 || !is_compare(at(v))) continue;
    epoch_ = epochs_[index(v)];
    fold_comparison(v, b);
  }
}

void Lowering::fold_condition(Value v, Value condition) {
  const Block b = at(v).block;
  if (is_conjunction(condition, b)) {
    folded_[index(condition)] = true;
  } else if (at(condition).block == b && is_compare(at(condition))) {
    if (++folds_[index(condition)] == uses_[index(condition)]) folded_[index(condition)] = true;
  }
  // What nobody wants isn't made, and doesn't load.
  if (at(v).op == opcode(Op::select) && uses_[index(v)] == 0) return;
  if (!folded_[index(condition)]) {
    if (at(v).op == Opcode::branch && is_tested_load(condition, b))
      folded_[index(condition)] = true;
    return;
  }
  if (uses_[index(condition)] != 1) return;
  // A trap of the load would be at the place of this one.
  takes_traps_ = at(v).op != Opcode::trap_if;
  fold_comparison(condition, b);
  takes_traps_ = true;
}

/// Folded, and read from memory.
bool Lowering::is_folded_load(Value v) const {
  if (!folded_[index(v)]) return false;
  const Inst& inst = at(v);
  return inst.op == Opcode::field || inst.op == Opcode::read ||
         (is_wasm(inst.op) && wasm::info(wasm_op(inst.op)).shape == wasm::Shape::load);
}

/// A load that is made here just as well as where it is.
bool Lowering::is_late_load(Value v, Block b) const {
  const Inst& inst = at(v);
  if (inst.block != b || uses_[index(v)] != 1 || epochs_[index(v)] != epoch_) return false;
  if (!takes_traps_ && traps_of(inst) != Machine::Traps::no) return false;
  if (inst.op == Opcode::field || inst.op == Opcode::read)
    return inst.op == Opcode::field || Place::of(inst.imm2).packed == Packed::no;
  return is_wasm(inst.op) && wasm::info(wasm_op(inst.op)).shape == wasm::Shape::load &&
         inst.imm <= max_disp;
}

/// The bytes that a load reads if they are all there is of its value; or 0.
unsigned Lowering::whole_width(const Inst& load) const {
  if (!is_wasm(load.op)) return size_of(load.type);
  const unsigned width = wasm::access_width(wasm::info(wasm_op(load.op)).imm);
  return width == size_of(load.type) ? width : 0;
}

/// Of a load that is compared with zero.
bool Lowering::is_tested_load(Value v, Block b) const {
  return !is_float(at(v).type) && is_late_load(v, b) &&
         tested_width(at(v), 0, Cond::not_equal) != 0;
}

/// How many bytes of memory can be compared with an immediate instead of what is loaded of them;
/// or 0.
unsigned Lowering::tested_width(const Inst& load, std::int32_t imm, Cond cond) const {
  if (const unsigned width = whole_width(load); width != 0) return width;
  const bool is_equality = cond == Cond::equal || cond == Cond::not_equal;
  switch (wasm_op(load.op)) {
    case Op::i32_load8_u:
    case Op::i64_load8_u:
      return imm >= 0 && imm <= 0xff ? 1 : 0;
    case Op::i32_load8_s:
    case Op::i64_load8_s:
      return imm >= -0x80 && imm <= 0x7f && (is_equality || is_signed(cond)) ? 1 : 0;
    case Op::i32_load16_u:
    case Op::i64_load16_u:
      // Immediates of two bytes are slow to decode.
      return imm >= 0 && imm <= 0x7f ? 2 : 0;
    default:
      return 0;
  }
}

/// A comparison at the moment that epoch_ says.
void Lowering::fold_comparison(Value v, Block b) {
  const Inst& inst = at(v);
  if (!is_compare(inst)) {
    // A conjunction that is compared with zero.
    fold_tested(inst, b);
    return;
  }
  const auto args = graph_->args(inst);
  if (is_float(at(args[0]).type)) return;
  if (folded_[index(args[0])] && is_zero_test(inst)) return fold_tested(at(args[0]), b);
  const Comparison how = comparison_of(inst);
  const auto imm = args.size() == 1 ? std::optional<std::int32_t>(0) : immediate(args[1], how.size);
  if (imm) {
    if (is_late_load(args[0], b) && tested_width(at(args[0]), *imm, how.cond) != 0) {
      folded_[index(args[0])] = true;
    } else if (how.size == 4) {
      fold_byte(args[0], b, *imm, how.cond);
    }
    return;
  }
  for (const Value a : args) {
    if (!is_late_load(a, b) || whole_width(at(a)) == 0 || args[0] == args[1]) continue;
    folded_[index(a)] = true;
    return;
  }
  // Numbers of a byte or two: memory is compared with the lowest part of a register.
  for (const unsigned i : {1u, 0u}) {
    const Value a = args[i];
    const Value other = args[1 - i];
    const unsigned width = unsigned_width(at(a));
    const std::uint64_t most = (std::uint64_t{1} << 8 * width) - 1;
    if (width == 0 || args[0] == args[1] || !is_late_load(a, b) ||
        upper_bound(*graph_, other) > most)
      continue;
    folded_[index(a)] = true;
    const Inst& cut = at(other);
    const bool is_cut = cut.op == opcode(Op::i32_and) && cut.block == b &&
                        uses_[index(other)] == 1 && !folded_[index(arg(cut, 0))] &&
                        immediate(arg(cut, 1), 4) == static_cast<std::int32_t>(most);
    if (is_cut) folded_[index(other)] = true;
    return;
  }
}

void Lowering::fold_tested(const Inst& conjunction, Block b) {
  const Value a = arg(conjunction, 0);
  const auto imm = immediate(arg(conjunction, 1), size_of(conjunction.type));
  if (imm && is_late_load(a, b) && tested_width(at(a), *imm, Cond::equal) != 0)
    folded_[index(a)] = true;
}

/// Of arithmetic.
void Lowering::fold_operands(const Inst& inst) {
  const Op op = wasm_op(inst.op);
  if (inst.type == Type::v128) return fold_vector(inst);
  if (!reads_memory(op) || fold_carry(inst)) return;
  const auto args = graph_->args(inst);
  if (at(args[0]).op == Opcode::constant) return;
  if (at(args[1]).op == Opcode::constant) {
    if (is_scaled(inst, args[0])) folded_[index(args[0])] = true;
    return;
  }
  for (const unsigned i : {1u, 0u}) {
    if (i == 0 && !commutes(op)) return;
    const bool is_load =
        args[0] != args[1] && is_late_load(args[i], inst.block) && whole_width(at(args[i])) != 0;
    if (!is_load && !is_scaled(inst, args[i])) continue;
    folded_[index(args[i])] = true;
    return;
  }
}

void Lowering::fold_vector(const Inst& inst) {
  if (!cpu_.has_avx) return;
  const auto args = graph_->args(inst);
  const auto last = static_cast<unsigned>(args.size() - 1);
  for (unsigned i = last + 1; i-- > 0;) {
    if (at(args[i]).op != opcode(Op::v128_load)) continue;
    if (!VectorLowering::may_be_in_memory(inst, i) || !is_late_load(args[i], inst.block)) continue;
    // A constant that the instruction has inside isn't in a register: it stays last.
    if (i != last && at(args[last]).op == Opcode::constant &&
        VectorLowering::takes_constant(inst, last))
      continue;
    folded_[index(args[i])] = true;
    return;
  }
}

/// Whether an operand of an addition is a number that an address can be scaled of.
bool Lowering::is_scaled(const Inst& sum, Value v) const {
  const bool is_32 = sum.op == opcode(Op::i32_add);
  if (!is_32 && sum.op != opcode(Op::i64_add)) return false;
  const Inst& inst = at(v);
  if (inst.op != opcode(is_32 ? Op::i32_shl : Op::i64_shl) || inst.block != sum.block) return false;
  const Value count = arg(inst, 1);
  return uses_[index(v)] == 1 && is_integer_constant(count) && at(count).imm >= 1 &&
         at(count).imm <= 3;
}

/// Of a load or store, if it is one.
void Lowering::fold_access(const Inst& inst) {
  const wasm::Shape shape = wasm::info(wasm_op(inst.op)).shape;
  const bool is_store = shape == wasm::Shape::store;
  if (is_store) fold_update(inst);
  // What is updated has its address twice.
  const bool is_twice = is_store && folded_[index(arg(inst, 2))];
  if (is_store || shape == wasm::Shape::load) {
    fold_scale(inst, is_twice ? 2 : 1);
    fold_sum(inst, is_twice ? 2 : 1);
  }
}

/// Of an access whose index can be scaled by the address: where that wraps, it doesn't. `uses` are
/// those that the access makes of it.
void Lowering::fold_scale(const Inst& inst, unsigned uses) {
  const Value v = arg(inst, 1);
  const Inst& shift = at(v);
  if (shift.op != opcode(Op::i32_shl) || shift.block != inst.block || uses_[index(v)] != uses)
    return;
  const Value count = arg(shift, 1);
  if (!is_integer_constant(count) || at(count).imm < 1 || at(count).imm > 3) return;
  constexpr std::uint64_t most = 0xffff'ffff;
  if (upper_bound(*graph_, arg(shift, 0)) <= most >> at(count).imm) folded_[index(v)] = true;
}

/// The same of one that is a sum with a constant, which becomes a displacement.
void Lowering::fold_sum(const Inst& inst, unsigned uses) {
  const Value v = arg(inst, 1);
  const Inst& sum = at(v);
  if (sum.op != opcode(Op::i32_add) || sum.block != inst.block || uses_[index(v)] != uses) return;
  const Value constant = arg(sum, 1);
  if (!is_integer_constant(constant)) return;
  constexpr std::uint64_t most = 0xffff'ffff;
  const std::uint64_t added = at(constant).imm & most;
  if (added > max_disp || inst.imm > max_disp - added) return;
  if (is_folded_load(arg(sum, 0)) || folded_[index(arg(sum, 0))]) return;
  if (upper_bound(*graph_, arg(sum, 0)) <= most - added) folded_[index(v)] = true;
}

/// Folded, as the index of an address.
bool Lowering::is_scaled_index(Value v) const {
  return folded_[index(v)] && at(v).op == opcode(Op::i32_shl);
}
bool Lowering::is_index_sum(Value v) const {
  return folded_[index(v)] && at(v).op == opcode(Op::i32_add);
}

/// Adds the operands of the address that a folded load reads; a fault is that one's.
void Lowering::memory_operand(Value v) {
  const Inst& load = at(v);
  const bool has_index = is_wasm(load.op);
  Machine& m = machine();
  m.traps = traps_of(load);
  if (m.traps != Machine::Traps::no) m.origin = load.origin;
  address(arg(load, 0), has_index ? arg(load, 1) : Value::none, load.imm, Role::use);
}

}  // namespace wrun::inline v0::jit
