#pragma once

// The order in which blocks become machine code: the blocks of a loop are together, a block comes
// after those that dominate it, and what is cold comes last. What a loop does for one number only
// (neither zero nor one) comes behind the rest of it, so that the way of all others has no jump
// around it.

#include <cstdint>
#include <span>
#include <vector>

#include "jit/cfg.hpp"
#include "jit/loops.hpp"

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
  static constexpr std::uint32_t none = Loops::none;

  void find_cold(const Graph& graph, const Cfg& cfg);
  void find_aside(const Graph& graph, const Cfg& cfg);
  void arrange(const Cfg& cfg);
  void shrink();

  std::vector<Block> order_;
  std::vector<bool> cold_;
  std::vector<bool> is_header_;
  std::vector<std::uint32_t> depth_;
  // For compute():
  Loops loops_;
  // By position in the Cfg's order:
  std::vector<bool> is_aside_;
  std::vector<std::uint32_t> next_;  // of the same loop, or after a loop's last what follows it
  std::vector<std::uint32_t> last_;  // of a loop, by header
};

}  // namespace wrun::inline v0::jit
