#include "jit/block_order.hpp"

#include <algorithm>

#include "jit/chunks.hpp"

namespace wrun::inline v0::jit {

namespace {

/// Whether a branch goes that way for one number only, and nothing says how often: seldom, most
/// times. What is compared with zero or one is often a flag.
bool asks_for_number(const Graph& graph, const Cfg::Incoming& way) {
  const Inst& branch = graph.at(graph.at(way.from).last);
  if (branch.op != Opcode::branch || (branch.flags & (mostly_taken | rarely_taken)) != 0)
    return false;
  const Inst& test = graph.at(graph.args(branch).back());
  const Opcode equal = way.edge == 0 ? opcode(wasm::Op::i32_eq) : opcode(wasm::Op::i32_ne);
  if (test.op != equal) return false;
  const Inst& number = graph.at(graph.args(test)[1]);
  return number.op == Opcode::constant && number.imm > 1;
}

/// Of more blocks only the answer is kept.
constexpr std::size_t most_kept_blocks = 1 << 9;

}  // namespace

void BlockOrder::compute(const Graph& graph, const Cfg& cfg) {
  find_cold(graph, cfg);
  is_header_.assign(graph.block_count(), false);
  depth_.assign(graph.block_count(), 0);
  loops_.compute(cfg);
  for (std::uint32_t i = 0; i < cfg.order().size(); ++i) {
    is_header_[index(cfg.order()[i])] = loops_.is_header(i);
    depth_[index(cfg.order()[i])] = loops_.depth(i);
  }
  find_aside(graph, cfg);
  arrange(cfg);
  if (cfg.order().size() > most_kept_blocks) shrink();
}

/// Gives back what only compute() needs.
void BlockOrder::shrink() {
  loops_ = Loops();
  give_back(next_);
  give_back(last_);
  give_back(is_aside_);
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

/// Blocks in loops that are for one number only, and go on where others do, too: so they dominate
/// nothing.
void BlockOrder::find_aside(const Graph& graph, const Cfg& cfg) {
  const auto count = static_cast<std::uint32_t>(cfg.order().size());
  is_aside_.assign(count, false);
  for (std::uint32_t at = 0; at < count; ++at) {
    const Block b = cfg.order()[at];
    const std::uint32_t loop = loops_.around(at);
    const auto incoming = cfg.incoming(b);
    if (loop == none || loops_.is_header(at) || incoming.size() != 1) continue;
    if (loops_.innermost(cfg.position(incoming[0].from)) != loop) continue;
    if (graph.at(graph.at(b).last).op != Opcode::jump || !asks_for_number(graph, incoming[0]))
      continue;
    const Block other = graph.successors(incoming[0].from)[1 - incoming[0].edge].to;
    const Block next = graph.successors(b)[0].to;
    const auto comes_first = [&](const Cfg::Incoming& in) {
      return in.from != b && cfg.position(in.from) < cfg.position(next);
    };
    const auto ways = cfg.incoming(next);
    is_aside_[at] = !cold_[index(other)] && loops_.contains(loop, cfg.position(other)) &&
                    loops_.contains(loop, cfg.position(next)) &&
                    std::any_of(ways.begin(), ways.end(), comes_first);
  }
}

/// Each block goes behind the last one of its innermost loop so far, those aside behind all others.
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
  for (const bool is_aside : {false, true}) {
    for (std::uint32_t i = 0; i < count; ++i) {
      if (is_aside_[i] != is_aside) continue;
      last_[i] = i;
      std::uint32_t& last = loops_.around(i) == none ? last_outside : last_[loops_.around(i)];
      if (last != none) {
        const std::uint32_t before = end_of(last);
        next_[i] = next_[before];
        next_[before] = i;
      }
      last = i;
    }
  }
  order_.clear();
  for (const bool cold : {false, true}) {
    for (std::uint32_t i = count ? 0 : none; i != none; i = next_[i])
      if (cold_[index(cfg.order()[i])] == cold) order_.push_back(cfg.order()[i]);
  }
}

}  // namespace wrun::inline v0::jit
