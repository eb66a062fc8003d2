#include "jit/vector_plan.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "jit/effects.hpp"
#include "jit/layout.hpp"
#include "jit/upper_bound.hpp"
#include "lib/wasm/identities.hpp"

namespace wrun::inline v0::jit {

namespace {

using wasm::Op;

constexpr std::uint32_t most_in_turn = 96;
constexpr std::uint32_t most_nodes = 24;
constexpr std::uint32_t most_streams = 8;
constexpr std::uint32_t most_turn = 64;  ///< bytes

unsigned bytes_of(const Inst& inst) {
  return wasm::access_width(wasm::info(wasm_op(inst.op)).imm);
}

bool has_shape(const Inst& inst, wasm::Shape shape) {
  return is_wasm(inst.op) && wasm::info(wasm_op(inst.op)).shape == shape;
}

/// A number without the constants that are added to it, and their sum.
struct Sum {
  Value root;
  std::uint64_t added;
};
Sum without_constants(const Graph& graph, Value v) {
  Sum sum{v, 0};
  for (;;) {
    const Inst& inst = graph.at(sum.root);
    if (inst.op != opcode(Op::i32_add) && inst.op != opcode(Op::i64_add)) return sum;
    const auto args = graph.args(inst);
    const Inst& constant = graph.at(args[1]);
    if (constant.op != Opcode::constant) return sum;
    sum = {args[0], (sum.added + constant.imm) & most_of(inst.type)};
  }
}

/// The vector instructions of one that is the same for all low parts of numbers, for elements of 1,
/// 2, 4 and 8 bytes.
using ByWidth = std::array<Op, 4>;
ByWidth of_low_parts(Op op) {
  constexpr Op no = wasm::op_none;
  switch (op) {
    case Op::i32_add:
    case Op::i64_add:
      return {Op::i8x16_add, Op::i16x8_add, Op::i32x4_add, Op::i64x2_add};
    case Op::i32_sub:
    case Op::i64_sub:
      return {Op::i8x16_sub, Op::i16x8_sub, Op::i32x4_sub, Op::i64x2_sub};
    case Op::i32_mul:
    case Op::i64_mul:
      return {no, Op::i16x8_mul, Op::i32x4_mul, no};
    case Op::i32_and:
    case Op::i64_and:
      return {Op::v128_and, Op::v128_and, Op::v128_and, Op::v128_and};
    case Op::i32_or:
    case Op::i64_or:
      return {Op::v128_or, Op::v128_or, Op::v128_or, Op::v128_or};
    case Op::i32_xor:
    case Op::i64_xor:
      return {Op::v128_xor, Op::v128_xor, Op::v128_xor, Op::v128_xor};
    default:
      return {no, no, no, no};
  }
}

/// The same of one that wants whole numbers.
Op of_whole(Op op) {
  switch (op) {
    case Op::f32_add:
      return Op::f32x4_add;
    case Op::f32_sub:
      return Op::f32x4_sub;
    case Op::f32_mul:
      return Op::f32x4_mul;
    case Op::f32_div:
      return Op::f32x4_div;
    case Op::f64_add:
      return Op::f64x2_add;
    case Op::f64_sub:
      return Op::f64x2_sub;
    case Op::f64_mul:
      return Op::f64x2_mul;
    case Op::f64_div:
      return Op::f64x2_div;
    default:
      return wasm::op_none;
  }
}

/// Shifts by constants.
Op of_shift(Op op, unsigned width) {
  const bool is_32 = width == 4;
  switch (op) {
    case Op::i32_shl:
    case Op::i64_shl: {
      constexpr ByWidth left = {Op::i8x16_shl, Op::i16x8_shl, Op::i32x4_shl, Op::i64x2_shl};
      return left[static_cast<std::size_t>(std::countr_zero(width))];
    }
    case Op::i32_shr_u:
      return is_32 ? Op::i32x4_shr_u : wasm::op_none;
    case Op::i32_shr_s:
      return is_32 ? Op::i32x4_shr_s : wasm::op_none;
    case Op::i64_shr_u:
      return width == 8 ? Op::i64x2_shr_u : wasm::op_none;
    default:
      return wasm::op_none;
  }
}

bool is_unequal(Op op) {
  return op == Op::i32_ne || op == Op::i64_ne;
}
/// Whether a comparison holds until a growing number reaches the other.
bool goes_up(Op op) {
  using enum Op;
  return op == i32_lt_s || op == i32_lt_u || op == i32_le_s || op == i32_le_u || op == i64_lt_s ||
         op == i64_lt_u || op == i64_le_s || op == i64_le_u;
}

}  // namespace

bool VectorPlanner::run(const Graph& graph, Block loop) {
  graph_ = &graph;
  plan_.loop = loop;
  plan_.poll = plan_.base = Value::none;
  plan_.fuel = 0;
  plan_.streams.clear();
  plan_.nodes.clear();
  loads_.clear();
  stores_.clear();
  checks_.clear();
  packed_.clear();
  const Inst& end = at(graph.at(loop).last);
  if (end.op != Opcode::branch) return false;
  const auto edges = graph.edges(end);
  goes_back_if_ = edges[0].to == loop;
  if (goes_back_if_ == (edges[1].to == loop)) return false;
  again_ = graph.args(edges[goes_back_if_ ? 0 : 1]);
  if (!look_at_body()) return false;
  find_steps();
  if (!find_condition() || !find_stores()) return false;
  const auto is_covered = [](const Access& load) { return load.is_covered; };
  if (!std::all_of(loads_.begin(), loads_.end(), is_covered)) return false;
  for (const Value check : checks_)
    if (!is_implied(at(check))) return false;
  // Each parameter is known behind the vectors.
  for (std::uint32_t i = 0; i < plan_.steps.size(); ++i) {
    const auto carries = [&](const VectorNode& node) {
      return node.kind == VectorNode::Kind::previous && node.number == i;
    };
    if (!plan_.steps[i] && std::none_of(plan_.nodes.begin(), plan_.nodes.end(), carries))
      return false;
  }
  return true;
}

/// What acts or may trap has to be an access to the first memory, a check of one, a charge, or the
/// question whether to stop.
bool VectorPlanner::look_at_body() {
  std::uint32_t count = 0;
  for (Value v = graph_->at(plan_.loop).first; v != graph_->at(plan_.loop).last; v = at(v).next) {
    const Inst& inst = at(v);
    if (++count > most_in_turn) return false;
    if (inst.op == Opcode::poll) {
      if (plan_.poll != Value::none || at(graph_->args(inst)[0]).block == plan_.loop) return false;
      plan_.poll = v;
    } else if (inst.op == Opcode::charge) {
      plan_.fuel += inst.imm;
    } else if (inst.op == Opcode::bounds_check) {
      checks_.push_back(v);
    } else if (has_shape(inst, wasm::Shape::load) || has_shape(inst, wasm::Shape::store)) {
      if (!note_access(v, inst)) return false;
    } else if (!effects_of(inst).is_pure()) {
      return false;
    }
  }
  return !stores_.empty();
}

bool VectorPlanner::note_access(Value v, const Inst& inst) {
  const auto args = graph_->args(inst);
  if (inst.imm2 != 0 || at(args[0]).block == plan_.loop) return false;
  if (plan_.base != Value::none && plan_.base != args[0]) return false;
  const bool is_load = inst.type != Type::none;
  if ((is_load ? inst.type : at(args[2]).type) == Type::v128) return false;
  if (at(args[1]).type != Type::i32) return false;
  plan_.base = args[0];
  const Sum sum = without_constants(*graph_, args[1]);
  Access access;
  access.inst = v;
  access.root = sum.root;
  access.added = sum.added;
  access.place = static_cast<std::int32_t>(sum.added) + static_cast<std::int64_t>(inst.imm);
  access.stores_before = static_cast<std::uint32_t>(stores_.size());
  (is_load ? loads_ : stores_).push_back(access);
  return true;
}

/// Whether what is known of a stream, that its elements are in the first memory and its indices
/// don't wrap, says what a check asks.
bool VectorPlanner::is_implied(const Inst& check) const {
  const auto args = graph_->args(check);
  const Inst& limit = at(args[1]);
  if (limit.op != Opcode::read || limit.imm != layout::memory_size ||
      Place::of(limit.imm2).alias != Alias::memory_shape)
    return false;
  const Inst& memory = at(graph_->args(limit)[0]);
  if (memory.op != Opcode::field || memory.imm != layout::instance_memory0 ||
      at(graph_->args(memory)[0]).op != Opcode::instance || at(args[0]).type != Type::i32)
    return false;
  const Sum sum = without_constants(*graph_, args[0]);
  return std::any_of(plan_.streams.begin(), plan_.streams.end(), [&](const ElementStream& each) {
    const std::uint64_t above = (sum.added - each.added) & most_of(Type::i32);
    return each.root == sum.root && above < plan_.turn &&
           check.imm <= each.offset + plan_.turn - above;
  });
}

void VectorPlanner::find_steps() {
  const auto params = graph_->params(plan_.loop);
  plan_.steps.assign(params.size(), std::nullopt);
  for (std::size_t i = 0; i < params.size(); ++i) {
    if (is_float(at(params[i]).type)) continue;
    const Sum next = without_constants(*graph_, again_[i]);
    if (next.root == params[i]) plan_.steps[i] = next.added;
  }
}

/// By how much a number is more in the next turn, as one of its width; none if that isn't always
/// the same.
std::optional<std::uint64_t> VectorPlanner::step(Value v, unsigned depth) const {
  const Inst& inst = at(v);
  if (is_same_each_turn(v)) return 0;
  if (inst.op == Opcode::param) return plan_.steps[inst.imm];
  if (!is_wasm(inst.op) || depth == 0) return std::nullopt;
  const auto of = [&](unsigned i) { return step(graph_->args(inst)[i], depth - 1); };
  const auto constant = [&]() -> std::optional<std::uint64_t> {
    const Inst& second = at(graph_->args(inst)[1]);
    if (second.op != Opcode::constant) return std::nullopt;
    return second.imm;
  };
  std::optional<std::uint64_t> made;
  switch (wasm_op(inst.op)) {
    case Op::i32_add:
    case Op::i64_add:
      if (const auto a = of(0), b = of(1); a && b) made = *a + *b;
      break;
    case Op::i32_sub:
    case Op::i64_sub:
      if (const auto a = of(0), b = of(1); a && b) made = *a - *b;
      break;
    case Op::i32_mul:
    case Op::i64_mul:
      if (const auto a = of(0), c = constant(); a && c) made = *a * *c;
      break;
    case Op::i32_shl:
    case Op::i64_shl:
      if (const auto a = of(0), c = constant(); a && c)
        made = *a << (*c & (8 * size_of(inst.type) - 1));
      break;
    default:
      break;
  }
  if (made) *made &= most_of(inst.type);
  return made;
}

bool VectorPlanner::is_same_each_turn(Value v) const {
  return at(v).block != plan_.loop || at(v).op == Opcode::constant;
}

/// Numbers that reach an end exactly are enough, whatever they wrap around: what is between is
/// as many turns at least.
bool VectorPlanner::find_condition() {
  const Inst& end = at(graph_->at(plan_.loop).last);
  const Value condition = graph_->args(end)[0];
  const Inst& test = at(condition);
  Value a = condition;
  Value b = Value::none;
  Op op = Op::i32_ne;
  if (test.op == opcode(Op::i32_eqz) || test.op == opcode(Op::i64_eqz)) {
    op = test.op == opcode(Op::i32_eqz) ? Op::i32_eq : Op::i64_eq;
    a = graph_->args(test)[0];
  } else if (is_wasm(test.op) && wasm_op(test.op) >= Op::i32_eq &&
             wasm_op(test.op) <= Op::i64_ge_u) {
    op = wasm_op(test.op);
    a = graph_->args(test)[0];
    b = graph_->args(test)[1];
  }
  if (!goes_back_if_) op = wasm::opposite(op);
  if (op == Op::i32_eq || op == Op::i64_eq) return false;
  auto by = step(a);
  if (by == std::uint64_t{0} && b != Value::none) {
    std::swap(a, b);
    op = wasm::exchanged(op);
    by = step(a);
  }
  if (!by || *by == 0 || (b != Value::none && step(b) != std::uint64_t{0})) return false;
  const std::uint64_t most = most_of(at(a).type);
  plan_.grows = *by <= most / 2;
  const std::uint64_t size = plan_.grows ? *by : (0 - *by) & most;
  if (!std::has_single_bit(size) || (!is_unequal(op) && goes_up(op) != plan_.grows)) return false;
  plan_.compare = op;
  plan_.tested = a;
  plan_.limit = b;
  plan_.step_log2 = static_cast<std::uint32_t>(std::countr_zero(size));
  return true;
}

bool VectorPlanner::find_stores() {
  const Inst& first = at(stores_[0].inst);
  plan_.width = bytes_of(first);
  plan_.turn = plan_.width * static_cast<std::uint32_t>(stores_.size());
  const auto by = step(stores_[0].root);
  if (!by || !std::has_single_bit(plan_.turn) || plan_.turn > most_turn) return false;
  plan_.goes_down = *by == std::uint32_t{0} - plan_.turn;
  if (*by != plan_.turn && !plan_.goes_down) return false;
  std::vector<Access*> sorted;
  for (Access& store : stores_) {
    if (at(store.inst).op != first.op) return false;
    sorted.push_back(&store);
  }
  std::sort(sorted.begin(), sorted.end(),
            [](const Access* a, const Access* b) { return a->place < b->place; });
  const auto found = stream(sorted);
  if (!found) return false;
  // With nothing loaded, their order doesn't matter.
  for (std::uint32_t i = 0; i < sorted.size(); ++i)
    if (!loads_.empty() && sorted[i]->stores_before != in_time(i)) return false;
  plan_.streams.push_back(*found);
  std::vector<Value> scalars;
  for (const Access* store : sorted) scalars.push_back(graph_->args(at(store->inst))[2]);
  return pack(scalars).has_value();
}

/// Elements that follow each other, by address; none if they don't. Indices that differ by
/// constants have one offset, so that it is enough for all that none wraps.
std::optional<ElementStream> VectorPlanner::stream(std::span<Access* const> elements) const {
  const Access& first = *elements[0];
  const std::uint64_t offset = at(first.inst).imm;
  bool is_one_offset = true;
  bool is_one_index = true;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const Access& each = *elements[i];
    if (each.root != first.root) return std::nullopt;
    if (each.place != first.place + static_cast<std::int64_t>(i * plan_.width)) return std::nullopt;
    is_one_offset &= at(each.inst).imm == offset;
    is_one_index &= each.added == first.added;
  }
  if (!is_one_offset && !is_one_index) return std::nullopt;
  return ElementStream{first.root, first.added, offset};
}

