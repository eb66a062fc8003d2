#include "jit/ir.hpp"

namespace wrun::inline v0::jit {

void Graph::clear() {
  blocks_.clear();
  insts_.clear();
  args_.clear();
  edges_.clear();
}

Block Graph::add_block() {
  blocks_.emplace_back();
  return static_cast<Block>(blocks_.size() - 1);
}

Value Graph::make(const Inst& inst, std::span<const Value> args) {
  const auto v = static_cast<Value>(insts_.size());
  insts_.push_back(inst);
  Inst& made = insts_.back();
  made.first_arg = static_cast<std::uint32_t>(args_.size());
  made.arg_count = static_cast<std::uint32_t>(args.size());
  // Mostly one or two.
  for (const Value arg : args) args_.push_back(arg);
  return v;
}

Value Graph::append(Block b, const Inst& inst, std::span<const Value> args,
                    std::span<const Edge> edges) {
  const Value v = make(inst, args);
  Inst& made = at(v);
  if (ends_block(made.op)) {
    made.imm2 = static_cast<std::uint64_t>(edges.size()) << 32 | edges_.size();
    edges_.append(edges.data(), edges.size());
  }
  BlockData& block = at(b);
  made.block = b;
  made.previous = block.last;
  made.next = Value::none;
  if (block.last == Value::none) {
    block.first = v;
  } else {
    at(block.last).next = v;
  }
  block.last = v;
  return v;
}

void Graph::add_params(Block b, std::span<const Type> types) {
  for (const Type type : types) add_param(b, type);
}

Value Graph::add_param(Block b, Type type) {
  BlockData& block = at(b);
  if (block.first_param + block.param_count != args_.size()) {
    const auto first = static_cast<std::uint32_t>(args_.size());
    for (std::uint32_t i = 0; i < block.param_count; ++i)
      args_.push_back(Value(args_[block.first_param + i]));
    block.first_param = first;
  }
  Inst inst;
  inst.op = Opcode::param;
  inst.type = type;
  inst.imm = block.param_count++;
  inst.block = b;
  const auto v = static_cast<Value>(insts_.size());
  insts_.push_back(inst);
  args_.push_back(v);
  return v;
}

Edge Graph::make_edge(Block to, std::span<const Value> args) {
  const Edge edge{to, static_cast<std::uint32_t>(args_.size()),
                  static_cast<std::uint32_t>(args.size())};
  args_.append(args.data(), args.size());
  return edge;
}

void Graph::insert_before(Value position, Value inst) {
  Inst& next = at(position);
  Inst& made = at(inst);
  made.block = next.block;
  made.next = position;
  made.previous = next.previous;
  if (next.previous == Value::none) {
    at(next.block).first = inst;
  } else {
    at(next.previous).next = inst;
  }
  next.previous = inst;
}

void Graph::insert_after(Value position, Value inst) {
  Inst& previous = at(position);
  if (previous.next != Value::none) return insert_before(previous.next, inst);
  Inst& made = at(inst);
  made.block = previous.block;
  made.previous = position;
  made.next = Value::none;
  previous.next = inst;
  at(previous.block).last = inst;
}

void Graph::unlink(Value inst) {
  Inst& gone = at(inst);
  if (gone.previous == Value::none) {
    at(gone.block).first = gone.next;
  } else {
    at(gone.previous).next = gone.next;
  }
  if (gone.next == Value::none) {
    at(gone.block).last = gone.previous;
  } else {
    at(gone.next).previous = gone.previous;
  }
  gone.block = Block::none;
  gone.next = gone.previous = Value::none;
}

void Graph::splice(Block to, Block from) {
  BlockData& target = at(to);
  BlockData& source = at(from);
  for (Value v = source.first; v != Value::none; v = at(v).next) at(v).block = to;
  at(source.first).previous = target.last;
  if (target.last == Value::none) {
    target.first = source.first;
  } else {
    at(target.last).next = source.first;
  }
  target.last = source.last;
  source.first = source.last = Value::none;
}

void Graph::clear_block(Block b) {
  BlockData& block = at(b);
  for (Value v = block.first; v != Value::none;) {
    Inst& inst = at(v);
    v = inst.next;
    inst.block = Block::none;
    inst.next = inst.previous = Value::none;
  }
  block.first = block.last = Value::none;
}

}  // namespace wrun::inline v0::jit
