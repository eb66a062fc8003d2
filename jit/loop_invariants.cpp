#include "jit/loop_invariants.hpp"

#include <algorithm>

#include "jit/loop_entry.hpp"

namespace wrun::inline v0::jit {

namespace {

/// Guests may nest loops however deep they like.
constexpr unsigned most_levels = 16;

}  // namespace

bool LoopInvariants::run(Graph& graph, const Cfg& cfg, const Loops& loops,
                         const MemoryVersions& versions) {
  graph_ = &graph;
  cfg_ = &cfg;
  loops_ = &loops;
  versions_ = &versions;
  entries_.assign(cfg.order().size(), Value::none);
  for (std::uint32_t at = 0; at < cfg.order().size(); ++at)
    if (loops.is_header(at)) entries_[at] = loop_entry(graph, cfg, at);
  bool moved = false;
  for (std::uint32_t at = 0; at < cfg.order().size(); ++at) {
    if (loops.innermost(at) == Loops::none) continue;
    for (Value v = graph.at(cfg.order()[at]).first; v != Value::none;) {
      const Value next = graph.at(v).next;
      const Effects effects = effects_of(graph.at(v));
      if (is_worth_moving(graph.at(v), effects)) {
        const std::uint32_t header = target(v, effects);
        if (header != Loops::none) move_before(header, v);
        moved |= header != Loops::none;
      }
      v = next;
    }
  }
  return moved;
}

bool LoopInvariants::is_worth_moving(const Inst& inst, const Effects& effects) {
  if ((inst.flags & guarded) != 0 || effects.writes != 0 || effects.leaves || effects.is_kept)
    return false;
  switch (inst.op) {
    case Opcode::field:
    case Opcode::read:
    case Opcode::offset:
      return true;
    default:
      // Loads that never trap are of constant addresses.
      return inst.op == opcode(wasm::Op::i64_extend_i32_u) ||
             (is_wasm(inst.op) && effects.reads != 0);
  }
}

bool LoopInvariants::is_outside(Value arg, std::uint32_t header) const {
  const Inst& inst = graph_->at(arg);
  return inst.op == Opcode::constant || !loops_->contains(header, cfg_->position(inst.block));
}

/// The outermost loop that it may be moved out of, or none.
std::uint32_t LoopInvariants::target(Value v, const Effects& effects) const {
  const Inst& inst = graph_->at(v);
  const SlotSet read = MemoryVersions::read(inst, effects);
  std::uint32_t found = Loops::none;
  std::uint32_t header = loops_->innermost(cfg_->position(inst.block));
  for (unsigned level = 0; level < most_levels && header != Loops::none; ++level) {
    if ((versions_->written_in_loop(header) & read) != 0) break;
    const auto args = graph_->args(inst);
    if (!std::all_of(args.begin(), args.end(), [&](Value a) { return is_outside(a, header); }))
      break;
    if (entries_[header] != Value::none) found = header;
    header = loops_->around(header);
  }
  return found;
}

/// Constants that it takes go with it.
void LoopInvariants::move_before(std::uint32_t header, Value v) {
  const auto move = [&](Value moved) {
    graph_->unlink(moved);
    graph_->insert_before(entries_[header], moved);
  };
  for (const Value arg : graph_->args(graph_->at(v))) {
    const Inst& inst = graph_->at(arg);
    if (inst.op == Opcode::constant && loops_->contains(header, cfg_->position(inst.block)))
      move(arg);
  }
  move(v);
}

}  // namespace wrun::inline v0::jit