std::optional<std::uint32_t> VectorPlanner::add_node(std::span<const Value> scalars,
                                                     const VectorNode& node) {
  if (plan_.nodes.size() == most_nodes) return std::nullopt;
  plan_.nodes.push_back(node);
  packed_.insert(packed_.end(), scalars.begin(), scalars.end());
  return static_cast<std::uint32_t>(plan_.nodes.size() - 1);
}

/// The node of what the elements of a turn are, by address; or none.
std::optional<std::uint32_t> VectorPlanner::pack(std::span<const Value> scalars) {
  for (std::uint32_t i = 0; i < plan_.nodes.size(); ++i)
    if (std::equal(scalars.begin(), scalars.end(), packed_.begin() + i * elements())) return i;
  const Inst& first = at(scalars[0]);
  const auto is_like = [&](Value v) {
    const Inst& inst = at(v);
    return v == scalars[0] || (inst.op == Opcode::constant && first.op == Opcode::constant &&
                               inst.type == first.type && inst.imm == first.imm);
  };
  if (is_same_each_turn(scalars[0])) {
    if (!std::all_of(scalars.begin(), scalars.end(), is_like)) return std::nullopt;
    VectorNode node;
    node.value = scalars[0];
    return add_node(scalars, node);
  }
  const Inst& earliest = at(scalars[plan_.goes_down ? elements() - 1 : 0]);
  if (earliest.op == Opcode::param && earliest.block == plan_.loop) return pack_previous(scalars);
  for (const Value v : scalars)
    if (at(v).op != first.op || at(v).type != first.type || at(v).block != plan_.loop)
      return std::nullopt;
  if (first.op == Opcode::canonical_nan) return pack_canonical(scalars);
  if (!is_wasm(first.op)) return std::nullopt;
  return has_shape(first, wasm::Shape::load) ? pack_loads(scalars) : pack_operation(scalars);
}

