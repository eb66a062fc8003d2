#include "jit/block_order.hpp"

#include <algorithm>

namespace wrun::inline v0::jit {

void BlockOrder::compute(const Graph& graph, const Cfg& cfg) {
  find_cold(graph, cfg);
  is_header_.assign(graph.block_count(), false);
  depth_.assign(graph.block_count(), 0);
  loops_.compute(cfg);
  for (std::uint32_t i = 0; i < cfg.order().size(); ++i) {
    is_header_[index(cfg.order()[i])] = loops_.is_header(i);
    depth_[index(cfg.order()[i])] = loops_.depth(i);
  }
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

/// Each block goes behind the last one of its innermost loop so far.
void BlockOrder::arrange(const Cfg& cfg) {
  const auto count = static_cast<std::uint32_t>(cfg.order().size());
  next_.assign(count, none);
  last_.assign(count + 1, none);
  const auto end_of = [&](std::uint32_t at) {
    // A header stands for its whole loop.
    while (loops_.is_header(at) && last_[at] != at) at = last_[at];
    return at;
  };
  std::uint32_t last_outside = none;
  for (std::uint32_t i = 0; i < count; ++i) {
    last_[i] = i;
    std::uint32_t& last = loops_.around(i) == none ? last_outside : last_[loops_.around(i)];
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
