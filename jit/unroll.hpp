#pragma once

// Repeats the bodies of small innermost loops that can be interrupted, so that only every second or
// fourth turn asks whether it should stop. All exits stay, and so does what is charged, may trap or
// acts: only the question is left out. Takes linear time.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "jit/cfg.hpp"
#include "jit/dominators.hpp"
#include "jit/ir.hpp"
#include "jit/loops.hpp"

namespace wrun::inline v0::jit {

class Unroller {
 public:
  /// Whether anything was repeated, so that `cfg` is out of date. The graph is reducible; loops and
  /// dominators are computed anew, and out of date afterwards.
  bool run(Graph& graph, const Cfg& cfg, Loops& loops, Dominators& dominators);

 private:
  static constexpr std::size_t most_blocks = 4;
  struct Loop {
    std::uint32_t size = 0;  ///< in instructions
    std::uint32_t params = 0;
    std::uint32_t block_count = 0;
    std::array<Block, most_blocks> room{};
    std::span<const Block> blocks() const { return {room.data(), block_count}; }
    bool has_poll = false;
    bool is_fit = true;
  };
  /// A use, outside a loop, of what is made in it.
  struct Outlet {
    std::uint32_t header = 0;
    Value value = Value::none;
    Block exit = Block::none;  ///< outside the loop, and on every way from it to the use
    std::size_t place = 0;     ///< in the graph's pool
  };
  /// What an exit gets as a parameter.
  struct Given {
    Block exit = Block::none;
    Value value = Value::none;
  };

  bool find_loops();
  void look_at(std::uint32_t at);
  bool is_candidate(std::uint32_t header) const;
  void mark_made();
  void find_outlets();
  void find_outlet(Value v, Block user, const Value& place);
  Block exit_of(std::uint32_t header, Block user) const;
  void make_params();
  Value at_exit(Block exit, Value v);
  void give_args();
  void repeat(const Loop& loop);
  void add_copy(Block original);
  void fill(Block original, Block head, Block again, bool asks);
  Edge mapped(const Edge& edge, Block head, Block again);
  void map_args(std::span<const Value> args);

  Graph* graph_ = nullptr;
  const Cfg* cfg_ = nullptr;
  const Loops* loops_ = nullptr;
  const Dominators* dominators_ = nullptr;
  std::vector<std::uint32_t> loop_of_;  // by header's position: in loops, or none
  std::vector<Loop> found_;
  std::vector<std::uint8_t> is_made_;  // by value: in a loop that may be repeated
  std::vector<Outlet> outlets_;
  std::vector<Given> given_;
  std::vector<Value> polls_;         // of the loop at hand
  std::vector<Value> renamed_;       // at the exit at hand
  std::vector<Block> block_copies_;  // by original, while a loop is repeated
  std::vector<Value> copies_;        // by original value
  std::vector<Value> args_;
  std::vector<Edge> edges_;
};

}  // namespace wrun::inline v0::jit