/// No store of the same turn comes before a load that has the same element or one before it.
std::optional<std::uint32_t> VectorPlanner::pack_loads(std::span<const Value> scalars) {
  const bool is_of_floats = is_float(at(graph_->args(at(stores_[0].inst))[2]).type);
  const Inst& first = at(scalars[0]);
  if (bytes_of(first) != plan_.width || is_float(first.type) != is_of_floats) return std::nullopt;
  std::vector<Access*> found;
  for (const Value v : scalars) {
    const auto load = std::find_if(loads_.begin(), loads_.end(),
                                   [&](const Access& each) { return each.inst == v; });
    if (load->stores_before > in_time(static_cast<std::uint32_t>(found.size())))
      return std::nullopt;
    found.push_back(&*load);
  }
  const auto made = stream(found);
  if (!made || plan_.streams.size() == most_streams) return std::nullopt;
  if (step(made->root) != step(plan_.streams[0].root)) return std::nullopt;
  for (Access* each : found) each->is_covered = true;
  VectorNode node;
  node.kind = VectorNode::Kind::load;
  node.op = wasm_op(first.op);
  node.number = static_cast<std::uint32_t>(plan_.streams.size());
  node.value = scalars[0];
  plan_.streams.push_back(*made);
  return add_node(scalars, node);
}

