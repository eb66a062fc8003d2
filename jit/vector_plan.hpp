#pragma once

// What a loop of one block would be if a turn did the work of several with vectors: a loop that
// stores consecutive elements, each computed alike from loaded ones, and that numbers count which
// grow by constants. Guests' compilers repeat bodies, so that a turn may store several elements.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "jit/ir.hpp"

namespace wrun::inline v0::jit {

/// Consecutive elements that are accessed from turn to turn.
struct ElementStream {
  Value root = Value::none;  ///< what the indices are, but for constants
  std::uint64_t added = 0;   ///< to the root, for the lowest element of a turn
  std::uint64_t offset = 0;  ///< of the access
};

struct VectorNode {
  enum class Kind : std::uint8_t {
    splat,      ///< the same in each turn: `value`
    load,       ///< of the stream of that number
    previous,   ///< what node `a`, a load, has for the element before; `number` is the parameter
    operation,  ///< `op` of nodes a and b
    canonical,  ///< node `a`, with canonical NaNs
    shift       ///< `op` of node a, by `number`
  };
  Kind kind = Kind::splat;
  wasm::Op op{};  ///< of a load the scalar one
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::uint32_t number = 0;
  Value value = Value::none;
};

struct VectorPlan {
  Block loop = Block::none;
  Value poll = Value::none;  ///< or none
  Value base = Value::none;  ///< of the memory
  std::uint32_t width = 0;   ///< of an element, in bytes
  std::uint32_t turn = 0;    ///< bytes of a stream in a turn: a power of two
  std::uint64_t fuel = 0;    ///< what a turn costs
  bool goes_down = false;
  std::vector<ElementStream> streams;  ///< the first is stored to, the others are loaded
  std::vector<VectorNode> nodes;       ///< operands first; the last one is stored
  /// The loop goes back while `compare` holds for `tested`, which grows by a power of two, or
  /// shrinks, and `limit`, which is always the same.
  wasm::Op compare{};
  Value tested = Value::none;
  Value limit = Value::none;
  std::uint32_t step_log2 = 0;
  bool grows = false;
  /// By how much parameters grow in a turn; none if they are those of a `previous`.
  std::vector<std::optional<std::uint64_t>> steps;
};

class VectorPlanner {
 public:
  /// Whether the loop can be one over vectors. Looks at the block, and at what numbers are that it
  /// gets from elsewhere, in linear time.
  bool run(const Graph& graph, Block loop);
  const VectorPlan& plan() const { return plan_; }

 private:
  struct Access {
    Value inst = Value::none;
    Value root = Value::none;
    std::uint64_t added = 0;
    std::int64_t place = 0;           ///< of the element, from the root
    std::uint32_t stores_before = 0;  ///< in the same turn
    bool is_covered = false;
  };

  bool look_at_body();
  bool note_access(Value v, const Inst& inst);
  bool is_implied(const Inst& check) const;
  void find_steps();
  std::optional<std::uint64_t> step(Value v, unsigned depth = 6) const;
  bool find_condition();
  bool find_stores();
  bool are_in_order(std::span<const Access> sorted) const;
  std::optional<ElementStream> stream(std::span<Access* const> elements) const;

  std::optional<std::uint32_t> pack(std::span<const Value> scalars);
  std::optional<std::uint32_t> pack_loads(std::span<const Value> scalars);
  std::optional<std::uint32_t> pack_previous(std::span<const Value> scalars);
  std::optional<std::uint32_t> pack_canonical(std::span<const Value> scalars);
  std::optional<std::uint32_t> pack_operation(std::span<const Value> scalars);
  std::optional<std::uint32_t> pack_argument(std::span<const Value> scalars, unsigned i);
  std::optional<std::uint32_t> add_node(std::span<const Value> scalars, const VectorNode& node);
  bool is_same_each_turn(Value v) const;

  const Inst& at(Value v) const { return graph_->at(v); }
  std::uint32_t elements() const { return plan_.turn / plan_.width; }
  /// The number, in time, of an element of a turn.
  std::uint32_t in_time(std::uint32_t element) const {
    return plan_.goes_down ? elements() - 1 - element : element;
  }

  const Graph* graph_ = nullptr;
  VectorPlan plan_;
  std::span<const Value> again_;  // the parameters of the next turn
  bool goes_back_if_ = false;
  std::vector<Access> loads_;
  std::vector<Access> stores_;
  std::vector<Value> checks_;
  std::vector<Value> packed_;  // of each node, the scalars
};

}  // namespace wrun::inline v0::jit
