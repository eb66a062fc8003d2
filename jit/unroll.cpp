#include "jit/unroll.hpp"

#include <algorithm>
#include <utility>

namespace wrun::inline v0::jit {

namespace {

constexpr std::uint32_t most_in_graph =
    10000;  ///< of the graph, which would grow by half its memory
constexpr std::uint32_t most_instructions = 16;
constexpr std::uint32_t most_in_one_block = 32;  ///< of a loop that is nothing but its header
constexpr std::uint32_t most_params = 24;
constexpr std::uint32_t tiny = 8;      ///< so few instructions are there four times
constexpr unsigned most_climbed = 16;  ///< dominators, between a use and the loop

bool can_be_repeated(Opcode op) {
  switch (op) {
    case Opcode::landing:
    case Opcode::call:
    case Opcode::call_reference:
    case Opcode::call_helper:
      return false;
    default:
      return !ends_block(op) || op == Opcode::jump || op == Opcode::branch;
  }
}

bool has_loops(const Graph& graph) {
  for (std::uint32_t i = 0; i < graph.block_count(); ++i)
    if (graph.at(static_cast<Block>(i)).is_loop_header) return true;
  return false;
}

}  // namespace

bool Unroller::run(Graph& graph, const Cfg& cfg, Loops& loops, Dominators& dominators) {
  if (graph.value_count() > most_in_graph || !has_loops(graph)) return false;
  graph_ = &graph;
  cfg_ = &cfg;
  loops_ = &loops;
  dominators_ = &dominators;
  loops.compute(cfg);
  if (!find_loops()) return false;
  copies_.assign(graph.value_count(), Value::none);
  dominators.compute(graph, cfg);
  find_outlets();
  make_params();
  give_args();
  bool repeated = false;
  for (const Loop& loop : found_) {
    if (!loop.is_fit) continue;
    repeat(loop);
    repeated = true;
  }
  return repeated;
}

/// Whether there are any that may be repeated.
bool Unroller::find_loops() {
  const auto count = static_cast<std::uint32_t>(cfg_->order().size());
  loop_of_.assign(count, Loops::none);
  found_.clear();
  for (std::uint32_t at = 0; at < count; ++at) look_at(at);
  return std::any_of(found_.begin(), found_.end(), [](const Loop& loop) { return loop.is_fit; });
}

void Unroller::look_at(std::uint32_t at) {
  const Block b = cfg_->order()[at];
  if (loops_->is_header(at)) {
    const std::uint32_t outer = loops_->around(at);
    if (outer != Loops::none) found_[loop_of_[outer]].is_fit = false;
    loop_of_[at] = static_cast<std::uint32_t>(found_.size());
    found_.emplace_back();
  }
  const std::uint32_t header = loops_->innermost(at);
  if (header == Loops::none) return;
  Loop& loop = found_[loop_of_[header]];
  const std::uint32_t most = at == header ? most_in_one_block : most_instructions;
  for (Value v = graph_->at(b).first; loop.is_fit && v != Value::none; v = graph_->at(v).next) {
    const Opcode op = graph_->at(v).op;
    loop.has_poll |= op == Opcode::poll;
    loop.size += op != Opcode::constant && op != Opcode::poll;
    loop.is_fit = can_be_repeated(op) && loop.size <= most;
  }
  loop.params += graph_->at(b).param_count;
  if (!loop.is_fit || loop.block_count == most_blocks || loop.params > most_params ||
      graph_->at(b).is_cold || (at == header && !loop.has_poll)) {
    loop.is_fit = false;
    return;
  }
  loop.room[loop.block_count++] = b;
}

bool Unroller::is_candidate(std::uint32_t header) const {
  return loop_of_[header] != Loops::none && found_[loop_of_[header]].is_fit;
}

/// What loops that may be repeated make.
void Unroller::mark_made() {
  is_made_.assign(graph_->value_count(), false);
  for (const Loop& loop : found_) {
    if (!loop.is_fit) continue;
    for (const Block b : loop.blocks()) {
      for (const Value param : graph_->params(b)) is_made_[index(param)] = true;
      for (Value v = graph_->at(b).first; v != Value::none; v = graph_->at(v).next)
        is_made_[index(v)] = true;
    }
  }
}

void Unroller::find_outlets() {
  outlets_.clear();
  mark_made();
  for (const Block b : cfg_->order()) {
    const auto look = [&](std::span<const Value> args) {
      for (const Value& arg : args)
        if (is_made_[index(arg)] != 0) find_outlet(arg, b, arg);
    };
    for (Value v = graph_->at(b).first; v != Value::none; v = graph_->at(v).next)
      look(std::as_const(*graph_).args(graph_->at(v)));
    for (const Edge& edge : graph_->successors(b)) look(std::as_const(*graph_).args(edge));
  }
  // Loops one after the other, in each the exits: sorted by what there are few of.
  std::stable_sort(outlets_.begin(), outlets_.end(), [](const Outlet& a, const Outlet& b) {
    return a.header != b.header ? a.header < b.header : index(a.exit) < index(b.exit);
  });
}

void Unroller::find_outlet(Value v, Block user, const Value& place) {
  const std::uint32_t header = loops_->innermost(cfg_->position(graph_->at(v).block));
  if (header == Loops::none || !is_candidate(header)) return;
  if (loops_->innermost(cfg_->position(user)) == header) return;
  const Block exit = exit_of(header, user);
  if (exit == Block::none) {
    found_[loop_of_[header]].is_fit = false;
    return;
  }
  outlets_.push_back({header, v, exit, static_cast<std::size_t>(&place - graph_->pool().data())});
}

/// The block outside a loop that all ways from it to the user lead to; none if there is none, or
/// something else leads there, too.
Block Unroller::exit_of(std::uint32_t header, Block user) const {
  const auto is_inside = [&](Block b) { return loops_->innermost(cfg_->position(b)) == header; };
  for (unsigned i = 0; i < most_climbed; ++i) {
    const Block parent = dominators_->parent(user);
    if (parent == Block::none) break;
    if (!is_inside(parent)) {
      user = parent;
      continue;
    }
    const auto incoming = cfg_->incoming(user);
    const bool is_only_exit = std::all_of(incoming.begin(), incoming.end(),
                                          [&](const auto& in) { return is_inside(in.from); });
    return is_only_exit ? user : Block::none;
  }
  return Block::none;
}

/// What is used outside loops comes there by parameters of their exits.
void Unroller::make_params() {
  given_.clear();
  renamed_.clear();
  const auto forget = [&] {
    for (const Value v : renamed_) copies_[index(v)] = Value::none;
    renamed_.clear();
  };
  Block exit = Block::none;
  for (const Outlet& outlet : outlets_) {
    if (!is_candidate(outlet.header)) continue;
    if (outlet.exit != exit) forget();
    exit = outlet.exit;
    Value& known = copies_[index(outlet.value)];
    if (known == Value::none) {
      known = at_exit(exit, outlet.value);
      renamed_.push_back(outlet.value);
    }
    graph_->pool()[outlet.place] = known;
  }
  forget();
}

/// What stands for a value at an exit.
Value Unroller::at_exit(Block exit, Value v) {
  const Inst inst = graph_->at(v);
  if (inst.op == Opcode::constant) {
    const Value copy = graph_->make(inst);
    graph_->insert_before(graph_->at(exit).first, copy);
    return copy;
  }
  given_.push_back({exit, v});
  return graph_->add_param(exit, inst.type);
}

/// Edges' arguments are copied only after all uses have been renamed.
void Unroller::give_args() {
  for (std::size_t first = 0, end = 0; first < given_.size(); first = end) {
    const Block exit = given_[first].exit;
    while (end < given_.size() && given_[end].exit == exit) ++end;
    for (const Cfg::Incoming& in : cfg_->incoming(exit)) {
      const auto known = graph_->args(graph_->successors(in.from)[in.edge]);
      args_.assign(known.begin(), known.end());
      for (std::size_t i = first; i < end; ++i) args_.push_back(given_[i].value);
      const Edge made = graph_->make_edge(exit, args_);
      graph_->successors(in.from)[in.edge] = made;
    }
  }
}

void Unroller::repeat(const Loop& loop) {
  const unsigned count = loop.size <= tiny ? 3 : 1;
  block_copies_.resize(std::max<std::size_t>(block_copies_.size(), graph_->block_count()),
                       Block::none);
  copies_.resize(std::max<std::size_t>(copies_.size(), graph_->value_count()), Value::none);
  const Block head = loop.room[0];
  polls_.clear();
  // From the last one, which goes back to the loop's own beginning, to the first.
  Block again = head;
  for (unsigned i = 0; i < count; ++i) {
    for (const Block b : loop.blocks()) add_copy(b);
    const bool asks = i == 0;
    for (const Block b : loop.blocks()) fill(b, head, again, asks);
    again = block_copies_[index(head)];
  }
  for (const Value poll : polls_) graph_->unlink(poll);
  for (const Block b : loop.blocks()) {
    for (Edge& edge : graph_->successors(b))
      if (edge.to == head) edge.to = again;
    block_copies_[index(b)] = Block::none;
  }
}

void Unroller::add_copy(Block original) {
  const Block copy = graph_->add_block();
  block_copies_[index(original)] = copy;
  graph_->at(copy).loop_depth = graph_->at(original).loop_depth;
  const std::uint32_t count = graph_->at(original).param_count;
  for (std::uint32_t i = 0; i < count; ++i) {
    const Value param = graph_->params(original)[i];
    const Value made = graph_->add_param(copy, graph_->at(param).type);
    graph_->at(made).imm2 = graph_->at(param).imm2;  // no more than there
    copies_[index(param)] = made;
  }
}

/// The last copy asks whether to stop, so that a loop of a few turns never does.
void Unroller::fill(Block original, Block head, Block again, bool asks) {
  const Block copy = block_copies_[index(original)];
  for (Value v = graph_->at(original).first; v != Value::none; v = graph_->at(v).next) {
    const Inst inst = graph_->at(v);
    if (inst.op == Opcode::poll) {
      if (asks) polls_.push_back(v);
      if (!asks) continue;
    }
    edges_.clear();
    const std::size_t edges = graph_->edges(inst).size();
    for (std::size_t i = 0; i < edges; ++i)
      edges_.push_back(mapped(Edge(graph_->edges(inst)[i]), head, again));
    map_args(graph_->args(inst));
    const Value made = graph_->append(copy, inst, args_, edges_);
    copies_[index(v)] = made;
  }
}

Edge Unroller::mapped(const Edge& edge, Block head, Block again) {
  map_args(graph_->args(edge));
  Block to = edge.to;
  if (to == head) {
    to = again;
  } else if (block_copies_[index(to)] != Block::none) {
    to = block_copies_[index(to)];
  }
  return graph_->make_edge(to, args_);
}

void Unroller::map_args(std::span<const Value> args) {
  args_.clear();
  for (const Value v : args) {
    const Value copy = copies_[index(v)];
    args_.push_back(copy == Value::none ? v : copy);
  }
}

}  // namespace wrun::inline v0::jit
