#pragma once

// The order in which blocks become machine code: the blocks of a loop are together, a block comes
// after those that dominate it, and what is cold comes last.

#include <cstdint>
#include <span>
#include <vector>

#include "jit/cfg.hpp"

namespace wrun::inline v0::jit {

class BlockOrder {
 public:
  void compute(const Graph& graph, const Cfg& cfg);

  std::span<const Block> order() const { return order_; }
  bool is_cold(Block b) const { return cold_[index(b)]; }
  /// How many loops it is in, its own included.
  std::uint32_t loop_depth(Block b) const { return depth_[index(b)]; }
  bool is_loop_header(Block b) const { return is_header_[index(b)]; }

 private:
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  void find_cold(const Graph& graph, const Cfg& cfg);
  void find_loops(const Cfg& cfg);
  void join(std::uint32_t header, Block latch, const Cfg& cfg);
  std::uint32_t outermost(std::uint32_t position);
  void arrange(const Cfg& cfg);

  std::vector<Block> order_;
  std::vector<bool> cold_;
  std::vector<bool> is_header_;
  std::vector<std::uint32_t> depth_;
  // By position in the Cfg's order:
  std::vector<std::uint32_t> loop_;   // header of the innermost loop around it, not its own
  std::vector<std::uint32_t> union_;  // header of the outermost loop found so far
  std::vector<std::uint32_t> next_;   // of the same loop, or after a loop's last what follows it
  std::vector<std::uint32_t> last_;   // of a loop, by header
  std::vector<std::uint32_t> todo_;
};

}  // namespace wrun::inline v0::jit
