#pragma once

// Puts loops over vectors in front of loops that copy, fill or compute arrays element by element.
// The loop stays as it is, and does at least its last turn: what it leaves behind is its own. In
// front of it is asked whether it turns often enough, whether all that the vectors would access is
// inside of the memory, and whether no element would be loaded that should have been stored before;
// if not, the loop does everything. So vectors never trap, and what traps is the loop, where it
// always did, of what is accessed or for want of fuel.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "jit/cfg.hpp"
#include "jit/emitter.hpp"
#include "jit/ir.hpp"
#include "jit/vector_plan.hpp"

namespace wrun::inline v0::jit {

class VectorLoops {
 public:
  /// Whether there are any, so that `cfg` is out of date. Of a graph whose memories nobody else
  /// writes to. Linear.
  bool run(Graph& graph, const Cfg& cfg);

 private:
  /// What is computed in front of the vectors for a stream.
  struct StreamPlace {
    Value start = Value::none;  ///< the lowest byte of the first turn, from the memory's base
    Value pointer = Value::none;
  };

  bool is_candidate(std::uint32_t at) const;
  bool is_worth_it(std::uint32_t header) const;
  std::uint32_t step_bytes() const;

  void vectorize(std::uint32_t header);
  void redirect_entries(std::uint32_t header, Block to);
  void check(Value condition);
  Value in_front(Value v);
  void count_turns();
  void check_fuel();
  void check_ranges();
  void check_overlaps();
  void make_pointers();
  void make_invariants();
  void make_loop();
  void make_step(std::uint32_t disp);
  Value made(std::uint32_t node, std::uint32_t disp);
  Value splat(Value scalar);
  Value previous(Value before, Value loaded);
  Value last_element(const VectorNode& load, Value loaded);
  void go_on();
  Value turns_of_vectors();

  Value i64_add(Value a, Value b) { return emit_->numeric(wasm::Op::i64_add, a, b); }
  Value i64_sub(Value a, Value b) { return emit_->numeric(wasm::Op::i64_sub, a, b); }

  Graph* graph_ = nullptr;
  const Cfg* cfg_ = nullptr;
  std::optional<Emitter> emit_;
  VectorPlanner planner_;
  const VectorPlan* plan_ = nullptr;
  Block front_ = Block::none;    // where the loop is entered, with its parameters
  Block scalar_ = Block::none;   // leads to the loop as it was
  Block vectors_ = Block::none;  // the loop over vectors
  Block behind_ = Block::none;   // leads from there to the loop
  Value bytes_ = Value::none;    // of each stream, that vectors are for
  Value index_ = Value::none;    // in the loop over vectors
  std::vector<StreamPlace> places_;
  std::vector<Value> nodes_;    // their vectors
  std::vector<Value> carried_;  // of nodes that are `previous`: the vector before
  std::vector<Value> args_;
};

}  // namespace wrun::inline v0::jit
