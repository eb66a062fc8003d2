#pragma once

// The shape of a function: predecessors, dominators, loops. WebAssembly's control flow is
// reducible: every loop is entered through its header, which dominates it.

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "jit/lir.hpp"

namespace wrun::inline v0::jit {

class LirFlow {
 public:
  static constexpr std::uint32_t none = ~0u;

  /// Room is reused. Linear, but for a logarithm of the dominator tree's depth.
  void analyse(const LFunction& function);
  /// Gives back what only analyse() needs.
  void shrink();

  std::span<const std::uint32_t> preds(std::uint32_t b) const {
    return {preds_.data() + first_pred_[b], first_pred_[b + 1] - first_pred_[b]};
  }
  /// Those that are reachable, in reverse post-order.
  std::span<const std::uint32_t> order() const { return order_; }
  bool is_reachable(std::uint32_t b) const { return nodes_[b].rank != none; }
  bool is_back_edge(std::uint32_t from, std::uint32_t to) const {
    return nodes_[from].rank != none && nodes_[from].rank >= nodes_[to].rank;
  }
  /// Of unreachable blocks, and of itself, the entry.
  std::uint32_t immediate_dominator(std::uint32_t b) const { return nodes_[b].dominator; }
  std::uint32_t common_dominator(std::uint32_t a, std::uint32_t b) const;
  bool dominates(std::uint32_t a, std::uint32_t b) const { return common_dominator(a, b) == a; }

  /// A loop is named by its header.
  std::uint32_t innermost_loop(std::uint32_t b) const {
    return loops_[b].is_header ? b : loops_[b].outer;
  }
  std::uint32_t outer_loop(std::uint32_t header) const { return loops_[header].outer; }
  bool is_loop_header(std::uint32_t b) const { return loops_[b].is_header; }
  std::uint32_t loop_depth(std::uint32_t b) const { return loops_[b].depth; }
  /// One past the last instruction of the loop that isn't cold.
  std::uint32_t loop_end(std::uint32_t header) const { return loops_[header].end; }

 private:
  struct Node {
    std::uint32_t rank = none;  ///< in reverse post-order
    std::uint32_t dominator = 0;
    std::uint32_t jump = 0;  ///< an ancestor further up: a few of these lead anywhere
    std::uint32_t depth = 0;
  };
  struct Loop {
    std::uint32_t outer = none;  ///< of a header: the loop around; of others: the innermost
    std::uint32_t end = 0;
    std::uint32_t joined = 0;  ///< to which header, in a forest for finding
    std::uint32_t depth : 31 = 0;
    std::uint32_t is_header : 1 = false;
  };

  void find_preds(const LFunction& function);
  void rank_blocks(const LFunction& function);
  void find_dominators();
  void find_loops(const LFunction& function);
  void collect_loop(std::uint32_t header);
  void measure_loops(const LFunction& function);
  std::uint32_t joined_to(std::uint32_t b);

  std::vector<std::uint32_t> first_pred_;
  std::vector<std::uint32_t> preds_;
  std::vector<std::uint32_t> order_;  ///< reverse post-order
  std::vector<Node> nodes_;
  std::vector<Loop> loops_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> path_;
  std::vector<std::uint32_t> todo_;
};

}  // namespace wrun::inline v0::jit
