#include "jit/dominators.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace wrun::jit {
namespace {

void make_graph(Graph& graph, const std::vector<std::vector<std::uint32_t>>& successors) {
  graph.clear();
  for (std::size_t i = 0; i < successors.size(); ++i) graph.add_block();
  for (std::uint32_t i = 0; i < successors.size(); ++i) {
    std::vector<Edge> edges;
    for (const std::uint32_t to : successors[i])
      edges.push_back(graph.make_edge(static_cast<Block>(to)));
    Inst inst;
    inst.op = edges.empty() ? Opcode::return_ : Opcode::switch_;
    graph.append(static_cast<Block>(i), inst, {}, edges);
  }
}

/// Whether `b` can be reached, without passing `without`.
std::vector<bool> reached(const std::vector<std::vector<std::uint32_t>>& successors,
                          std::uint32_t without) {
  std::vector<bool> seen(successors.size());
  std::vector<std::uint32_t> todo;
  if (without != 0) todo.push_back(0);
  while (!todo.empty()) {
    const std::uint32_t b = todo.back();
    todo.pop_back();
    if (seen[b]) continue;
    seen[b] = true;
    for (const std::uint32_t to : successors[b])
      if (to != without) todo.push_back(to);
  }
  return seen;
}

TEST(Dominators, AreWhatTheDefinitionSays) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    const std::uint32_t count = 2 + random() % 14;
    std::vector<std::vector<std::uint32_t>> successors(count);
    for (auto& list : successors)
      for (std::uint32_t n = random() % 4; n > 0; --n) list.push_back(1 + random() % (count - 1));
    Graph graph;
    make_graph(graph, successors);
    Cfg cfg;
    cfg.compute(graph);
    Dominators dominators;
    dominators.compute(graph, cfg);
    const auto all = reached(successors, count);
    for (std::uint32_t a = 0; a < count; ++a) {
      const auto without = reached(successors, a);
      for (std::uint32_t b = 0; b < count; ++b) {
        ASSERT_EQ(cfg.is_reachable(static_cast<Block>(b)), all[b]);
        if (!all[a] || !all[b]) continue;
        ASSERT_EQ(dominators.dominates(static_cast<Block>(a), static_cast<Block>(b)), !without[b])
            << a << " " << b << " round " << round;
      }
    }
    ASSERT_EQ(dominators.preorder().size(), cfg.order().size());
  }
}

TEST(Dominators, OfALongChainTakeNoStack) {
  std::vector<std::vector<std::uint32_t>> successors(200'000);
  for (std::uint32_t i = 0; i + 1 < successors.size(); ++i)
    successors[i] = {i + 1, static_cast<std::uint32_t>(successors.size() - 1)};
  Graph graph;
  make_graph(graph, successors);
  Cfg cfg;
  cfg.compute(graph);
  Dominators dominators;
  dominators.compute(graph, cfg);
  EXPECT_EQ(dominators.parent(static_cast<Block>(successors.size() - 1)), Block{0});
  EXPECT_EQ(dominators.parent(Block{1000}), Block{999});
}

}  // namespace
}  // namespace wrun::jit
