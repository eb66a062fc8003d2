#include "jit/loop_entry.hpp"

namespace wrun::inline v0::jit {

Value loop_entry(const Graph& graph, const Cfg& cfg, std::uint32_t header) {
  const Block to = cfg.order()[header];
  Value entry = Value::none;
  for (const Cfg::Incoming& in : cfg.incoming(to)) {
    if (cfg.position(in.from) >= header) continue;
    if (entry != Value::none) return Value::none;
    entry = graph.at(in.from).last;
  }
  const bool is_jump = entry != Value::none && graph.at(entry).op == Opcode::jump;
  return is_jump ? entry : Value::none;
}

}  // namespace wrun::inline v0::jit
