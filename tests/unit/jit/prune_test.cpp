#include "jit/prune.hpp"

#include <gtest/gtest.h>

#include "jit/emitter.hpp"
#include "jit/ir_print.hpp"
#include "jit/ir_verify.hpp"

namespace wrun::jit {
namespace {

/// Two headers that hand the same value to each other, and one that counts.
TEST(Prune, SeesThroughCyclesOfParameters) {
  Graph graph;
  Emitter emit(graph);
  const Block entry = graph.add_block();
  const Block outer = graph.add_block();
  const Block inner = graph.add_block();
  const Block after = graph.add_block();
  emit.start(entry);
  emit.append(Opcode::instance, Type::i64, 0, {});
  const Value x = emit.append(Opcode::argument, Type::i32, 0, {});
  const Type both[] = {Type::i32, Type::i32};
  graph.add_params(outer, both);
  graph.add_params(inner, both);
  const Value start[] = {x, emit.i32(0)};
  emit.jump(graph.make_edge(outer, start));
  emit.start(outer);
  const Value from_outer[] = {graph.params(outer)[0], graph.params(outer)[1]};
  emit.jump(graph.make_edge(inner, from_outer));
  emit.start(inner);
  const Value more = emit.numeric(wasm::Op::i32_add, graph.params(inner)[1], emit.i32(1));
  const Value from_inner[] = {graph.params(inner)[0], more};
  const Value test = emit.numeric(wasm::Op::i32_lt_s, more, x);
  const Block again = graph.add_block();
  emit.branch(test, graph.make_edge(inner, from_inner), graph.make_edge(again));
  emit.start(again);
  const Value copy[] = {graph.params(inner)[0]};
  emit.branch(graph.params(inner)[0], graph.make_edge(outer, from_inner), graph.make_edge(after));
  emit.start(after);
  emit.append(Opcode::return_, Type::none, 0, copy);
  ASSERT_EQ(verify(graph), "");
  Pruner().run(graph);
  EXPECT_EQ(verify(graph), "");
  EXPECT_EQ(print(graph), R"(b0:
  v0:i64 = instance
  v1:i32 = argument 0
  v2:i32 = constant 0
  jump b1(v2)
b1(v3:i32): loop
  jump b2(v3)
b2(v4:i32): loop
  v5:i32 = constant 1
  v6:i32 = i32.add v4, v5
  v7:i32 = i32.lt_s v6, v1
  branch v7, b2(v6), b3
b3:
  branch v1, b1(v6), b4
b4:
  return v1
)");
}

}  // namespace
}  // namespace wrun::jit
