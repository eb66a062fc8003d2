#include "jit/prune.hpp"

#include <algorithm>

#include "jit/effects.hpp"

namespace wrun::inline v0::jit {

void Pruner::run(Graph& graph) {
  cfg_.compute(graph);
  clear_unreachable(graph);
  find_copies(graph);
  mark_live(graph);
  remove_dead(graph);
  remove_dead_params(graph);
  merge_chains(graph);
  mark_blocks(graph);
}

void Pruner::clear_unreachable(Graph& graph) {
  for (std::uint32_t i = 0; i < graph.block_count(); ++i) {
    const auto b = static_cast<Block>(i);
    if (cfg_.is_reachable(b)) continue;
    graph.clear_block(b);
    graph.at(b).param_count = 0;
  }
}

/// The one value that all edges give the parameter; itself if there are several.
Value Pruner::meet(const Graph& graph, Value param) const {
  const Inst& inst = graph.at(param);
  Value only = Value::none;
  for (const Cfg::Incoming& in : cfg_.incoming(inst.block)) {
    const Value given = source(graph.args(graph.edge(in.number))[inst.imm]);
    if (given == Value::none || given == only || given == param) continue;
    if (only != Value::none) return param;
    only = given;
  }
  return only;
}

/// For each parameter that may be a copy, those that it is given to.
void Pruner::find_users(const Graph& graph) {
  first_user_.assign(graph.value_count() + std::size_t{1}, 0);
  const auto each = [&](auto&& act) {
    for (const Block b : cfg_.order()) {
      for (const Edge& edge : graph.successors(b)) {
        const auto args = graph.args(edge);
        const auto params = graph.params(edge.to);
        for (std::size_t i = 0; i < args.size(); ++i)
          if (source(args[i]) != args[i] && source(params[i]) != params[i]) act(args[i], params[i]);
      }
    }
  };
  each([&](Value from, Value) { ++first_user_[index(from) + std::size_t{1}]; });
  for (std::size_t i = 1; i < first_user_.size(); ++i) first_user_[i] += first_user_[i - 1];
  users_.resize(first_user_.back());
  each([&](Value from, Value to) { users_[first_user_[index(from)]++] = to; });
  for (std::size_t i = first_user_.size() - 1; i > 0; --i) first_user_[i] = first_user_[i - 1];
  first_user_[0] = 0;
}

/// Whether it is a copy of something else than was known.
bool Pruner::update(const Graph& graph, Value param) {
  const Value found = meet(graph, param);
  if (found == source(param)) return false;
  copy_of_[index(param)] = found;
  return true;
}

/// Of each parameter that may still be a copy. Whether anything was new.
bool Pruner::update_all(const Graph& graph) {
  bool is_new = false;
  for (const Block b : cfg_.order())
    for (const Value param : graph.params(b))
      if (source(param) != param) is_new |= update(graph, param);
  return is_new;
}

/// Optimistic: a parameter is a copy until two different values are found to reach it, so that
/// cycles of parameters among themselves are seen through. Mostly all is known in one go but for
/// what loops give their headers, and that in the next one.
void Pruner::find_copies(const Graph& graph) {
  copy_of_.resize(graph.value_count());
  for (std::uint32_t i = 0; i < copy_of_.size(); ++i) copy_of_[i] = static_cast<Value>(i);
  for (const Block b : cfg_.order())
    for (const Value param : graph.params(b)) copy_of_[index(param)] = Value::none;
  if (update_all(graph) && update_all(graph)) follow_users(graph);
}

/// Until nothing is new.
void Pruner::follow_users(const Graph& graph) {
  find_users(graph);
  is_queued_.assign(graph.value_count(), false);
  todo_.clear();
  const auto queue = [&](Value param) {
    if (is_queued_[index(param)] != 0 || source(param) == param) return;
    is_queued_[index(param)] = true;
    todo_.push_back(param);
  };
  for (const Block b : cfg_.order())
    for (const Value param : graph.params(b)) queue(param);
  std::size_t changes_left = 1000 + 16 * std::size_t{graph.value_count()};
  while (!todo_.empty() && changes_left != 0) {
    const Value param = todo_.back();
    todo_.pop_back();
    is_queued_[index(param)] = false;
    if (!update(graph, param)) continue;
    --changes_left;
    for (std::uint32_t i = first_user_[index(param)]; i < first_user_[index(param) + 1]; ++i)
      queue(users_[i]);
  }
  if (todo_.empty()) return;
  // Guests may make it take forever.
  for (const Block b : cfg_.order())
    for (const Value param : graph.params(b)) copy_of_[index(param)] = param;
}

void Pruner::mark(Value v) {
  if (is_live_[index(v)] != 0) return;
  is_live_[index(v)] = true;
  todo_.push_back(v);
}

/// Of an instruction whose arguments' definitions are still to come.
void Pruner::mark_args(std::span<Value> args) {
  for (Value& arg : args) {
    arg = source(arg);
    is_live_[index(arg)] = true;
  }
}

/// What the edges give a parameter. Of what is behind the sweep, has the arguments marked, too.
void Pruner::mark_given(Graph& graph, const Inst& param, bool is_behind) {
  const std::uint32_t position = cfg_.position(param.block);
  for (const Cfg::Incoming& in : cfg_.incoming(param.block)) {
    Value& given = graph.args(graph.edge(in.number))[param.imm];
    given = source(given);
    if (is_behind || cfg_.position(in.from) >= position) {
      mark(given);
    } else {
      is_live_[index(given)] = true;
    }
  }
}

/// Also puts values in the place of what are copies of them. Backwards, so that what is used comes
/// later; but for what loops give their headers.
void Pruner::mark_live(Graph& graph) {
  is_live_.assign(graph.value_count(), false);
  todo_.clear();
  const auto order = cfg_.order();
  for (std::size_t at = order.size(); at-- > 0;) {
    const Block b = order[at];
    for (Value v = graph.at(b).last; v != Value::none; v = graph.at(v).previous) {
      const Inst& inst = graph.at(v);
      if (is_live_[index(v)] == 0) {
        if (!is_kept(inst)) continue;
        is_live_[index(v)] = true;
      }
      mark_args(graph.args(inst));
    }
    for (const Value param : graph.params(b))
      if (is_live_[index(param)] != 0) mark_given(graph, graph.at(param), false);
  }
  follow_todo(graph);
}

/// What was marked when its turn may have been over.
void Pruner::follow_todo(Graph& graph) {
  while (!todo_.empty()) {
    const Inst& inst = graph.at(todo_.back());
    todo_.pop_back();
    for (Value& arg : graph.args(inst)) {
      arg = source(arg);
      mark(arg);
    }
    if (inst.op == Opcode::param) mark_given(graph, inst, true);
  }
}

void Pruner::remove_dead(Graph& graph) {
  for (const Block b : cfg_.order()) {
    for (Value v = graph.at(b).first; v != Value::none;) {
      const Value next = graph.at(v).next;
      if (is_live_[index(v)] == 0) graph.unlink(v);
      v = next;
    }
  }
}

void Pruner::remove_dead_params(Graph& graph) {
  for (const Block b : cfg_.order()) {
    for (Edge& edge : graph.successors(b)) {
      const auto args = graph.args(edge);
      const auto params = graph.params(edge.to);
      std::uint32_t kept = 0;
      for (std::size_t i = 0; i < args.size(); ++i)
        if (is_live_[index(params[i])] != 0) args[kept++] = args[i];
      edge.arg_count = kept;
    }
  }
  for (const Block b : cfg_.order()) {
    const auto params = graph.params(b);
    std::uint32_t kept = 0;
    for (const Value param : params) {
      if (is_live_[index(param)] == 0) {
        graph.at(param).block = Block::none;
        continue;
      }
      graph.at(param).imm = kept;
      params[kept++] = param;
    }
    graph.at(b).param_count = kept;
  }
}

/// Blocks that follow each other, with no other way in or out, become one.
void Pruner::merge_chains(Graph& graph) {
  merged_into_.resize(graph.block_count());
  for (std::uint32_t i = 0; i < merged_into_.size(); ++i) merged_into_[i] = static_cast<Block>(i);
  bool has_merged = false;
  for (const Block b : cfg_.order()) {
    if (graph.at(b).last == Value::none) continue;  // merged already
    for (;;) {
      const Value end = graph.at(b).last;
      if (graph.at(end).op != Opcode::jump) break;
      const Block next = graph.successors(b)[0].to;
      if (next == b || cfg_.incoming(next).size() != 1 || graph.at(next).param_count != 0) break;
      graph.unlink(end);
      graph.splice(b, next);
      merged_into_[index(next)] = b;
      has_merged = true;
    }
  }
  if (has_merged) cfg_.contract(merged_into_);
}

/// Loop headers are what is jumped back to; where only traps are reached, it is cold.
void Pruner::mark_blocks(Graph& graph) {
  const auto order = cfg_.order();
  for (std::uint32_t i = static_cast<std::uint32_t>(order.size()); i-- > 0;) {
    BlockData& block = graph.at(order[i]);
    const auto edges = graph.successors(order[i]);
    const auto is_cold = [&](const Edge& edge) { return graph.at(edge.to).is_cold; };
    block.is_cold |= graph.at(block.last).op == Opcode::trap;
    block.is_cold |= !edges.empty() && std::all_of(edges.begin(), edges.end(), is_cold);
    const auto incoming = cfg_.incoming(order[i]);
    block.is_loop_header =
        std::any_of(incoming.begin(), incoming.end(),
                    [&](const Cfg::Incoming& in) { return cfg_.position(in.from) >= i; });
  }
}

}  // namespace wrun::inline v0::jit
