#pragma once

// Orders and predecessors of a graph's reachable blocks. Room is kept from graph to graph.

#include <cstdint>
#include <span>
#include <vector>

#include "jit/ir.hpp"

namespace wrun::inline v0::jit {

class Cfg {
 public:
  static constexpr std::uint32_t unreachable = ~std::uint32_t{0};

  void compute(const Graph& graph);
  /// What compute() would find after blocks have become parts of their only predecessors, which
  /// end where those ended: `into` has by block the one that has its instructions now.
  void contract(std::span<const Block> into);

  /// Reachable blocks in reverse postorder of a depth-first walk; the entry is first.
  std::span<const Block> order() const { return order_; }
  /// Position in order(), or unreachable.
  std::uint32_t position(Block b) const { return position_[index(b)]; }
  bool is_reachable(Block b) const { return position(b) != unreachable; }

  struct Incoming {
    Block from = Block::none;
    std::uint32_t edge = 0;    ///< number among its successors
    std::uint32_t number = 0;  ///< of the edge in the graph
  };
  /// The reachable edges to a block, in the order of their sources.
  std::span<const Incoming> incoming(Block b) const {
    return std::span(incoming_).subspan(starts_[index(b)],
                                        starts_[index(b) + 1] - starts_[index(b)]);
  }

 private:
  struct Visit {
    Block block;
    std::uint32_t next_edge;
  };

  void find_order(const Graph& graph);
  void find_incoming(const Graph& graph);

  std::vector<Block> order_;
  std::vector<std::uint32_t> position_;
  std::vector<Visit> visits_;
  std::vector<std::uint32_t> starts_;
  std::vector<Incoming> incoming_;
};

}  // namespace wrun::inline v0::jit
