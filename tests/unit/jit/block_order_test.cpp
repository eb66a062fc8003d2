#include "jit/block_order.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace wrun::jit {
namespace {

using Blocks = std::vector<std::uint32_t>;

/// A loop of blocks 1 to 4, left for 5, that asks in 1 whether a number is `number`: then goes on
/// in 2 and `next`, else in `other`.
class BlockOrderTest : public testing::Test {
 protected:
  Blocks order(std::uint64_t number, std::uint32_t other, wasm::Op test = wasm::Op::i32_eq,
               std::uint32_t next = 4) {
    graph_.clear();
    for (unsigned i = 0; i < 6; ++i) graph_.add_block();
    jump(0, 1);
    ask(1, number, test, test == wasm::Op::i32_eq ? Blocks{2, other} : Blocks{other, 2});
    jump(2, next);
    jump(3, 4);
    ask(4, 0, wasm::Op::i32_eq, {1, 5});
    end(5, Opcode::return_, {}, {});
    graph_.at(static_cast<Block>(1)).is_loop_header = true;
    if (cold_ != 0) graph_.at(static_cast<Block>(cold_)).is_cold = true;
    Cfg cfg;
    cfg.compute(graph_);
    BlockOrder order;
    order.compute(graph_, cfg);
    Blocks numbers;
    for (const Block b : order.order()) numbers.push_back(index(b));
    return numbers;
  }

 private:
  void end(std::uint32_t b, Opcode op, std::vector<Value> args, const Blocks& to) {
    std::vector<Edge> edges;
    for (const std::uint32_t each : to) edges.push_back(graph_.make_edge(static_cast<Block>(each)));
    Inst inst;
    inst.op = op;
    graph_.append(static_cast<Block>(b), inst, args, edges);
  }
  void jump(std::uint32_t from, std::uint32_t to) { end(from, Opcode::jump, {}, {to}); }

  void ask(std::uint32_t from, std::uint64_t number, wasm::Op test, const Blocks& to) {
    Inst inst;
    inst.type = Type::i32;
    inst.op = Opcode::argument;
    const Value asked = graph_.append(static_cast<Block>(from), inst, {}, {});
    inst.op = Opcode::constant;
    inst.imm = number;
    const Value constant = graph_.append(static_cast<Block>(from), inst, {}, {});
    inst.op = opcode(test);
    const std::vector<Value> args{asked, constant};
    end(from, Opcode::branch, {graph_.append(static_cast<Block>(from), inst, args, {})}, to);
    if (from == 1) graph_.at(graph_.at(static_cast<Block>(from)).last).flags = flags_;
  }

  Graph graph_;

 protected:
  std::uint8_t flags_ = 0;  ///< of the branch in 1
  std::uint32_t cold_ = 0;  ///< a block that is
};

TEST_F(BlockOrderTest, PutsWhatIsForOneNumberBehindTheLoop) {
  EXPECT_EQ(order(7, 3), (Blocks{0, 1, 3, 4, 2, 5}));
  EXPECT_EQ(order(7, 4), (Blocks{0, 1, 4, 2, 5}));
  EXPECT_EQ(order(7, 3, wasm::Op::i32_ne), (Blocks{0, 1, 3, 4, 2, 5}));
}

TEST_F(BlockOrderTest, ExpectsZeroAsMuchAsAllOtherNumbers) {
  EXPECT_EQ(order(0, 4), (Blocks{0, 1, 2, 4, 5}));
}

TEST_F(BlockOrderTest, ExpectsAFlagToBeSetAsMuchAsNot) {
  EXPECT_EQ(order(1, 4), (Blocks{0, 1, 2, 4, 5}));
}

TEST_F(BlockOrderTest, LeavesInPlaceWhatIsSaidToBeLikely) {
  flags_ = mostly_taken;
  EXPECT_EQ(order(7, 4), (Blocks{0, 1, 2, 4, 5}));
}

TEST_F(BlockOrderTest, LeavesInPlaceWhatHasNothingButColdBesideIt) {
  cold_ = 3;
  EXPECT_EQ(order(7, 3), (Blocks{0, 1, 2, 4, 5, 3}));
}

TEST_F(BlockOrderTest, LeavesTheLoopInPlaceThatOneNumberGoesOnWith) {
  EXPECT_EQ(order(7, 5), (Blocks{0, 1, 2, 4, 5}));
}

TEST_F(BlockOrderTest, LeavesInPlaceWhatDominatesOthers) {
  EXPECT_EQ(order(7, 4, wasm::Op::i32_eq, 3), (Blocks{0, 1, 2, 3, 4, 5}));
}

}  // namespace
}  // namespace wrun::jit
