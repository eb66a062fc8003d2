#include <gtest/gtest.h>

#include "jit/emitter.hpp"
#include "jit/ir.hpp"
#include "jit/ir_print.hpp"
#include "jit/ir_verify.hpp"
#include "jit/prune.hpp"

namespace wrun::jit {
namespace {

/// A loop that counts, beside values, a parameter and a block that nobody needs.
void make_loop(Graph& graph) {
  Emitter emit(graph);
  const Block entry = graph.add_block();
  const Block loop = graph.add_block();
  const Block after = graph.add_block();
  const Block never = graph.add_block();
  emit.start(entry);
  emit.append(Opcode::instance, Type::i64, 0, {});
  const Value x = emit.append(Opcode::argument, Type::i32, 0, {});
  for (std::uint32_t i = 0; i < 100; ++i) emit.numeric(wasm::Op::i32_xor, x, emit.i32(i + 7));
  const Type types[] = {Type::i32, Type::i32};
  graph.add_params(loop, types);
  const Value start[] = {x, emit.i32(0)};
  emit.jump(graph.make_edge(loop, start));
  emit.start(loop);
  const Value more = emit.numeric(wasm::Op::i32_add, graph.params(loop)[1], emit.i32(1));
  const Value next[] = {graph.params(loop)[0], more};
  const Value test = emit.numeric(wasm::Op::i32_lt_s, more, x);
  emit.branch(test, graph.make_edge(loop, next), graph.make_edge(after));
  emit.start(after);
  emit.append(Opcode::return_, Type::none, 0, std::span(&more, 1));
  emit.start(never);
  emit.append(Opcode::return_, Type::none, 0, std::span(&x, 1));
}

TEST(Graph, IsTheSameWithoutWhatNobodyNeeds) {
  Graph graph;
  make_loop(graph);
  Pruner().run(graph);
  const std::string before = print(graph);
  ASSERT_GT(graph.value_count(), 100u);
  graph.compact();
  EXPECT_EQ(verify(graph), "");
  EXPECT_EQ(print(graph), before);
  // instance, argument, 0, jump; parameter, 1, sum, comparison, branch; return.
  EXPECT_EQ(graph.value_count(), 10u);
  // Parameter, what it is given twice, two each of sum and comparison, one of branch and return.
  EXPECT_EQ(graph.pool().size(), 9u);
}

TEST(Graph, GrowsAfterItWasMadeSmall) {
  Graph graph;
  make_loop(graph);
  Pruner().run(graph);
  graph.compact();
  const std::string before = print(graph);
  Inst inst;
  inst.op = Opcode::constant;
  inst.type = Type::i32;
  inst.imm = 5;
  const Value made = graph.make(inst);
  EXPECT_EQ(index(made), 10u);
  graph.insert_before(graph.at(graph.entry()).last, made);
  EXPECT_EQ(verify(graph), "");
  EXPECT_NE(print(graph), before);
  Pruner().run(graph);
  EXPECT_EQ(print(graph), before);
}

}  // namespace
}  // namespace wrun::jit
