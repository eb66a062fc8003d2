#pragma once

// Loops that a number counts, from a constant in steps of a constant to a constant: how often they
// turn at most, and so how large all of their numbers get that grow by constants. What
// upper_bound() says of them lets constants that are added to them become displacements.

#include <cstdint>
#include <optional>
#include <span>

#include "jit/cfg.hpp"

namespace wrun::inline v0::jit {

class CountedLoops {
 public:
  /// Notes bounds in the loops' parameters. Linear.
  void run(Graph& graph, const Cfg& cfg);

 private:
  /// A parameter of a loop that is `first` in its first turn, and `step` more in each one after.
  struct Counter {
    std::uint64_t first = 0;
    std::uint64_t step = 0;  ///< as a number of the parameter's width
  };

  void look_at(Block header, const Edge& entry, const Edge& back, Block latch);
  std::optional<Counter> counter(Block header, std::uint32_t number) const;
  std::optional<std::uint64_t> turns(Block header, Block latch) const;

  Graph* graph_ = nullptr;
  std::span<const Value> given_;  // where the loop is entered
  std::span<const Value> again_;  // for its next turn
};

}  // namespace wrun::inline v0::jit
