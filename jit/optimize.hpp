#pragma once

// The passes over a whole graph, in their order. Each keeps its memory from graph to graph and
// takes linear time.

#include <string>

#include "jit/cfg.hpp"
#include "jit/counted_loops.hpp"
#include "jit/dominators.hpp"
#include "jit/global_values.hpp"
#include "jit/invariant_sums.hpp"
#include "jit/ir.hpp"
#include "jit/loop_invariants.hpp"
#include "jit/loops.hpp"
#include "jit/memory_versions.hpp"
#include "jit/prune.hpp"
#include "jit/unroll.hpp"
#include "jit/vector_loops.hpp"

namespace wrun::inline v0::jit {

class Optimizer {
 public:
  /// Of a graph as the builder leaves it; where loops aren't natural ones, nothing is done.
  /// `shares_memory`: others may write the function's
  /// memories while it runs. Where graphs are verified, returns what a pass has broken; or nothing.
  std::string run(Graph& graph, bool shares_memory);
  /// The same where the graph's `cfg` is known, which is exchanged for another one.
  std::string run(Graph& graph, Cfg& cfg, bool shares_memory);
  /// Of the graph as run() left it.
  const Cfg& cfg() const { return cfg_; }

 private:
  std::string run_passes(Graph& graph, bool shares_memory);

  Cfg cfg_;
  Dominators dominators_;
  Loops loops_;
  MemoryVersions versions_;
  GlobalValues values_;
  LoopInvariants invariants_;
  InvariantSums sums_;
  Pruner pruner_;
  CountedLoops counted_;
  VectorLoops vectors_;
  Unroller unroller_;
};

}  // namespace wrun::inline v0::jit
