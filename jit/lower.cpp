#include "jit/lower.hpp"

#include <algorithm>

#include "jit/effects.hpp"
#include "jit/lower_vector.hpp"
#include "jit/upper_bound.hpp"

namespace wrun::inline v0::jit {

namespace {

/// Of a graph with more values machine instructions are packed.
constexpr std::uint32_t most_whole = 1 << 13;

}  // namespace

void Lowering::run(const wasm::ModuleData& module, const Graph& graph, const BlockOrder& order,
                   const Signature& own, const CompileOptions& options, MachineFunction& out) {
  module_ = &module;
  graph_ = &graph;
  order_ = &order;
  own_ = &own;
  out_ = &out;
  tries_upper_halves_ = options.tries_upper_halves;
  out.clear(graph.value_count() > most_whole);
  out.lir.allocatable = allocatable_regs(options.fuel);
  out.lir.reserved_slots = reserved_slots;
  out.lir.general_scratch = scratch_general;
  vregs_.assign(graph.value_count(), no_vreg);
  count_uses();
  number_blocks();
  out.lir.insts.reserve(values_);
  out.lir.vregs.reserve(values_ / 2);
  bool is_entry = true;
  for (const Block b : order.order()) {
    begin_block(b);
    if (is_entry) arguments(own, options.osr_offset.has_value());
    is_entry = false;
    block(b);
  }
  out.machine.finish();
}

void Lowering::count_uses() {
  uses_.assign(graph_->value_count(), 0);
  folded_.assign(graph_->value_count(), false);
  wanted_whole_.assign(graph_->value_count(), false);
  folds_.assign(graph_->value_count(), 0);
  epochs_.assign(graph_->value_count(), 0);
  preds_.assign(graph_->block_count(), 0);
  values_ = 0;
  for (const Block b : order_->order()) {
    for (Value v = graph_->at(b).first; v != Value::none; v = at(v).next) {
      const auto args = graph_->args(at(v));
      ++values_;
      for (unsigned i = 0; i < args.size(); ++i) {
        const Opcode op = at(args[i]).op;
        if (op == Opcode::constant && VectorLowering::takes_constant(at(v), i)) continue;
        ++uses_[index(args[i])];
        if (op == opcode(Op::i32_wrap_i64) && !reads_low_half(at(v), i)) note_whole_use(args[i]);
      }
    }
    for (const Edge& edge : graph_->successors(b)) {
      ++preds_[index(edge.to)];
      for (const Value a : graph_->args(edge)) {
        ++uses_[index(a)];
        note_whole_use(a);
      }
    }
  }
}

bool Lowering::needs_split(const Inst& end, const Edge& edge) const {
  return end.op != Opcode::jump && (edge.arg_count != 0 || preds_[index(edge.to)] > 1);
}

/// Edges from a block with several successors get a block of their own just after it, unless they
/// are the only way to where they go.
void Lowering::number_blocks() {
  numbers_.assign(graph_->block_count(), 0);
  std::uint32_t number = 0;
  std::size_t edges = 0;
  for (const Block b : order_->order()) {
    numbers_[index(b)] = number++;
    const Inst& end = at(graph_->at(b).last);
    edges += graph_->edges(end).size();
    for (const Edge& edge : graph_->edges(end)) number += needs_split(end, edge);
  }
  // A split edge has two.
  out_->lir.succs.reserve(edges + number - order_->order().size());
  out_->lir.blocks.reserve(number);
}

void Lowering::begin_block(Block b) {
  LFunction& lir = out_->lir;
  LBlock block;
  block.first = static_cast<std::uint32_t>(lir.insts.size());
  block.first_param = static_cast<std::uint32_t>(lir.params.size());
  block.loop_depth = order_->loop_depth(b);
  block.is_loop_header = order_->is_loop_header(b);
  block.is_cold = order_->is_cold(b);
  for (const Value param : graph_->params(b)) lir.params.push_back(vreg(param));
  block.param_count = static_cast<std::uint32_t>(lir.params.size()) - block.first_param;
  lir.blocks.push_back(block);
}

void Lowering::block(Block b) {
  find_folded(b);
  for (Value v = graph_->at(b).first; v != Value::none; v = at(v).next) {
    const Inst& inst = at(v);
    if (folded_[index(v)] || is_merged(v)) continue;
    if (ends_block(inst.op)) return end_block(b, inst);
    if (uses_[index(v)] == 0 && !is_kept(inst) && inst.op != Opcode::result) continue;
    if (is_wasm(inst.op)) {
      numeric(v, inst);
    } else {
      own_instruction(v, inst);
    }
  }
}

void Lowering::own_instruction(Value v, const Inst& inst) {
  switch (inst.op) {
    case Opcode::constant:
      // Others are made where they are used.
      if (inst.type == Type::v128) vector_constant(v, inst);
      return;
    case Opcode::param:
    case Opcode::argument:
    case Opcode::instance:
    case Opcode::result:
      return;
    case Opcode::frame_slot:
      return frame_slot(v, inst);
    case Opcode::canonical_nan:
      return canonical_nan(v, inst);
    case Opcode::field:
    case Opcode::read:
      return read(v, inst);
    case Opcode::write:
      return write(inst);
    case Opcode::offset:
      return offset(v, inst);
    case Opcode::bounds_check:
      return bounds_check(inst);
    case Opcode::trap_if:
      return trap_if(inst);
    case Opcode::fuel_left:
      begin(MOp::fuel_left, inst);
      def(v);
      return;
    case Opcode::charge:
      begin(MOp::charge, inst).imm = inst.imm;
      return;
    case Opcode::poll:
      begin(MOp::poll, inst);
      use_any(arg(inst, 0));
      return;
    case Opcode::check_stack:
      return charge_stack(MOp::check_stack, inst);
    case Opcode::take_stack:
      return charge_stack(MOp::take_stack, inst);
    case Opcode::give_stack:
      return charge_stack(MOp::give_stack, inst);
    case Opcode::landing:
      begin(MOp::landing, inst);
      current().clobbers = out_->lir.allocatable;
      return;
    case Opcode::call:
    case Opcode::call_reference:
      return call(v, inst);
    default:
      return helper(v, inst);
  }
}

void Lowering::charge_stack(MOp op, const Inst& inst) {
  begin(op, inst).imm = inst.imm;
  use_any(arg(inst, 0));
}

void Lowering::add_successor(std::uint32_t to, const Edge* edge) {
  LFunction& lir = out_->lir;
  LEdge made{to, static_cast<std::uint32_t>(lir.edge_args.size()), 0};
  if (edge != nullptr) {
    for (const Value a : graph_->args(*edge)) lir.edge_args.push_back(vreg(a));
    made.arg_count = edge->arg_count;
  }
  lir.succs.push_back(made);
  ++lir.blocks.back().succ_count;
}

void Lowering::jump(const Edge& edge, const Inst& inst) {
  begin(MOp::jump, inst);
  out_->lir.blocks.back().first_succ = static_cast<std::uint32_t>(out_->lir.succs.size());
  add_successor(numbers_[index(edge.to)], &edge);
  finish_block();
}

void Lowering::finish_block() {
  out_->lir.blocks.back().end = static_cast<std::uint32_t>(out_->lir.insts.size());
}

void Lowering::end_block(Block b, const Inst& inst) {
  switch (inst.op) {
    case Opcode::jump:
      return jump(graph_->edges(inst)[0], inst);
    case Opcode::branch:
      branch(inst);
      break;
    case Opcode::switch_:
      switch_(inst);
      break;
    case Opcode::return_:
      return_(inst);
      break;
    case Opcode::trap:
      begin(MOp::trap, inst).imm = inst.imm;
      break;
    case Opcode::unwind:
      begin(MOp::unwind, inst).imm = inst.imm;
      break;
    default:
      tail_call(inst);
  }
  LFunction& lir = out_->lir;
  finish_block();
  lir.blocks.back().first_succ = static_cast<std::uint32_t>(lir.succs.size());
  std::uint32_t split = numbers_[index(b)];
  for (const Edge& edge : graph_->edges(inst))
    add_successor(needs_split(inst, edge) ? ++split : numbers_[index(edge.to)], nullptr);
  for (const Edge& edge : graph_->edges(inst))
    if (needs_split(inst, edge)) split_edge(b, edge, inst);
}

/// The last edge is for indices that are too large.
void Lowering::switch_(const Inst& inst) {
  const Value chosen = arg(inst, 0);
  begin(MOp::switch_, inst).has_imm = upper_bound(*graph_, chosen) < graph_->edges(inst).size() - 1;
  use(chosen, Constraint::reg, Role::late_use);
  temporary(RegClass::general);
}

void Lowering::split_edge(Block from, const Edge& edge, const Inst& inst) {
  LBlock block;
  block.first = static_cast<std::uint32_t>(out_->lir.insts.size());
  block.loop_depth = std::min(order_->loop_depth(from), order_->loop_depth(edge.to));
  block.is_cold = order_->is_cold(from) || order_->is_cold(edge.to);
  out_->lir.blocks.push_back(block);
  jump(edge, inst);
}

/// Whether a fault of an access of memory is its trap: nothing else makes sure that it is in
/// bounds.
Machine::Traps Lowering::traps_of(const Inst& inst) {
  if (!is_wasm(inst.op) || (inst.flags & (never_traps | guarded)) != 0) return Machine::Traps::no;
  using wasm::Shape;
  switch (wasm::info(wasm_op(inst.op)).shape) {
    case Shape::load:
    case Shape::store:
    case Shape::load_lane:
    case Shape::store_lane:
    case Shape::atomic_load:
    case Shape::atomic_store:
    case Shape::atomic_rmw:
    case Shape::atomic_cmpxchg:
      // As the interpreter, which reports addresses in the memory that it keeps at hand only.
      return static_cast<std::uint32_t>(inst.imm2) == 0 ? Machine::Traps::with_address
                                                        : Machine::Traps::yes;
    default:
      return Machine::Traps::no;
  }
}

Machine& Lowering::begin(MOp op, const Inst& inst) {
  LInst& made = out_->lir.insts.emplace_back();
  made.first_operand = static_cast<std::uint32_t>(out_->lir.operands.size());
  made.op = static_cast<std::uint8_t>(op);
  made.is_move = op == MOp::move;
  Machine& machine = out_->machine.add(made.payload);
  machine.op = op;
  machine.origin = inst.origin;
  machine.traps = traps_of(inst);
  return machine;
}

OperandNo Lowering::add_operand(VReg vreg, Role role, Constraint constraint, Reg fixed) {
  out_->lir.operands.push_back({vreg, role, constraint, fixed});
  return out_->lir.insts.back().operand_count++;
}

OperandNo Lowering::temporary(RegClass cls) {
  return add_operand(new_vreg(cls), Role::early_def, Constraint::reg);
}

OperandNo Lowering::temporary_in(Reg r) {
  return add_operand(new_vreg(class_of(r)), Role::early_def, Constraint::fixed, r);
}

VReg Lowering::new_vreg(RegClass cls, std::uint8_t bytes) {
  VRegInfo info;
  info.cls = cls;
  info.bytes = bytes;
  out_->lir.vregs.push_back(info);
  out_->types.push_back(Type::none);
  return static_cast<VReg>(out_->lir.vregs.size() - 1);
}

VReg Lowering::make_vreg(Value v) {
  if (is_merged(v)) return vregs_[index(v)] = vreg(arg(at(v), 0));
  const Type type = at(v).type;
  const VReg made =
      new_vreg(is_float(type) ? RegClass::vector : RegClass::general, type == Type::v128 ? 16 : 8);
  out_->types[made] = type;
  if (at(v).op == Opcode::constant && type != Type::v128) {
    out_->lir.vregs[made].is_constant = true;
    out_->lir.vregs[made].constant = at(v).imm;
  }
  return vregs_[index(v)] = made;
}

bool Lowering::is_integer_constant(Value v) const {
  return at(v).op == Opcode::constant && !is_float(at(v).type);
}

std::optional<std::int32_t> Lowering::immediate(Value v, unsigned size) const {
  if (!is_integer_constant(v)) return std::nullopt;
  const auto bits = at(v).imm;
  if (size <= 4) return static_cast<std::int32_t>(static_cast<std::uint32_t>(bits));
  const auto value = static_cast<std::int64_t>(bits);
  if (value != static_cast<std::int32_t>(value)) return std::nullopt;
  return static_cast<std::int32_t>(value);
}

}  // namespace wrun::inline v0::jit
