#include "jit/invariant_sums.hpp"

#include <algorithm>

#include "jit/effects.hpp"
#include "jit/loop_entry.hpp"

namespace wrun::inline v0::jit {

namespace {

/// Registers that are left for what a turn computes are the others.
constexpr std::array<int, 2> most_values = {9, 11};

std::size_t register_class(const Inst& inst) {
  return is_float(inst.type) ? 1 : 0;
}

bool is_call(const Inst& inst) {
  return inst.op == Opcode::call || inst.op == Opcode::call_reference ||
         inst.op == Opcode::call_helper;
}

}  // namespace

bool InvariantSums::run(Graph& graph, const Cfg& cfg, const Loops& loops) {
  graph_ = &graph;
  cfg_ = &cfg;
  loops_ = &loops;
  list_blocks();
  if (std::all_of(first_block_.begin(), first_block_.end(),
                  [](std::uint32_t at) { return at == Loops::none; }))
    return false;
  const auto values = graph.value_count();
  has_counts_ = false;
  inner_uses_.assign(values, 0);
  member_of_.assign(values, Loops::none);
  used_by_.assign(values, Loops::none);
  leaf_of_.assign(values, Loops::none);
  bool moved = false;
  for (std::uint32_t at = 0; at < cfg.order().size(); ++at)
    if (first_block_[at] != Loops::none) moved |= hoist(at);
  return moved;
}

void InvariantSums::count_uses() {
  if (has_counts_) return;
  has_counts_ = true;
  uses_.assign(graph_->value_count(), 0);
  for (const Block b : cfg_->order()) {
    for (Value v = graph_->at(b).first; v != Value::none; v = graph_->at(v).next)
      for (const Value a : graph_->args(graph_->at(v))) ++uses_[index(a)];
    for (const Edge& edge : graph_->successors(b))
      for (const Value a : graph_->args(edge)) ++uses_[index(a)];
  }
}

/// Those of each innermost loop.
void InvariantSums::list_blocks() {
  const auto count = static_cast<std::uint32_t>(cfg_->order().size());
  first_block_.assign(count, Loops::none);
  next_block_.assign(count, Loops::none);
  for (std::uint32_t at = count; at-- > 0;) {
    const std::uint32_t header = loops_->innermost(at);
    if (header == Loops::none) continue;
    next_block_[at] = first_block_[header];
    first_block_[header] = at;
  }
  for (std::uint32_t at = 0; at < count; ++at)
    if (loops_->is_header(at) && loops_->around(at) != Loops::none)
      first_block_[loops_->around(at)] = Loops::none;
}

bool InvariantSums::is_candidate(const Inst& inst) const {
  if (!is_wasm(inst.op) || inst.type == Type::none || inst.type == Type::v128) return false;
  if (wasm::info(wasm_op(inst.op)).shape != wasm::Shape::numeric) return false;
  // Comparisons belong to who asks; an i32 that becomes wider costs nothing where it is.
  const wasm::Op op = wasm_op(inst.op);
  if (op >= wasm::Op::i32_eqz && op <= wasm::Op::f64_ge) return false;
  if (op == wasm::Op::i64_extend_i32_u || op == wasm::Op::i32_wrap_i64) return false;
  const bool has_results = graph_->at(inst.next).op == Opcode::result;
  return (inst.flags & guarded) == 0 && effects_of(inst).is_pure() && !has_results;
}

bool InvariantSums::is_outside(std::uint32_t header, Value v) const {
  return !loops_->contains(header, cfg_->position(graph_->at(v).block));
}

/// By what stays in the loop.
void InvariantSums::note_use(std::uint32_t header, Value v) {
  const Inst& inst = graph_->at(v);
  if (used_by_[index(v)] == header || inst.op == Opcode::constant) return;
  used_by_[index(v)] = header;
  if (is_outside(header, v)) ++pressure_[register_class(inst)];
}

void InvariantSums::look_at(std::uint32_t header, Value v) {
  const Inst& inst = graph_->at(v);
  has_call_ |= is_call(inst);
  const auto args = graph_->args(inst);
  bool is_member = is_candidate(inst);
  for (const Value a : args) {
    const bool is_same = graph_->at(a).op == Opcode::constant || member_of_[index(a)] == header ||
                         is_outside(header, a);
    is_member = is_member && is_same;
  }
  if (!is_member) {
    for (const Value a : args) note_use(header, a);
    return;
  }
  member_of_[index(v)] = header;
  inner_uses_[index(v)] = 0;
  members_.push_back(v);
  for (const Value a : args) {
    if (member_of_[index(a)] == header) {
      ++inner_uses_[index(a)];
    } else if (graph_->at(a).op != Opcode::constant && leaf_of_[index(a)] != header) {
      leaf_of_[index(a)] = header;
      leaves_.push_back(a);
    }
  }
}

/// How many registers more a loop keeps busy without its members.
InvariantSums::Counts InvariantSums::change(std::uint32_t header) {
  Counts made{};
  count_uses();
  for (const Value v : members_)
    if (uses_[index(v)] > inner_uses_[index(v)]) ++made[register_class(graph_->at(v))];
  for (const Value v : leaves_) {
    if (used_by_[index(v)] == header) continue;
    --made[register_class(graph_->at(v))];
    ++pressure_[register_class(graph_->at(v))];
  }
  return made;
}

bool InvariantSums::is_worth_it(std::uint32_t header) {
  const Counts more = change(header);
  for (std::size_t cls = 0; cls < more.size(); ++cls) {
    if (more[cls] <= 0) continue;
    // What is called clobbers all registers.
    if (has_call_ || pressure_[cls] + more[cls] > most_values[cls]) return false;
  }
  return !has_call_ || more[0] + more[1] < 0;
}

/// Constants that it takes go with it.
void InvariantSums::move_before(std::uint32_t header, Value entry, Value v) {
  const auto move = [&](Value moved) {
    graph_->unlink(moved);
    graph_->insert_before(entry, moved);
  };
  for (const Value arg : graph_->args(graph_->at(v)))
    if (graph_->at(arg).op == Opcode::constant && !is_outside(header, arg)) move(arg);
  move(v);
}

bool InvariantSums::hoist(std::uint32_t header) {
  const Value entry = loop_entry(*graph_, *cfg_, header);
  if (entry == Value::none) return false;
  members_.clear();
  leaves_.clear();
  pressure_ = {};
  has_call_ = false;
  for (const Value param : graph_->params(cfg_->order()[header]))
    ++pressure_[register_class(graph_->at(param))];
  for (std::uint32_t at = first_block_[header]; at != Loops::none; at = next_block_[at]) {
    const Block b = cfg_->order()[at];
    for (Value v = graph_->at(b).first; v != Value::none; v = graph_->at(v).next)
      look_at(header, v);
    for (const Edge& edge : graph_->successors(b))
      for (const Value a : graph_->args(edge)) note_use(header, a);
  }
  if (members_.empty() || !is_worth_it(header)) return false;
  for (const Value v : members_) move_before(header, entry, v);
  return true;
}

}  // namespace wrun::inline v0::jit
