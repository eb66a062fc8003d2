#include "jit/optimize.hpp"

#include <utility>

#include "jit/ir_verify.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::jit {

namespace {

/// Of a graph with more of them nothing is kept for others.
constexpr std::uint32_t most_kept_values = 4096;

std::string check([[maybe_unused]] const Graph& graph, [[maybe_unused]] const char* pass) {
#ifndef NDEBUG
  if (const std::string wrong = verify(graph); !wrong.empty())
    return compose("after {}: {}", pass, wrong);
#endif
  return {};
}

/// Whether each loop is entered at its header only. WebAssembly's are, but not always those of a
/// function that is entered in an inner loop: its outer loop may then have several ways in.
bool is_reducible(const Graph& graph, const Cfg& cfg, const Dominators& dominators) {
  for (const Block b : cfg.order()) {
    for (const Edge& edge : graph.successors(b)) {
      const bool goes_back = cfg.position(edge.to) <= cfg.position(b);
      if (goes_back && !dominators.dominates(edge.to, b)) return false;
    }
  }
  return true;
}

}  // namespace

std::string Optimizer::run(Graph& graph, bool shares_memory) {
  cfg_.compute(graph);
  return run_passes(graph, shares_memory);
}

std::string Optimizer::run(Graph& graph, Cfg& cfg, bool shares_memory) {
  std::swap(cfg_, cfg);
  return run_passes(graph, shares_memory);
}

std::string Optimizer::run_passes(Graph& graph, bool shares_memory) {
  // What such a graph needs is given back as soon as the next pass doesn't need it.
  const bool is_large = graph.value_count() > most_kept_values;
  if (is_large) graph.compact();
  dominators_.compute(graph, cfg_);
  if (!is_reducible(graph, cfg_, dominators_)) return {};
  loops_.compute(cfg_);
  versions_.compute(graph, cfg_, loops_);
  // First, so that what is moved from several places becomes one value.
  invariants_.run(graph, cfg_, loops_, versions_);
  if (std::string wrong = check(graph, "loop-invariant motion"); !wrong.empty()) return wrong;
  const bool changed = values_.run(graph, cfg_, dominators_, versions_, shares_memory);
  if (std::string wrong = check(graph, "value numbering"); !wrong.empty()) return wrong;
  if (is_large) {
    versions_ = MemoryVersions();
    values_ = GlobalValues();
    dominators_ = Dominators();
  }
  sums_.run(graph, cfg_, loops_);
  if (std::string wrong = check(graph, "motion of sums"); !wrong.empty()) return wrong;
  if (is_large) sums_ = InvariantSums();
  if (changed) {
    pruner_.run(graph);
    pruner_.swap_cfg(cfg_);
  }
  if (is_large) pruner_ = Pruner();
  if (std::string wrong = check(graph, "pruning"); !wrong.empty()) return wrong;
  counted_.run(graph, cfg_);
  if (!shares_memory && vectors_.run(graph, cfg_)) cfg_.compute(graph);
  if (std::string wrong = check(graph, "loops over vectors"); !wrong.empty()) return wrong;
  if (unroller_.run(graph, cfg_, loops_, dominators_)) cfg_.compute(graph);
  return check(graph, "repetition of loops");
}

}  // namespace wrun::inline v0::jit
