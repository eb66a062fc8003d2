#include "jit/vector_loops.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "jit/layout.hpp"
#include "jit/upper_bound.hpp"

namespace wrun::inline v0::jit {

namespace {

using wasm::Op;
using NodeKind = VectorNode::Kind;

constexpr std::uint32_t most_to_grow = 10000;  ///< larger ones would grow by half their memory
constexpr std::uint32_t vector_bytes = 16;
constexpr std::size_t few_nodes = 4;  ///< with so few, a turn has two vectors of each

Op splat_of(Type type, unsigned width) {
  if (type == Type::f32) return Op::f32x4_splat;
  if (type == Type::f64) return Op::f64x2_splat;
  switch (width) {
    case 1:
      return Op::i8x16_splat;
    case 2:
      return Op::i16x8_splat;
    case 4:
      return Op::i32x4_splat;
    default:
      return Op::i64x2_splat;
  }
}

/// What takes an element as a load gave it, of loads that give values of an element's size.
Op extract_of(Op load) {
  switch (load) {
    case Op::f32_load:
      return Op::f32x4_extract_lane;
    case Op::f64_load:
      return Op::f64x2_extract_lane;
    case Op::i32_load:
      return Op::i32x4_extract_lane;
    default:
      return Op::i64x2_extract_lane;
  }
}

}  // namespace

bool VectorLoops::run(Graph& graph, const Cfg& cfg) {
  if (graph.value_count() > most_to_grow) return false;
  graph_ = &graph;
  cfg_ = &cfg;
  bool changed = false;
  for (std::uint32_t at = 0; at < cfg.order().size(); ++at) {
    if (!is_candidate(at) || !planner_.run(graph, cfg.order()[at])) continue;
    plan_ = &planner_.plan();
    if (!is_worth_it(at)) continue;
    if (!changed) emit_.emplace(graph);
    vectorize(at);
    changed = true;
  }
  emit_.reset();
  return changed;
}

/// A loop of one block, which nothing else goes back to.
bool VectorLoops::is_candidate(std::uint32_t at) const {
  const Block b = cfg_->order()[at];
  const BlockData& block = graph_->at(b);
  if (!block.is_loop_header || block.is_cold) return false;
  if (graph_->at(block.last).op != Opcode::branch) return false;
  const auto incoming = cfg_->incoming(b);
  const auto goes_back = [&](const Cfg::Incoming& in) { return cfg_->position(in.from) >= at; };
  const auto is_own = [&](const Cfg::Incoming& in) { return !goes_back(in) || in.from == b; };
  return std::count_if(incoming.begin(), incoming.end(), goes_back) == 1 &&
         std::all_of(incoming.begin(), incoming.end(), is_own);
}

/// Not where it is known that there are too few turns.
bool VectorLoops::is_worth_it(std::uint32_t header) const {
  const std::uint64_t turns = step_bytes() / plan_->turn;
  const Block b = plan_->loop;
  for (const Value param : graph_->params(b)) {
    const Inst& inst = graph_->at(param);
    if (is_float(inst.type) || !plan_->steps[inst.imm]) continue;
    const std::uint64_t most = most_of(inst.type);
    const std::uint64_t step = *plan_->steps[inst.imm];
    if (step == 0) continue;
    const bool grows = step <= most / 2;
    // As many turns as lead to its bound, or from it to zero.
    std::uint64_t bound = upper_bound(*graph_, param);
    const bool is_tested = graph_->at(plan_->tested).op == opcode(Op::i32_add) &&
                           graph_->args(graph_->at(plan_->tested))[0] == param;
    if (!grows && is_tested && bound == most) {
      bound = 0;
      for (const Cfg::Incoming& in : cfg_->incoming(b)) {
        if (cfg_->position(in.from) >= header) continue;
        const Edge& edge = graph_->successors(in.from)[in.edge];
        bound = std::max(bound, upper_bound(*graph_, graph_->args(edge)[inst.imm]));
      }
    }
    const std::uint64_t by = grows ? step : (0 - step) & most;
    if (bound / by <= turns) return false;
  }
  return true;
}

/// How many bytes of a stream a turn of the loop over vectors is for.
std::uint32_t VectorLoops::step_bytes() const {
  if (plan_->turn > vector_bytes) return plan_->turn;
  return plan_->nodes.size() <= few_nodes ? 2 * vector_bytes : vector_bytes;
}

void VectorLoops::vectorize(std::uint32_t header) {
  const std::uint32_t depth = graph_->at(plan_->loop).loop_depth;
  const auto add_block = [&](std::uint32_t loop_depth) {
    const Block b = graph_->add_block();
    graph_->at(b).loop_depth = loop_depth;
    return b;
  };
  front_ = add_block(depth - 1);
  scalar_ = add_block(depth - 1);
  vectors_ = add_block(depth);
  behind_ = add_block(depth - 1);
  graph_->at(vectors_).is_loop_header = true;
  args_.clear();
  const std::uint32_t count = graph_->at(plan_->loop).param_count;
  for (std::uint32_t i = 0; i < count; ++i) {
    const Inst param = graph_->at(graph_->params(plan_->loop)[i]);
    const Value made = graph_->add_param(front_, param.type);
    graph_->at(made).imm2 = param.imm2;  // no more than there
    args_.push_back(made);
  }
  redirect_entries(header, front_);
  const Value first = graph_->at(plan_->loop).first;
  emit_->set_origin(graph_->at(plan_->poll != Value::none ? plan_->poll : first).origin);
  emit_->start(scalar_);
  emit_->jump(graph_->make_edge(plan_->loop, args_));
  emit_->start(front_);
  count_turns();
  check_fuel();
  check_ranges();
  check_overlaps();
  make_pointers();
  make_invariants();
  make_loop();
  go_on();
}

void VectorLoops::redirect_entries(std::uint32_t header, Block to) {
  for (const Cfg::Incoming& in : cfg_->incoming(plan_->loop))
    if (cfg_->position(in.from) < header) graph_->successors(in.from)[in.edge].to = to;
}

/// Goes to the loop as it was unless the condition holds.
void VectorLoops::check(Value condition) {
  const Block next = graph_->add_block();
  graph_->at(next).loop_depth = graph_->at(front_).loop_depth;
  emit_->branch(condition, graph_->make_edge(next), graph_->make_edge(scalar_));
  emit_->continue_in(next);
}

/// What a number of the loop is in the first turn, computed in front of it.
Value VectorLoops::in_front(Value v) {
  const Inst inst = graph_->at(v);
  if (inst.op == Opcode::constant) return emit_->constant(inst.type, inst.imm, inst.imm2);
  if (inst.block != plan_->loop) return v;
  if (inst.op == Opcode::param) return graph_->params(front_)[inst.imm];
  const Value first = graph_->args(inst)[0];
  const Value second = graph_->args(inst)[1];
  const Value a = in_front(first);
  return emit_->numeric(wasm_op(inst.op), a, in_front(second));
}

/// The loop goes back at least as often as its number's step fits between it and its limit: so
/// many turns may be left to vectors.
void VectorLoops::count_turns() {
  const bool is_64 = graph_->at(plan_->tested).type == Type::i64;
  const auto integer = [&](std::uint64_t value) {
    return is_64 ? emit_->i64(value) : emit_->i32(static_cast<std::uint32_t>(value));
  };
  const Value tested = in_front(plan_->tested);
  const Value limit = plan_->limit == Value::none ? integer(0) : in_front(plan_->limit);
  if (plan_->compare != Op::i32_ne && plan_->compare != Op::i64_ne)
    check(emit_->numeric(plan_->compare, tested, limit));
  const Value distance =
      emit_->numeric(is_64 ? Op::i64_sub : Op::i32_sub, plan_->grows ? limit : tested,
                     plan_->grows ? tested : limit);
  const Value turns =
      emit_->numeric(is_64 ? Op::i64_shr_u : Op::i32_shr_u, distance, integer(plan_->step_log2));
  const std::uint64_t least = step_bytes() / plan_->turn;
  if (is_64) {
    // No more than an i32 has, so that nothing wraps.
    const Value more = i64_sub(turns, emit_->i64(least));
    check(emit_->numeric(Op::i64_lt_u, more, emit_->i64(0xffff'ffff - least)));
  } else {
    check(emit_->numeric(Op::i32_ge_u, turns, integer(least)));
  }
  const Value wide = is_64 ? turns : emit_->numeric(Op::i64_extend_i32_u, turns);
  const auto shift = static_cast<std::uint64_t>(std::countr_zero(plan_->turn));
  const Value all = emit_->numeric(Op::i64_shl, wide, emit_->i64(shift));
  const std::uint64_t whole = ~(std::uint64_t{step_bytes()} - 1);
  bytes_ = emit_->numeric(Op::i64_and, all, emit_->i64(whole));
}

/// There is enough for all turns that vectors are for.
void VectorLoops::check_fuel() {
  if (plan_->fuel == 0) return;
  const Value left = emit_->append(Opcode::fuel_left, Type::i64, 0, {});
  const Value cost = emit_->numeric(Op::i64_mul, turns_of_vectors(), emit_->i64(plan_->fuel));
  check(emit_->numeric(Op::i64_ge_u, left, cost));
}

Value VectorLoops::turns_of_vectors() {
  const auto shift = static_cast<std::uint64_t>(std::countr_zero(plan_->turn));
  return emit_->numeric(Op::i64_shr_u, bytes_, emit_->i64(shift));
}

/// All is in the memory, and no index wraps.
void VectorLoops::check_ranges() {
  const Value instance = graph_->at(graph_->entry()).first;
  const Value memory = emit_->field(Type::i64, instance, layout::instance_memory0);
  const Value size =
      emit_->read(Type::i64, memory, layout::memory_size, Place{Alias::memory_shape, 0});
  const Value turn = emit_->i64(plan_->turn);
  places_.clear();
  for (const ElementStream& stream : plan_->streams) {
    const Value root = in_front(stream.root);
    const Value index =
        emit_->numeric(Op::i32_add, root, emit_->i32(static_cast<std::uint32_t>(stream.added)));
    const Value start = emit_->numeric(Op::i64_extend_i32_u, index);
    const Value end = i64_add(start, plan_->goes_down ? turn : bytes_);
    if (plan_->goes_down) check(emit_->numeric(Op::i64_ge_u, end, bytes_));
    check(emit_->numeric(Op::i64_le_u, i64_add(end, emit_->i64(stream.offset)), size));
    places_.push_back({start, Value::none});
  }
}

/// What is loaded is behind what is stored in the loop's direction, or the same, or so far before
/// it that an element is in another vector, and in another turn, than where it was stored.
void VectorLoops::check_overlaps() {
  const std::uint64_t apart = std::max(plan_->turn, vector_bytes);
  const auto address = [&](std::size_t i) {
    return i64_add(places_[i].start, emit_->i64(plan_->streams[i].offset));
  };
  for (std::size_t i = 1; i < places_.size(); ++i) {
    const Value stored = address(0);
    const Value loaded = address(i);
    const Value before = plan_->goes_down ? i64_sub(loaded, stored) : i64_sub(stored, loaded);
    const Value less_one = i64_add(before, emit_->i64(~std::uint64_t{0}));
    check(emit_->numeric(Op::i64_ge_u, less_one, emit_->i64(apart - 1)));
  }
}

/// To the lowest byte that vectors access.
void VectorLoops::make_pointers() {
  for (StreamPlace& place : places_) {
    place.pointer = i64_add(place.start, plan_->base);
    if (plan_->goes_down)
      place.pointer = i64_sub(i64_add(place.pointer, emit_->i64(plan_->turn)), bytes_);
  }
}

void VectorLoops::make_invariants() {
  nodes_.assign(plan_->nodes.size(), Value::none);
  carried_.clear();
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const VectorNode& node = plan_->nodes[i];
    if (node.kind == NodeKind::splat) nodes_[i] = splat(in_front(node.value));
    if (node.kind == NodeKind::previous)
      carried_.push_back(splat(graph_->params(front_)[node.number]));
  }
}

Value VectorLoops::splat(Value scalar) {
  const Type type = graph_->at(scalar).type;
  const Op op = splat_of(type, plan_->width);
  if (type == Type::i64 && plan_->width != 8 && !emit_->constant_of(scalar))
    scalar = emit_->numeric(Op::i32_wrap_i64, scalar);
  return emit_->splat(op, scalar);
}

/// The index goes up to where vectors end, or down from there.
void VectorLoops::make_loop() {
  args_.assign(1, plan_->goes_down ? bytes_ : emit_->i64(0));
  args_.insert(args_.end(), carried_.begin(), carried_.end());
  emit_->jump(graph_->make_edge(vectors_, args_));
  index_ = graph_->add_param(vectors_, Type::i64);
  for (Value& each : carried_) each = graph_->add_param(vectors_, Type::v128);
  emit_->start(vectors_);
  if (plan_->poll != Value::none) {
    const Value state = graph_->args(graph_->at(plan_->poll))[0];
    emit_->append(Opcode::poll, Type::none, 0, std::span(&state, 1));
  }
  if (plan_->fuel != 0)
    emit_->append(Opcode::charge, Type::none, plan_->fuel * (step_bytes() / plan_->turn), {});
  const Value first = index_;
  const std::uint32_t step = step_bytes();
  const Value next =
      plan_->goes_down ? i64_sub(first, emit_->i64(step)) : i64_add(first, emit_->i64(step));
  if (plan_->goes_down) index_ = next;
  for (std::uint32_t done = 0; done < step; done += vector_bytes)
    make_step(plan_->goes_down ? step - vector_bytes - done : done);
  args_.assign(1, next);
  args_.insert(args_.end(), carried_.begin(), carried_.end());
  const Value more = emit_->numeric(Op::i64_ne, next, plan_->goes_down ? emit_->i64(0) : bytes_);
  emit_->branch(more, graph_->make_edge(vectors_, args_), graph_->make_edge(behind_));
}

/// One vector of each stream.
void VectorLoops::make_step(std::uint32_t disp) {
  std::size_t next_carried = 0;
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    const VectorNode& node = plan_->nodes[i];
    if (node.kind == NodeKind::splat) continue;
    if (node.kind == NodeKind::previous) {
      Value& before = carried_[next_carried++];
      const Value loaded = nodes_[node.a];
      nodes_[i] = previous(before, loaded);
      before = loaded;
    } else {
      nodes_[i] = made(i, disp);
    }
  }
  emit_->store(Op::v128_store, places_[0].pointer, index_, nodes_.back(),
               plan_->streams[0].offset + disp, 0, guarded);
}

Value VectorLoops::made(std::uint32_t number, std::uint32_t disp) {
  const VectorNode& node = plan_->nodes[number];
  if (node.kind == NodeKind::load)
    return emit_->load(Op::v128_load, Type::v128, places_[node.number].pointer, index_,
                       plan_->streams[node.number].offset + disp, 0, guarded);
  if (node.kind == NodeKind::canonical)
    return emit_->canonical(plan_->width == 4 ? wasm::NewNan::f32x4 : wasm::NewNan::f64x2,
                            nodes_[node.a]);
  const bool is_shift = node.kind == NodeKind::shift;
  const Value args[] = {nodes_[node.a], is_shift ? emit_->i32(node.number) : nodes_[node.b]};
  return emit_->pure(node.op, Type::v128, 0, 0, args);
}

/// The elements before those that were loaded: the last one of the vector before, then these.
Value VectorLoops::previous(Value before, Value loaded) {
  std::uint8_t lanes[vector_bytes];
  for (std::uint32_t i = 0; i < vector_bytes; ++i)
    lanes[i] = static_cast<std::uint8_t>(plan_->goes_down ? (i + plan_->width + vector_bytes) %
                                                                (2 * vector_bytes)
                                                          : vector_bytes - plan_->width + i);
  std::uint64_t numbers[2];
  std::memcpy(numbers, lanes, sizeof(numbers));
  const Value args[] = {before, loaded};
  return emit_->pure(Op::i8x16_shuffle, Type::v128, numbers[0], numbers[1], args);
}

Value VectorLoops::last_element(const VectorNode& load, Value loaded) {
  const std::uint64_t lane = plan_->goes_down ? 0 : vector_bytes / plan_->width - 1;
  const Type type = graph_->at(load.value).type;
  return emit_->pure(extract_of(load.op), type, lane, 0, std::span(&loaded, 1));
}

/// The loop's parameters after so many turns.
void VectorLoops::go_on() {
  emit_->start(behind_);
  const Value turns = turns_of_vectors();
  args_.clear();
  for (std::uint32_t i = 0; i < plan_->steps.size(); ++i) {
    const Value param = graph_->params(front_)[i];
    if (const auto step = plan_->steps[i]) {
      const bool is_64 = graph_->at(param).type == Type::i64;
      const Value by = is_64 ? emit_->i64(*step) : emit_->i32(static_cast<std::uint32_t>(*step));
      const Value count = is_64 ? turns : emit_->numeric(Op::i32_wrap_i64, turns);
      const Value all = emit_->numeric(is_64 ? Op::i64_mul : Op::i32_mul, count, by);
      args_.push_back(emit_->numeric(is_64 ? Op::i64_add : Op::i32_add, param, all));
    } else {
      const auto carries = [&](const VectorNode& node) {
        return node.kind == NodeKind::previous && node.number == i;
      };
      const auto found = std::find_if(plan_->nodes.begin(), plan_->nodes.end(), carries);
      args_.push_back(last_element(plan_->nodes[found->a], nodes_[found->a]));
    }
  }
  emit_->jump(graph_->make_edge(plan_->loop, args_));
}

}  // namespace wrun::inline v0::jit
