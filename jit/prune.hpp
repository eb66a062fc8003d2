#pragma once

// Takes out of a graph what has no use: unreachable blocks, parameters that are always one value,
// values that nobody needs, jumps that could be left out.

#include <cstdint>
#include <utility>
#include <vector>

#include "jit/cfg.hpp"
#include "jit/ir.hpp"

namespace wrun::inline v0::jit {

class Pruner {
 public:
  /// Afterwards blocks that aren't reachable are empty, and flags say which are loop headers (a
  /// jump goes back to them) and which are cold.
  void run(Graph& graph);
  /// Exchanges what the last run knows of the graph that it left for something else.
  void swap_cfg(Cfg& cfg) { std::swap(cfg, cfg_); }

 private:
  void clear_unreachable(Graph& graph);
  void find_copies(const Graph& graph);
  Value meet(const Graph& graph, Value param) const;
  Value source(Value v) const { return copy_of_[index(v)]; }
  bool update(const Graph& graph, Value param);
  bool update_all(const Graph& graph);
  void find_users(const Graph& graph);
  void follow_users(const Graph& graph);
  void mark_live(Graph& graph);
  void mark_args(std::span<Value> args);
  void mark_given(Graph& graph, const Inst& param, bool is_behind);
  void follow_todo(Graph& graph);
  void mark(Value v);
  void remove_dead(Graph& graph);
  void remove_dead_params(Graph& graph);
  void merge_chains(Graph& graph);
  void mark_blocks(Graph& graph);

  Cfg cfg_;
  std::vector<Value> copy_of_;             // of parameters none while unknown; of others itself
  std::vector<std::uint32_t> first_user_;  // by value: where in users_ its parameters begin
  std::vector<Value> users_;               // parameters that a parameter goes to
  std::vector<Value> todo_;
  std::vector<std::uint8_t> is_queued_;
  std::vector<std::uint8_t> is_live_;
  std::vector<Block> merged_into_;
};

}  // namespace wrun::inline v0::jit
