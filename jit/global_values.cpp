#include "jit/global_values.hpp"

#include <algorithm>

namespace wrun::inline v0::jit {

namespace {

bool is_load(const Inst& inst) {
  if (!is_wasm(inst.op)) return false;
  const wasm::Shape shape = wasm::info(wasm_op(inst.op)).shape;
  return shape == wasm::Shape::load || shape == wasm::Shape::load_lane;
}

}  // namespace

bool GlobalValues::run(Graph& graph, const Cfg& cfg, const Dominators& dominators,
                       MemoryVersions& versions, bool keeps_loads) {
  graph_ = &graph;
  cfg_ = &cfg;
  dominators_ = &dominators;
  versions_ = &versions;
  keeps_loads_ = keeps_loads;
  changed_ = false;
  leader_.resize(graph.value_count());
  for (std::uint32_t i = 0; i < leader_.size(); ++i) leader_[i] = static_cast<Value>(i);
  decisions_.assign(graph.value_count(), {});
  // The others are parameters, or do something.
  table_.forget(graph.value_count() / 2);
  for (const Block b : dominators.preorder()) block(b);
  return changed_;
}

void GlobalValues::block(Block b) {
  block_ = b;
  versions_->enter(cfg_->position(b));
  learn_from_edge(b);
  for (Value v = graph_->at(b).first; v != Value::none;) {
    const Value next = graph_->at(v).next;
    instruction(v);
    v = next;
  }
}

/// Constants stay where they are used, and only stand for each other here.
void GlobalValues::resolve_args(Value v) {
  const auto resolve_all = [&](std::span<Value> args) {
    for (Value& arg : args) {
      const Value known = resolve(arg);
      if (known != arg && graph_->at(arg).op != Opcode::constant) arg = known;
    }
  };
  resolve_all(graph_->args(graph_->at(v)));
  for (const Edge& edge : graph_->edges(graph_->at(v))) resolve_all(graph_->args(edge));
}

void GlobalValues::instruction(Value v) {
  resolve_args(v);
  const Inst& inst = graph_->at(v);
  switch (inst.op) {
    case Opcode::constant:
      return number_constant(v);
    case Opcode::bounds_check:
      return bounds_check(v);
    case Opcode::trap_if:
      return trap_if(v);
    case Opcode::branch:
      return branch(v);
    default:
      break;
  }
  const Effects effects = effects_of(inst);
  if (is_eligible(inst, effects)) return number(v, effects);
  const SlotSet written = MemoryVersions::written(inst, effects);
  if (written == 0) return;
  versions_->write(written);
  forward(inst);
}

bool GlobalValues::is_eligible(const Inst& inst, const Effects& effects) const {
  if (inst.type == Type::none || inst.arg_count == 0 || inst.arg_count > 4) return false;
  if (effects.writes != 0 || inst.op == Opcode::result) return false;
  // One of several results, which come right after it.
  if (inst.next != Value::none && graph_->at(inst.next).op == Opcode::result) return false;
  return effects.reads == 0 || inst.op == Opcode::read || (is_load(inst) && !keeps_loads_);
}

Computation GlobalValues::computation(const Inst& inst) const {
  Computation c{inst.op, inst.type, 0, {}, inst.imm, inst.imm2};
  std::fill(std::begin(c.args), std::end(c.args), Value::none);
  const auto args = graph_->args(inst);
  for (std::size_t i = 0; i < args.size(); ++i) c.args[i] = resolve(args[i]);
  return c;
}

/// What was found in a block that doesn't dominate this one dominates none that comes later.
Value GlobalValues::find(const Computation& computation) const {
  const KnownValue known = table_.look_up(computation);
  if (known.value == Value::none || !dominators_->dominates(known.block, block_))
    return Value::none;
  return known.value;
}

/// What is known for a computation; else the value, which is known from here on.
Value GlobalValues::find_or_remember(const Computation& computation, Value value) {
  KnownValue& known = table_[computation];
  if (known.value != Value::none && dominators_->dominates(known.block, block_)) return known.value;
  known = {value, block_};
  return value;
}

void GlobalValues::remember(const Computation& computation, Value value) {
  table_[computation] = {value, block_};
}

void GlobalValues::remove(Value v, Value instead) {
  leader_[index(v)] = instead;
  graph_->unlink(v);
  changed_ = true;
}

void GlobalValues::number_constant(Value v) {
  const Value known = find_or_remember(computation(graph_->at(v)), v);
  if (known != v) leader_[index(v)] = known;
}

void GlobalValues::number(Value v, const Effects& effects) {
  const Inst& inst = graph_->at(v);
  if (inst.op == opcode(wasm::Op::select)) {
    const auto args = graph_->args(inst);
    if (const auto holds = decided(args[2])) return remove(v, resolve(args[*holds ? 0 : 1]));
  }
  Computation c = computation(inst);
  if (inst.op == Opcode::read) {
    c.version = versions_->number(MemoryVersions::slot_of(Place::of(inst.imm2)));
  } else if (effects.reads != 0) {
    c.version = versions_->number(static_cast<unsigned>(Alias::memory));
  }
  if (const Value known = find_or_remember(c, v); known != v) remove(v, known);
}

/// What was just written is what would be read.
void GlobalValues::forward(const Inst& store) {
  const auto args = graph_->args(store);
  if (store.op == Opcode::write) {
    const Place place = Place::of(store.imm2);
    // What is read is cut off.
    if (place.packed != Packed::no) return;
    Computation c{Opcode::read, graph_->at(args[1]).type,
                  versions_->number(MemoryVersions::slot_of(place))};
    c.args[0] = resolve(args[0]);
    c.imm = store.imm;
    c.imm2 = store.imm2;
    return remember(c, resolve(args[1]));
  }
  const wasm::Op load = is_wasm(store.op) ? load_after(wasm_op(store.op)) : wasm::op_none;
  if (load == wasm::op_none || keeps_loads_) return;
  Computation c{opcode(load), graph_->at(args[2]).type,
                versions_->number(static_cast<unsigned>(Alias::memory))};
  c.args[0] = resolve(args[0]);
  c.args[1] = resolve(args[1]);
  c.imm = store.imm;
  c.imm2 = store.imm2;
  remember(c, resolve(args[2]));
}

/// Memories don't shrink: whichever size was compared with, a check stays good.
void GlobalValues::bounds_check(Value v) {
  const Inst& inst = graph_->at(v);
  const auto args = graph_->args(inst);
  const Inst& limit = graph_->at(args[1]);
  if (limit.op != Opcode::read || limit.imm2 != Place{Alias::memory_shape, 0}.bits()) return;
  Computation c{Opcode::bounds_check};
  c.args[0] = resolve(args[0]);
  c.args[1] = resolve(graph_->args(limit)[0]);
  const Value known = find(c);
  if (known != Value::none && graph_->at(known).imm >= inst.imm) return remove(v, known);
  remember(c, v);
}

std::optional<bool> GlobalValues::decided(Value condition) const {
  const Inst& inst = graph_->at(resolve(condition));
  if (inst.op == Opcode::constant) return inst.imm != 0;
  const Decision known = decisions_[index(resolve(condition))];
  if (known.block == no_block || !dominators_->dominates(static_cast<Block>(known.block), block_))
    return std::nullopt;
  return known.holds != 0;
}

void GlobalValues::decide(Value condition, bool holds) {
  decisions_[index(resolve(condition))] = {index(block_) & no_block, holds};
}

/// Where a branch is the only way in, its condition is known.
void GlobalValues::learn_from_edge(Block b) {
  const auto incoming = cfg_->incoming(b);
  if (incoming.size() != 1) return;
  const Inst& end = graph_->at(graph_->at(incoming[0].from).last);
  if (end.op == Opcode::branch) decide(graph_->args(end)[0], incoming[0].edge == 0);
}

void GlobalValues::trap_if(Value v) {
  const Value condition = graph_->args(graph_->at(v))[0];
  const auto holds = decided(condition);
  if (!holds) return decide(condition, false);
  if (!*holds) remove(v, v);
}

void GlobalValues::branch(Value v) {
  Inst& inst = graph_->at(v);
  const auto holds = decided(graph_->args(inst)[0]);
  if (!holds) return;
  const std::uint64_t first = inst.imm2 & 0xffff'ffffu;
  inst.op = Opcode::jump;
  inst.flags = 0;
  inst.arg_count = 0;
  inst.imm2 = (first + (*holds ? 0 : 1)) | std::uint64_t{1} << 32;
  changed_ = true;
}

}  // namespace wrun::inline v0::jit
