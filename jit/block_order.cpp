#include "jit/block_order.hpp"

#include <algorithm>

namespace wrun::inline v0::jit {

void BlockOrder::compute(const Graph& graph, const Cfg& cfg) {
  find_cold(graph, cfg);
  is_header_.assign(graph.block_count(), false);
  depth_.assign(graph.block_count(), 0);
  find_loops(cfg);
  arrange(cfg);
}

/// What can only be reached from cold blocks is cold, too.
void BlockOrder::find_cold(const Graph& graph, const Cfg& cfg) {
  cold_.assign(graph.block_count(), false);
  for (const Block b : cfg.order()) {
    const auto incoming = cfg.incoming(b);
    const bool only_from_cold =
        !incoming.empty() && std::all_of(incoming.begin(), incoming.end(), [&](const auto& in) {
          return cold_[index(in.from)] || cfg.position(in.from) >= cfg.position(b);
        });
    cold_[index(b)] = b != graph.entry() && (graph.at(b).is_cold || only_from_cold);
  }
}

std::uint32_t BlockOrder::outermost(std::uint32_t position) {
  while (union_[position] != position) {
    union_[position] = union_[union_[position]];
    position = union_[position];
  }
  return position;
}

/// Adds what reaches the latch without passing the header to the header's loop.
void BlockOrder::join(std::uint32_t header, Block latch, const Cfg& cfg) {
  todo_.assign(1, outermost(cfg.position(latch)));
  while (!todo_.empty()) {
    const std::uint32_t at = todo_.back();
    todo_.pop_back();
    if (at == header) continue;
    loop_[at] = header;
    union_[at] = header;
    for (const Cfg::Incoming& in : cfg.incoming(cfg.order()[at])) {
      const std::uint32_t from = outermost(cfg.position(in.from));
      // What comes before the header isn't in its loop; the graph is reducible.
      if (from > header) todo_.push_back(from);
    }
  }
}

void BlockOrder::find_loops(const Cfg& cfg) {
  const auto count = static_cast<std::uint32_t>(cfg.order().size());
  loop_.assign(count, none);
  union_.resize(count);
  for (std::uint32_t i = 0; i < count; ++i) union_[i] = i;
  for (std::uint32_t i = count; i-- > 0;) {
    const Block header = cfg.order()[i];
    for (const Cfg::Incoming& in : cfg.incoming(header)) {
      if (cfg.position(in.from) < i) continue;
      is_header_[index(header)] = true;
      join(i, in.from, cfg);
    }
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    const Block b = cfg.order()[i];
    depth_[index(b)] = loop_[i] == none ? 0 : depth_[index(cfg.order()[loop_[i]])];
    if (is_header_[index(b)]) ++depth_[index(b)];
  }
}

/// Each block goes behind the last one of its innermost loop so far.
void BlockOrder::arrange(const Cfg& cfg) {
  const auto count = static_cast<std::uint32_t>(cfg.order().size());
  next_.assign(count, none);
  last_.assign(count + 1, none);
  const auto end_of = [&](std::uint32_t at) {
    // A header stands for its whole loop.
    while (is_header_[index(cfg.order()[at])] && last_[at] != at) at = last_[at];
    return at;
  };
  std::uint32_t last_outside = none;
  for (std::uint32_t i = 0; i < count; ++i) {
    last_[i] = i;
    std::uint32_t& last = loop_[i] == none ? last_outside : last_[loop_[i]];
    if (last != none) {
      const std::uint32_t before = end_of(last);
      next_[i] = next_[before];
      next_[before] = i;
    }
    last = i;
  }
  order_.clear();
  for (const bool cold : {false, true}) {
    for (std::uint32_t i = count ? 0 : none; i != none; i = next_[i])
      if (cold_[index(cfg.order()[i])] == cold) order_.push_back(cfg.order()[i]);
  }
}

}  // namespace wrun::inline v0::jit
