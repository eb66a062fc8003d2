#pragma once

// The dominator tree of a graph's reachable blocks, by Lengauer and Tarjan's algorithm: nearly
// linear whatever the graph.

#include <cstdint>
#include <span>
#include <vector>

#include "jit/cfg.hpp"

namespace wrun::inline v0::jit {

class Dominators {
 public:
  void compute(const Graph& graph, const Cfg& cfg);

  /// The immediate dominator; none for the entry and what isn't reachable.
  Block parent(Block b) const { return parent_[index(b)]; }
  /// Whether `a` is `b` or dominates it; both are reachable. O(1).
  bool dominates(Block a, Block b) const {
    return enter_[index(a)] <= enter_[index(b)] && leave_[index(b)] <= leave_[index(a)];
  }
  /// The reachable blocks, each after its parent, subtrees together.
  std::span<const Block> preorder() const { return preorder_; }

 private:
  using Number = std::uint32_t;  // in depth-first order, from 0

  void number_blocks(const Graph& graph);
  Number least_semi(Number v);
  void find_parents(const Cfg& cfg);
  void find_intervals(const Cfg& cfg);

  std::vector<Block> parent_;
  std::vector<std::uint32_t> enter_;
  std::vector<std::uint32_t> leave_;
  std::vector<Block> preorder_;

  struct Visit {
    Block block;
    Number from;
  };
  struct Node {
    Block block = Block::none;
    Number tree_parent = 0;
    Number semi = 0;
    Number ancestor = 0;
    Number label = 0;
    Number dominator = 0;
    Number bucket = 0;  // first of those whose semidominator this is
    Number next_in_bucket = 0;
  };
  std::vector<Visit> visits_;
  std::vector<Node> nodes_;
  std::vector<Number> numbers_;  // by block
  std::vector<Number> path_;
  std::vector<std::uint32_t> first_child_;
  std::vector<std::uint32_t> next_sibling_;
};

}  // namespace wrun::inline v0::jit
