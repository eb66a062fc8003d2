#pragma once

// Computes nothing twice: what a dominating block has computed, loaded, stored or checked is known
// in those that it dominates, as long as nothing is written in between. Conditions that a branch or
// a trap has decided are known, too.

#include <cstdint>
#include <optional>
#include <vector>

#include "jit/cfg.hpp"
#include "jit/dominators.hpp"
#include "jit/ir.hpp"
#include "jit/memory_versions.hpp"
#include "jit/value_table.hpp"

namespace wrun::inline v0::jit {

class GlobalValues {
 public:
  /// Whether anything changed. Blocks may have become unreachable, and values unused. With
  /// `keeps_loads`, loads are left as they are: somebody else may write what they read.
  bool run(Graph& graph, const Cfg& cfg, const Dominators& dominators, MemoryVersions& versions,
           bool keeps_loads);

 private:
  void block(Block b);
  void instruction(Value v);
  Value resolve(Value v) const { return leader_[index(v)]; }
  void resolve_args(Value v);
  bool is_eligible(const Inst& inst, const Effects& effects) const;
  Computation computation(const Inst& inst) const;
  Value find(const Computation& computation) const;
  Value find_or_remember(const Computation& computation, Value value);
  void remember(const Computation& computation, Value value);
  void number_constant(Value v);
  void number(Value v, const Effects& effects);
  void forward(const Inst& store);
  void bounds_check(Value v);
  void remove(Value v, Value instead);

  std::optional<bool> decided(Value condition) const;
  void decide(Value condition, bool holds);
  void learn_from_edge(Block b);
  void trap_if(Value v);
  void branch(Value v);

  Graph* graph_ = nullptr;
  const Cfg* cfg_ = nullptr;
  const Dominators* dominators_ = nullptr;
  MemoryVersions* versions_ = nullptr;
  bool keeps_loads_ = false;
  bool changed_ = false;
  Block block_ = Block::none;
  PlainVector<Value> leader_;  // by value: what stands for it
  /// Where a condition was decided last, and how.
  struct Decision {
    std::uint32_t block : 31 = no_block;
    std::uint32_t holds : 1 = false;
  };
  static constexpr std::uint32_t no_block = ~0u >> 1;
  PlainVector<Decision> decisions_;  // by value
  mutable ValueTable table_;
};

}  // namespace wrun::inline v0::jit
