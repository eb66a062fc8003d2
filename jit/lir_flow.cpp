#include "jit/lir_flow.hpp"

#include <algorithm>

#include "jit/chunks.hpp"

namespace wrun::inline v0::jit {

void LirFlow::find_preds(const LFunction& function) {
  const std::size_t count = function.blocks.size();
  first_pred_.assign(count + 2, 0);
  for (const LEdge& edge : function.succs) ++first_pred_[edge.to + 2];
  for (std::size_t b = 2; b < count + 2; ++b) first_pred_[b] += first_pred_[b - 1];
  preds_.resize(function.succs.size());
  for (std::uint32_t b = 0; b < count; ++b) {
    const LBlock& block = function.blocks[b];
    for (std::uint32_t s = 0; s < block.succ_count; ++s) {
      preds_[first_pred_[function.succs[block.first_succ + s].to + 1]++] = b;
    }
  }
}

void LirFlow::rank_blocks(const LFunction& function) {
  order_.clear();
  path_.assign(1, {0, 0});
  nodes_[0].rank = 0;
  while (!path_.empty()) {
    auto& [b, next] = path_.back();
    const LBlock& block = function.blocks[b];
    if (next == block.succ_count) {
      order_.push_back(b);
      path_.pop_back();
      continue;
    }
    const std::uint32_t to = function.succs[block.first_succ + next++].to;
    if (nodes_[to].rank != none) continue;
    nodes_[to].rank = 0;
    path_.emplace_back(to, 0);
  }
  std::reverse(order_.begin(), order_.end());
  for (std::uint32_t i = 0; i < order_.size(); ++i) nodes_[order_[i]].rank = i;
}

std::uint32_t LirFlow::common_dominator(std::uint32_t a, std::uint32_t b) const {
  if (nodes_[a].depth < nodes_[b].depth) std::swap(a, b);
  while (nodes_[a].depth > nodes_[b].depth) {
    const std::uint32_t far = nodes_[a].jump;
    a = nodes_[far].depth >= nodes_[b].depth ? far : nodes_[a].dominator;
  }
  while (a != b) {
    const bool is_far = nodes_[a].jump != nodes_[b].jump;
    a = is_far ? nodes_[a].jump : nodes_[a].dominator;
    b = is_far ? nodes_[b].jump : nodes_[b].dominator;
  }
  return a;
}

void LirFlow::find_dominators() {
  for (const std::uint32_t b : order_) {
    if (b == 0) continue;
    std::uint32_t found = none;
    for (const std::uint32_t pred : preds(b)) {
      if (nodes_[pred].rank >= nodes_[b].rank) continue;
      found = found == none ? pred : common_dominator(found, pred);
    }
    Node& node = nodes_[b];
    const Node& up = nodes_[found];
    const Node& far = nodes_[up.jump];
    node.dominator = found;
    node.depth = up.depth + 1;
    node.jump = up.depth - far.depth == far.depth - nodes_[far.jump].depth ? far.jump : found;
  }
}

std::uint32_t LirFlow::joined_to(std::uint32_t b) {
  while (loops_[b].joined != b) {
    loops_[b].joined = loops_[loops_[b].joined].joined;
    b = loops_[b].joined;
  }
  return b;
}

/// What reaches the header's back edges without passing the header. Loops inside are found already
/// and count as their headers.
void LirFlow::collect_loop(std::uint32_t header) {
  for (const std::uint32_t pred : preds(header)) {
    if (is_back_edge(pred, header)) todo_.push_back(joined_to(pred));
  }
  loops_[header].is_header = !todo_.empty();
  while (!todo_.empty()) {
    const std::uint32_t b = joined_to(todo_.back());
    todo_.pop_back();
    if (b == header) continue;
    loops_[b].outer = header;
    loops_[b].joined = header;
    for (const std::uint32_t pred : preds(b)) {
      if (nodes_[pred].rank == none) continue;
      const std::uint32_t from = joined_to(pred);
      if (from != header && nodes_[from].rank > nodes_[header].rank) todo_.push_back(from);
    }
  }
}

void LirFlow::measure_loops(const LFunction& function) {
  for (const std::uint32_t b : order_) {
    Loop& loop = loops_[b];
    loop.depth = (loop.outer == none ? 0 : loops_[loop.outer].depth) + (loop.is_header ? 1 : 0);
  }
  for (std::size_t i = order_.size(); i-- > 0;) {
    const std::uint32_t b = order_[i];
    const LBlock& block = function.blocks[b];
    const std::uint32_t end = block.is_cold ? block.first : block.end;
    Loop& loop = loops_[b];
    loop.end = std::max(loop.end, end);
    if (loop.outer != none && !block.is_cold) {
      loops_[loop.outer].end = std::max(loops_[loop.outer].end, loop.end);
    }
  }
}

void LirFlow::find_loops(const LFunction& function) {
  for (std::uint32_t b = 0; b < loops_.size(); ++b) loops_[b].joined = b;
  for (std::size_t i = order_.size(); i-- > 0;) collect_loop(order_[i]);
  measure_loops(function);
}

void LirFlow::analyse(const LFunction& function) {
  nodes_.assign(function.blocks.size(), {});
  loops_.assign(function.blocks.size(), {});
  find_preds(function);
  rank_blocks(function);
  find_dominators();
  find_loops(function);
}

void LirFlow::shrink() {
  give_back(path_);
  give_back(todo_);
}

}  // namespace wrun::inline v0::jit
