#include "jit/dominators.hpp"

#include <algorithm>

#include "jit/chunks.hpp"

namespace wrun::inline v0::jit {

namespace {

constexpr std::uint32_t no_node = ~std::uint32_t{0};
/// What is needed for more than these isn't kept: other phases need the room.
constexpr std::size_t most_kept_nodes = 1 << 10;

}  // namespace

void Dominators::compute(const Graph& graph, const Cfg& cfg) {
  parent_.assign(graph.block_count(), Block::none);
  enter_.assign(graph.block_count(), 0);
  leave_.assign(graph.block_count(), 0);
  number_blocks(graph);
  find_parents(cfg);
  find_intervals(cfg);
  if (nodes_.capacity() <= most_kept_nodes) return;
  give_back(nodes_);
  give_back(visits_);
  give_back(numbers_);
  give_back(path_);
  give_back(first_child_);
  give_back(next_sibling_);
}

void Dominators::number_blocks(const Graph& graph) {
  nodes_.clear();
  nodes_.reserve(graph.block_count());
  numbers_.assign(graph.block_count(), no_node);
  visits_.assign(1, {graph.entry(), no_node});
  while (!visits_.empty()) {
    const Visit visit = visits_.back();
    visits_.pop_back();
    if (numbers_[index(visit.block)] != no_node) continue;
    const auto n = static_cast<Number>(nodes_.size());
    numbers_[index(visit.block)] = n;
    nodes_.push_back({visit.block, visit.from, n, no_node, n, no_node, no_node, no_node});
    for (const Edge& edge : graph.successors(visit.block)) {
      if (numbers_[index(edge.to)] == no_node) visits_.push_back({edge.to, n});
    }
  }
}

/// The node with the least semidominator on the path of linked ancestors; the path becomes short.
Dominators::Number Dominators::least_semi(Number v) {
  if (nodes_[v].ancestor == no_node) return v;
  path_.clear();
  Number u = v;
  while (nodes_[nodes_[u].ancestor].ancestor != no_node) {
    path_.push_back(u);
    u = nodes_[u].ancestor;
  }
  for (std::size_t i = path_.size(); i > 0; --i) {
    Node& node = nodes_[path_[i - 1]];
    const Node& above = nodes_[node.ancestor];
    if (nodes_[above.label].semi < nodes_[node.label].semi) node.label = above.label;
    node.ancestor = above.ancestor;
  }
  return nodes_[v].label;
}

void Dominators::find_parents(const Cfg& cfg) {
  for (auto w = static_cast<Number>(nodes_.size()); w-- > 1;) {
    Node& node = nodes_[w];
    for (const Cfg::Incoming& in : cfg.incoming(node.block))
      node.semi = std::min(node.semi, nodes_[least_semi(numbers_[index(in.from)])].semi);
    node.next_in_bucket = nodes_[node.semi].bucket;
    nodes_[node.semi].bucket = w;
    node.ancestor = node.tree_parent;
    Node& above = nodes_[node.tree_parent];
    for (Number v = above.bucket; v != no_node; v = nodes_[v].next_in_bucket) {
      const Number u = least_semi(v);
      nodes_[v].dominator = nodes_[u].semi < nodes_[v].semi ? u : node.tree_parent;
    }
    above.bucket = no_node;
  }
  for (Number w = 1; w < nodes_.size(); ++w) {
    Node& node = nodes_[w];
    if (node.dominator != node.semi) node.dominator = nodes_[node.dominator].dominator;
    parent_[index(node.block)] = nodes_[node.dominator].block;
  }
}

/// A walk of the tree: children in the order of the control flow graph.
void Dominators::find_intervals(const Cfg& cfg) {
  first_child_.assign(parent_.size(), no_node);
  next_sibling_.assign(parent_.size(), no_node);
  const auto order = cfg.order();
  for (std::size_t i = order.size(); i > 1; --i) {
    const std::uint32_t b = index(order[i - 1]);
    const std::uint32_t above = index(parent_[b]);
    next_sibling_[b] = first_child_[above];
    first_child_[above] = b;
  }
  preorder_.clear();
  std::uint32_t clock = 0;
  std::uint32_t b = index(order[0]);
  while (b != no_node) {
    preorder_.push_back(static_cast<Block>(b));
    enter_[b] = clock++;
    if (first_child_[b] != no_node) {
      b = first_child_[b];
      continue;
    }
    while (b != no_node) {
      leave_[b] = clock++;
      if (next_sibling_[b] != no_node) break;
      const Block above = parent_[b];
      b = above == Block::none ? no_node : index(above);
    }
    if (b != no_node) b = next_sibling_[b];
  }
}

}  // namespace wrun::inline v0::jit
