#pragma once

// The loops of a graph and how they nest. They are natural ones, each entered at its header only;
// if they aren't, some of their blocks may be missing. Blocks are meant by their position in the
// Cfg's order, where a header comes before the rest of its loop.

#include <cstdint>
#include <vector>

#include "jit/cfg.hpp"

namespace wrun::inline v0::jit {

class Loops {
 public:
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  void compute(const Cfg& cfg);

  bool is_header(std::uint32_t at) const { return is_header_[at]; }
  /// The header of the innermost loop around a block, which of a header isn't its own; or none.
  std::uint32_t around(std::uint32_t at) const { return around_[at]; }
  /// The same, but of a header its own.
  std::uint32_t innermost(std::uint32_t at) const { return is_header_[at] ? at : around_[at]; }
  /// How many loops a block is in, its own included.
  std::uint32_t depth(std::uint32_t at) const { return depth_[at]; }
  /// Whether a block is in that header's loop. O(1).
  bool contains(std::uint32_t header, std::uint32_t at) const {
    const std::uint32_t loop = innermost(at);
    return loop != none && first_[header] <= first_[loop] && first_[loop] < end_[header];
  }

 private:
  void join(std::uint32_t header, Block latch, const Cfg& cfg);
  std::uint32_t outermost(std::uint32_t at);
  void number();

  std::vector<bool> is_header_;
  std::vector<std::uint32_t> around_;
  std::vector<std::uint32_t> depth_;
  std::vector<std::uint32_t> union_;  // header of the outermost loop found so far
  std::vector<std::uint32_t> todo_;
  // Of headers: numbers in an order where a loop's inner ones follow it, and how far they go.
  std::vector<std::uint32_t> first_;
  std::vector<std::uint32_t> end_;
};

}  // namespace wrun::inline v0::jit
