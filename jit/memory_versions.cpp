#include "jit/memory_versions.hpp"

#include <bit>

#include "jit/chunks.hpp"

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

/// In each block, from one: how many writes there are, and which one was the last to each slot.
void MemoryVersions::count_writes(const Graph& graph, Block b, std::uint32_t at) {
  std::uint32_t count = 0;
  at_end_[at] = {};
  for (Value v = graph.at(b).first; v != Value::none; v = graph.at(v).next) {
    const Inst& inst = graph.at(v);
    const SlotSet set = written(inst, effects_of(inst));
    if (set == 0) continue;
    in_loop_[at] |= set;
    advance(at_end_[at], set, ++count);
  }
  first_number_[at] = count;
}

/// Of each block at first, then of what is around it.
void MemoryVersions::find_loop_writes(const Graph& graph, const Cfg& cfg, const Loops& loops) {
  for (auto at = static_cast<std::uint32_t>(cfg.order().size()); at-- > 0;) {
    count_writes(graph, cfg.order()[at], at);
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
    if (numbers == at_end_[from]) continue;
    for (unsigned slot = 0; slot < slots; ++slot)
      if (numbers[slot] != at_end_[from][slot]) differs |= SlotSet{1} << slot;
  }
  next_ = advance(numbers, differs, next_);
}

/// Of more blocks than these nothing is kept that nobody asks for.
constexpr std::size_t most_kept_blocks = 1 << 9;

void MemoryVersions::compute(const Graph& graph, const Cfg& cfg, const Loops& loops) {
  const auto count = static_cast<std::uint32_t>(cfg.order().size());
  at_start_.assign(count, {});
  at_end_.resize(count);
  first_number_.resize(count);
  in_loop_.assign(count, 0);
  find_loop_writes(graph, cfg, loops);
  next_ = 1;
  for (std::uint32_t at = 0; at < count; ++at) {
    meet(cfg, loops, at);
    const std::uint32_t first = next_;
    for (unsigned slot = 0; slot < slots; ++slot) {
      std::uint32_t& last = at_end_[at][slot];
      last = last == 0 ? at_start_[at][slot] : first + last - 1;
    }
    next_ += first_number_[at];
    first_number_[at] = first;
  }
  if (at_end_.capacity() > most_kept_blocks) give_back(at_end_);
}

}  // namespace wrun::inline v0::jit
