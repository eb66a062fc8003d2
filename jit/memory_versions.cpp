#include "jit/memory_versions.hpp"

namespace wrun::inline v0::jit {

SlotSet MemoryVersions::slots_of(AliasSet aliases) {
  constexpr SlotSet keyed = ((SlotSet{1} << global_keys) - 1) << alias_slots;
  return (aliases & alias_bit(Alias::global)) != 0 ? aliases | keyed : aliases;
}

SlotSet MemoryVersions::written(const Inst& inst, const Effects& effects) {
  if (inst.op == Opcode::write) return SlotSet{1} << slot_of(Place::of(inst.imm2));
  return effects.writes == 0 ? 0 : slots_of(effects.writes);
}

SlotSet MemoryVersions::read(const Inst& inst, const Effects& effects) {
  if (inst.op == Opcode::read) return SlotSet{1} << slot_of(Place::of(inst.imm2));
  return effects.reads == 0 ? 0 : slots_of(effects.reads);
}

std::uint32_t MemoryVersions::advance(Numbers& numbers, SlotSet written, std::uint32_t next) {
  if (written == 0) return next;
  for (unsigned slot = 0; slot < slots; ++slot)
    if ((written >> slot & 1) != 0) numbers[slot] = next;
  return next + 1;
}

/// Of each block at first, then of what is around it.
void MemoryVersions::find_loop_writes(const Graph& graph, const Cfg& cfg, const Loops& loops) {
  const auto count = static_cast<std::uint32_t>(cfg.order().size());
  in_loop_.assign(count, 0);
  for (std::uint32_t at = count; at-- > 0;) {
    const Block b = cfg.order()[at];
    for (Value v = graph.at(b).first; v != Value::none; v = graph.at(v).next)
      in_loop_[at] |= written(graph.at(v), effects_of(graph.at(v)));
    if (loops.around(at) != Loops::none) in_loop_[loops.around(at)] |= in_loop_[at];
  }
}

/// A number of its own where it isn't the same on all ways, or changes before one comes back.
void MemoryVersions::meet(const Cfg& cfg, const Loops& loops, std::uint32_t at) {
  SlotSet differs = loops.is_header(at) ? in_loop_[at] : 0;
  Numbers& numbers = at_start_[at];
  bool is_first = true;
  for (const Cfg::Incoming& in : cfg.incoming(cfg.order()[at])) {
    const std::uint32_t from = cfg.position(in.from);
    if (from >= at) continue;
    if (is_first) numbers = at_end_[from];
    is_first = false;
    for (unsigned slot = 0; slot < slots; ++slot)
      if (numbers[slot] != at_end_[from][slot]) differs |= SlotSet{1} << slot;
  }
  next_ = advance(numbers, differs, next_);
}

void MemoryVersions::compute(const Graph& graph, const Cfg& cfg, const Loops& loops) {
  find_loop_writes(graph, cfg, loops);
  const auto count = static_cast<std::uint32_t>(cfg.order().size());
  at_start_.assign(count, {});
  at_end_.resize(count);
  first_number_.resize(count);
  next_ = 1;
  for (std::uint32_t at = 0; at < count; ++at) {
    meet(cfg, loops, at);
    first_number_[at] = next_;
    now_ = at_start_[at];
    const Block b = cfg.order()[at];
    for (Value v = graph.at(b).first; v != Value::none; v = graph.at(v).next)
      write(written(graph.at(v), effects_of(graph.at(v))));
    at_end_[at] = now_;
  }
}

}  // namespace wrun::inline v0::jit