/// What a turn hands to the next is what it loaded last.
std::optional<std::uint32_t> VectorPlanner::pack_previous(std::span<const Value> scalars) {
  const std::uint32_t count = elements();
  const Inst& param = at(scalars[plan_.goes_down ? count - 1 : 0]);
  if (size_of(param.type) != plan_.width) return std::nullopt;
  std::vector<Value> loaded(scalars.begin(), scalars.end());
  if (plan_.goes_down) {
    std::rotate(loaded.begin(), loaded.end() - 1, loaded.end());
    loaded[0] = again_[param.imm];
  } else {
    std::rotate(loaded.begin(), loaded.begin() + 1, loaded.end());
    loaded[count - 1] = again_[param.imm];
  }
  for (const Value v : loaded)
    if (!has_shape(at(v), wasm::Shape::load) || at(v).block != plan_.loop) return std::nullopt;
  const auto load = pack(loaded);
  if (!load) return std::nullopt;
  VectorNode node;
  node.kind = VectorNode::Kind::previous;
  node.a = *load;
  node.number = static_cast<std::uint32_t>(param.imm);
  return add_node(scalars, node);
}

std::optional<std::uint32_t> VectorPlanner::pack_argument(std::span<const Value> scalars,
                                                          unsigned i) {
  std::vector<Value> args;
  for (const Value v : scalars) args.push_back(graph_->args(at(v))[i]);
  return pack(args);
}

