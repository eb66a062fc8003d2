#include "jit/emitter.hpp"

#include <algorithm>

#include "lib/wasm/numeric.hpp"

namespace wrun::inline v0::jit {

namespace {

unsigned bits_of_lane(wasm::Op splat) {
  using wasm::Op;
  switch (splat) {
    case Op::i8x16_splat:
      return 8;
    case Op::i16x8_splat:
      return 16;
    case Op::i32x4_splat:
    case Op::f32x4_splat:
      return 32;
    default:
      return 64;
  }
}

}  // namespace

void Emitter::clear() {
  known_.forget();
  block_ = Block::none;
  origin_ = {};
}

void Emitter::start(Block b) {
  block_ = b;
  known_.forget();
}

Inst Emitter::make(Opcode op, Type type, std::uint64_t imm, std::uint64_t imm2,
                   std::uint8_t flags) const {
  Inst inst;
  inst.op = op;
  inst.type = type;
  inst.imm = imm;
  inst.imm2 = imm2;
  inst.flags = flags;
  inst.origin = origin_;
  return inst;
}

Value Emitter::find_or_append(const Inst& inst, std::span<const Value> args,
                              std::uint32_t version) {
  Computation c{inst.op, inst.type, version, {}, inst.imm, inst.imm2};
  std::fill(std::begin(c.args), std::end(c.args), Value::none);
  std::copy(args.begin(), args.end(), c.args);
  Value& known = known_[c].value;
  if (known == Value::none) known = graph_.append(block_, inst, args);
  return known;
}

void Emitter::wrote(AliasSet aliases) {
  if (aliases == 0) return;
  ++clock_;
  for (std::size_t i = 0; i < versions_.size(); ++i)
    if ((aliases >> i & 1) != 0) versions_[i] = clock_;
}

std::uint32_t Emitter::version(Place place) const {
  const std::uint32_t all = versions_[static_cast<std::size_t>(place.alias)];
  if (place.alias != Alias::global || place.key >= key_versions_.size()) return all;
  return std::max(all, key_versions_[place.key]);
}

Value Emitter::constant(Type type, std::uint64_t bits, std::uint64_t high) {
  return find_or_append(make(Opcode::constant, type, bits, high), {});
}

std::optional<std::uint64_t> Emitter::constant_of(Value v) const {
  const Inst& inst = graph_.at(v);
  if (inst.op != Opcode::constant || inst.type == Type::v128) return std::nullopt;
  return inst.imm;
}

std::array<Value, 2> Emitter::wide(Op op, std::span<const Value> args) {
  const Value low = find_or_append(make(opcode(op), Type::i64), args);
  const Value high = find_or_append(make(Opcode::result, Type::i64, 1), std::span(&low, 1));
  return {low, high};
}

Value Emitter::field(Type type, Value base, std::uint64_t offset, std::uint8_t flags) {
  return find_or_append(make(Opcode::field, type, offset, 0, flags), std::span(&base, 1));
}

Value Emitter::read(Type type, Value base, std::uint64_t offset, Place place, std::uint8_t flags) {
  return find_or_append(make(Opcode::read, type, offset, place.bits(), flags), std::span(&base, 1),
                        version(place));
}

void Emitter::write(Value base, std::uint64_t offset, Value value, Place place) {
  const Value args[] = {base, value};
  graph_.append(block_, make(Opcode::write, Type::none, offset, place.bits()), args);
  if (place.alias == Alias::global) {
    if (place.key >= key_versions_.size()) key_versions_.resize(place.key + std::size_t{1});
    key_versions_[place.key] = ++clock_;
  } else {
    wrote(alias_bit(place.alias));
  }
  if (place.packed != Packed::no) return;
  Computation c{Opcode::read, graph_.at(value).type, version(place)};
  c.args[0] = base;
  c.imm = offset;
  c.imm2 = place.bits();
  known_[c].value = value;
}

Value Emitter::offset(Value base, Value index, std::uint64_t scale) {
  if (const auto c = constant_of(index)) {
    if (*c == 0) return base;
    return numeric(Op::i64_add, base, i64(*c * scale));
  }
  const Value args[] = {base, index};
  return find_or_append(make(Opcode::offset, Type::i64, 0, scale), args);
}

Value Emitter::pure(Op op, Type type, std::uint64_t imm, std::uint64_t imm2,
                    std::span<const Value> args) {
  return find_or_append(make(opcode(op), type, imm, imm2), args);
}

Value Emitter::splat(Op op, Value scalar) {
  const auto constant_bits = constant_of(scalar);
  if (!constant_bits) return pure(op, Type::v128, 0, 0, std::span(&scalar, 1));
  std::uint64_t bits = *constant_bits;
  for (unsigned width = bits_of_lane(op); width < 64; width *= 2) {
    bits &= (std::uint64_t{1} << width) - 1;
    bits |= bits << width;
  }
  return constant(Type::v128, bits, bits);
}

Value Emitter::load_lane(Op op, Value base, Value index, Value vector, std::uint64_t offset,
                         std::uint64_t imm2, std::uint8_t flags) {
  const Value args[] = {base, index, vector};
  return find_or_append(make(opcode(op), Type::v128, offset, imm2, flags), args,
                        versions_[static_cast<std::size_t>(Alias::memory)]);
}

Value Emitter::load(Op op, Type type, Value base, Value index, std::uint64_t offset,
                    std::uint32_t memory, std::uint8_t flags) {
  const Value args[] = {base, index};
  return find_or_append(make(opcode(op), type, offset, memory, flags), args,
                        versions_[static_cast<std::size_t>(Alias::memory)]);
}

void Emitter::store(Op op, Value base, Value index, Value value, std::uint64_t offset,
                    std::uint64_t imm2, std::uint8_t flags) {
  const Value args[] = {base, index, value};
  graph_.append(block_, make(opcode(op), Type::none, offset, imm2, flags), args);
  wrote(alias_bit(Alias::memory));
  const Op load = load_after(op);
  if (load == wasm::op_none) return;
  Computation c{opcode(load), graph_.at(value).type,
                versions_[static_cast<std::size_t>(Alias::memory)]};
  c.args[0] = base;
  c.args[1] = index;
  c.imm = offset;
  c.imm2 = imm2;
  known_[c].value = value;
}

Value Emitter::atomic(Op op, Type type, std::span<const Value> args, std::uint64_t offset,
                      std::uint32_t memory, std::uint8_t flags) {
  const Inst inst = make(opcode(op), type, offset, memory, flags);
  const Value v = graph_.append(block_, inst, args);
  wrote(effects_of(inst).writes);
  return v;
}

void Emitter::bounds_check(Value index, Value limit, std::uint64_t end, std::uint64_t offset,
                           std::uint32_t memory, std::uint8_t flags) {
  Computation c{Opcode::bounds_check, Type::none};
  c.args[0] = index;
  c.imm2 = memory;
  Value& done = known_[c].value;
  if (done != Value::none && graph_.at(done).imm >= end) return;
  const Value args[] = {index, limit};
  done = graph_.append(block_, make(Opcode::bounds_check, Type::none, end, offset, flags), args);
}

void Emitter::trap_if(Value condition, TrapCode code) {
  bool is_negated = false;
  const Value test = truth(condition, is_negated);
  if (const auto c = constant_of(test)) {
    if ((*c != 0) == is_negated) return;
    trap(code);
    return start(graph_.add_block());
  }
  const Value tested = is_negated ? numeric(Op::i32_eqz, test) : test;
  graph_.append(block_, make(Opcode::trap_if, Type::none, static_cast<std::uint64_t>(code)),
                std::span(&tested, 1));
}

void Emitter::trap(TrapCode code) {
  graph_.append(block_, make(Opcode::trap, Type::none, static_cast<std::uint64_t>(code)));
}

Value Emitter::helper(Helper helper, Type type, std::span<const Value> args, bool fuel) {
  const Inst inst =
      make(Opcode::call_helper, type, static_cast<std::uint64_t>(helper), fuel ? 1 : 0);
  const Value v = graph_.append(block_, inst, args);
  wrote(effects_of(inst).writes);
  return v;
}

Value Emitter::append(Opcode op, Type type, std::uint64_t imm, std::span<const Value> args) {
  const Inst inst = make(op, type, imm);
  const Value v = graph_.append(block_, inst, args);
  wrote(effects_of(inst).writes);
  return v;
}

void Emitter::jump(Edge edge) {
  graph_.append(block_, make(Opcode::jump, Type::none), {}, std::span(&edge, 1));
}

void Emitter::unwind(std::uint32_t index, Block next, Block landing) {
  const Edge edges[] = {graph_.make_edge(next), graph_.make_edge(landing)};
  graph_.append(block_, make(Opcode::unwind, Type::none, index), {}, edges);
}

void Emitter::land(Block landing, Edge edge) {
  graph_.append(landing, make(Opcode::landing, Type::none));
  graph_.append(landing, make(Opcode::jump, Type::none), {}, std::span(&edge, 1));
}

void Emitter::switch_(Value index, std::span<const Edge> edges) {
  graph_.append(block_, make(Opcode::switch_, Type::none), std::span(&index, 1), edges);
}

void Emitter::branch(Value condition, Edge taken, Edge other, std::uint8_t flags) {
  bool is_negated = false;
  const Value test = truth(condition, is_negated);
  if (const auto c = constant_of(test)) return jump((*c != 0) != is_negated ? taken : other);
  if (is_negated) {
    std::swap(taken, other);
    if (flags != 0) flags ^= mostly_taken | rarely_taken;
  }
  const Edge edges[] = {taken, other};
  graph_.append(block_, make(Opcode::branch, Type::none, 0, 0, flags), std::span(&test, 1), edges);
}

}  // namespace wrun::inline v0::jit
