#pragma once

// Moves out of innermost loops what guests compute of values that are the same in each turn, where
// that keeps few more registers busy than before: what a loop has is then the result, and not what
// that is computed of. Takes linear time.

#include <array>
#include <cstdint>
#include <vector>

#include "jit/cfg.hpp"
#include "jit/ir.hpp"
#include "jit/loops.hpp"

namespace wrun::inline v0::jit {

class InvariantSums {
 public:
  /// Whether anything was moved.
  bool run(Graph& graph, const Cfg& cfg, const Loops& loops);

 private:
  /// How many values there are: in general registers, and in vector registers.
  using Counts = std::array<int, 2>;

  void count_uses();
  void list_blocks();
  bool hoist(std::uint32_t header);
  void look_at(std::uint32_t header, Value v);
  bool is_candidate(const Inst& inst) const;
  bool is_outside(std::uint32_t header, Value v) const;
  void note_use(std::uint32_t header, Value v);
  Counts change(std::uint32_t header);
  bool is_worth_it(std::uint32_t header);
  void move_before(std::uint32_t header, Value entry, Value v);

  Graph* graph_ = nullptr;
  const Cfg* cfg_ = nullptr;
  const Loops* loops_ = nullptr;
  std::vector<std::uint32_t> uses_;         // by value, in the whole graph
  std::vector<std::uint32_t> inner_uses_;   // of them those by members
  std::vector<std::uint32_t> member_of_;    // by value: the header of the loop at hand
  std::vector<std::uint32_t> used_by_;      // the same of what others than members use there
  std::vector<std::uint32_t> leaf_of_;      // the same of what members use from outside
  std::vector<std::uint32_t> first_block_;  // by header: in next_block_'s lists
  std::vector<std::uint32_t> next_block_;   // by position
  std::vector<Value> members_;
  std::vector<Value> leaves_;
  Counts pressure_{};
  bool has_call_ = false;
  bool has_counts_ = false;
};

}  // namespace wrun::inline v0::jit
