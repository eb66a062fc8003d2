#include "jit/memory_versions.hpp"

#include <bit>

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
  for (; written != 0; written &= written - 1)
    numbers[static_cast<unsigned>(std::countr_zero(written))] = next;
  return next + 1;
}

void MemoryVersions::collect_writes(const Graph& graph, Block b, std::uint32_t at) {
  blocks_[at].first_write = static_cast<std::uint32_t>(writes_.size());
  for (Value v = graph.at(b).first; v != Value::none; v = graph.at(v).next) {
    const Inst& inst = graph.at(v);
    const SlotSet set = written(inst, effects_of(inst));
    if (set == 0) continue;
    in_loop_[at] |= set;
    writes_.push_back(set);
  }
}

/// Of each block at first, then of what is around it.
void MemoryVersions::find_loop_writes(const Graph& graph, const Cfg& cfg, const Loops& loops) {
  for (auto at = static_cast<std::uint32_t>(cfg.order().size()); at-- > 0;) {
    collect_writes(graph, cfg.order()[at], at);
    if (loops.around(at) != Loops::none) in_loop_[loops.around(at)] |= in_loop_[at];
  }
}

/// A number of its own where it isn't the same on all ways, or changes before one comes back.
void MemoryVersions::meet(const Cfg& cfg, const Loops& loops, std::uint32_t at) {
  constexpr std::uint32_t none = ~0u;
  SlotSet differs = loops.is_header(at) ? in_loop_[at] : 0;
  std::uint32_t known = none;
  for (const Cfg::Incoming& in : cfg.incoming(cfg.order()[at])) {
    const std::uint32_t from = cfg.position(in.from);
    if (from >= at) continue;
    const std::uint32_t other = blocks_[from].end;
    if (known == none) known = other;
    if (known == other) continue;
    for (unsigned slot = 0; slot < slots; ++slot)
      if (states_[known][slot] != states_[other][slot]) differs |= SlotSet{1} << slot;
  }
  blocks_[at].start = known;
  if (known != none && differs == 0) return;
  Numbers numbers = known == none ? Numbers{} : states_[known];
  next_ = advance(numbers, differs, next_);
  blocks_[at].start = static_cast<std::uint32_t>(states_.size());
  states_.push_back(numbers);
}

/// From a block's start to its end.
void MemoryVersions::pass(std::uint32_t at) {
  BlockInfo& block = blocks_[at];
  block.first_number = next_;
  block.end = block.start;
  const std::size_t end = at == 0 ? writes_.size() : blocks_[at - 1].first_write;
  if (block.first_write == end) return;
  Numbers numbers = states_[block.start];
  for (std::size_t i = block.first_write; i < end; ++i) next_ = advance(numbers, writes_[i], next_);
  block.end = static_cast<std::uint32_t>(states_.size());
  states_.push_back(numbers);
}

void MemoryVersions::compute(const Graph& graph, const Cfg& cfg, const Loops& loops) {
  const auto count = static_cast<std::uint32_t>(cfg.order().size());
  blocks_.assign(count, {});
  states_.clear();
  writes_.clear();
  in_loop_.assign(count, 0);
  find_loop_writes(graph, cfg, loops);
  next_ = 1;
  for (std::uint32_t at = 0; at < count; ++at) {
    meet(cfg, loops, at);
    pass(at);
  }
}

}  // namespace wrun::inline v0::jit
