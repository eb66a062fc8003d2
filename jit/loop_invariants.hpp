#pragma once

// Moves out of loops what is the same in each turn: reads of the run time's structures that nothing
// in the loop writes, and what is computed of them.

#include <cstdint>
#include <vector>

#include "jit/cfg.hpp"
#include "jit/ir.hpp"
#include "jit/loops.hpp"
#include "jit/memory_versions.hpp"

namespace wrun::inline v0::jit {

class LoopInvariants {
 public:
  /// Whether anything was moved.
  bool run(Graph& graph, const Cfg& cfg, const Loops& loops, const MemoryVersions& versions);

 private:
  static bool is_worth_moving(const Inst& inst, const Effects& effects);
  std::uint32_t target(Value v, const Effects& effects) const;
  bool is_outside(Value arg, std::uint32_t header) const;
  void move_before(std::uint32_t header, Value v);

  Graph* graph_ = nullptr;
  const Cfg* cfg_ = nullptr;
  const Loops* loops_ = nullptr;
  const MemoryVersions* versions_ = nullptr;
  std::vector<Value> entries_;  // by header: the jump that enters the loop, or none
};

}  // namespace wrun::inline v0::jit
