#include "jit/cfg.hpp"

#include <algorithm>

#include "jit/chunks.hpp"

namespace wrun::inline v0::jit {

namespace {

/// Of a deeper graph their room is given back.
constexpr std::size_t most_kept_visits = 1 << 12;

}  // namespace

void Cfg::compute(const Graph& graph) {
  find_order(graph);
  find_incoming(graph);
}

/// Successors are visited last first, so that the first of them comes first in the order.
void Cfg::find_order(const Graph& graph) {
  order_.clear();
  position_.assign(graph.block_count(), unreachable);
  visits_.clear();
  const auto visit = [&](Block b) {
    if (position_[index(b)] != unreachable) return;
    position_[index(b)] = 0;
    visits_.push_back({b, static_cast<std::uint32_t>(graph.successors(b).size())});
  };
  visit(graph.entry());
  while (!visits_.empty()) {
    Visit& top = visits_.back();
    if (top.next_edge != 0) {
      visit(graph.successors(top.block)[--top.next_edge].to);
    } else {
      order_.push_back(top.block);
      visits_.pop_back();
    }
  }
  if (visits_.capacity() > most_kept_visits) give_back(visits_);
  std::reverse(order_.begin(), order_.end());
  for (std::uint32_t i = 0; i < order_.size(); ++i) position_[index(order_[i])] = i;
}

void Cfg::find_incoming(const Graph& graph) {
  starts_.assign(graph.block_count() + 1, 0);
  for (const Block b : order_)
    for (const Edge& edge : graph.successors(b)) ++starts_[index(edge.to)];
  std::uint32_t total = 0;
  for (std::uint32_t& start : starts_) {
    const std::uint32_t count = start;
    start = total;
    total += count;
  }
  incoming_.resize(total);
  for (const Block b : order_) {
    const auto edges = graph.successors(b);
    const auto first = static_cast<std::uint32_t>(graph.at(graph.at(b).last).imm2);
    for (std::uint32_t i = 0; i < edges.size(); ++i)
      incoming_[starts_[index(edges[i].to)]++] = {b, i, first + i};
  }
  // Each start has become the next one's.
  for (std::size_t i = starts_.size() - 1; i > 0; --i) starts_[i] = starts_[i - 1];
  starts_[0] = 0;
}

/// A block comes right behind its only predecessor that leads nowhere else: without it the order is
/// what it would be.
void Cfg::contract(std::span<const Block> into) {
  std::uint32_t kept = 0;
  for (const Block b : order_) {
    if (into[index(b)] == b) {
      position_[index(b)] = kept;
      order_[kept++] = b;
    } else {
      position_[index(b)] = unreachable;
    }
  }
  order_.resize(kept);
  for (Incoming& in : incoming_) in.from = into[index(in.from)];
}

}  // namespace wrun::inline v0::jit