std::optional<std::uint32_t> VectorPlanner::pack_canonical(std::span<const Value> scalars) {
  if (at(scalars[0]).imm != plan_.width) return std::nullopt;
  const auto a = pack_argument(scalars, 0);
  if (!a) return std::nullopt;
  VectorNode node;
  node.kind = VectorNode::Kind::canonical;
  node.a = *a;
  return add_node(scalars, node);
}

std::optional<std::uint32_t> VectorPlanner::pack_operation(std::span<const Value> scalars) {
  const Inst& first = at(scalars[0]);
  const Op op = wasm_op(first.op);
  // Elements have the low parts of integers.
  const bool widens = op == Op::i64_extend_i32_u || op == Op::i64_extend_i32_s;
  if (op == Op::i32_wrap_i64 || (widens && plan_.width <= 4)) return pack_argument(scalars, 0);
  VectorNode node;
  node.kind = VectorNode::Kind::operation;
  node.op = of_low_parts(op)[static_cast<std::size_t>(std::countr_zero(plan_.width))];
  if (node.op == wasm::op_none) node.op = of_whole(op);
  if (node.op != wasm::op_none) {
    const auto a = pack_argument(scalars, 0);
    const auto b = a ? pack_argument(scalars, 1) : std::nullopt;
    if (!b) return std::nullopt;
    node.a = *a;
    node.b = *b;
    return add_node(scalars, node);
  }
  node.kind = VectorNode::Kind::shift;
  node.op = of_shift(op, plan_.width);
  if (node.op == wasm::op_none) return std::nullopt;
  const Inst& by = at(graph_->args(first)[1]);
  node.number = static_cast<std::uint32_t>(by.imm & (8 * size_of(first.type) - 1));
  for (const Value v : scalars) {
    const Inst& count = at(graph_->args(at(v))[1]);
    if (count.op != Opcode::constant || count.imm != by.imm) return std::nullopt;
  }
  if (node.number >= 8 * plan_.width) return std::nullopt;
  const auto a = pack_argument(scalars, 0);
  if (!a) return std::nullopt;
  node.a = *a;
  return add_node(scalars, node);
}

}  // namespace wrun::inline v0::jit
