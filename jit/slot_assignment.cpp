#include "jit/slot_assignment.hpp"

#include <algorithm>

#include "jit/chunks.hpp"

namespace wrun::inline v0::jit {

namespace {

constexpr std::uint32_t no_slot = ~0u;
/// Of more values only the answer is kept.
constexpr std::size_t most_kept_slots = 1 << 11;

}  // namespace

/// Those that need a slot, by definition.
void SlotAssignment::collect(const LFunction& function, const SlotWebs& webs,
                             const Residence& residence) {
  order_.clear();
  for (std::size_t i = 0; i < residence.demands.size(); ++i) {
    const VReg v = residence.demands[i].vreg;
    if (i > 0 && residence.demands[i - 1].vreg == v) continue;
    const std::int32_t home = function.vregs[v].home;
    if (home >= 0) {
      slots_[v] = Loc::slot(static_cast<std::uint32_t>(home));
    } else if (webs.leader(v) == v) {
      order_.push_back(v);
    }
  }
  std::sort(order_.begin(), order_.end(),
            [&](VReg a, VReg b) { return webs.first(a) < webs.first(b); });
}

/// The slot of a value that this one becomes, or came from.
std::uint32_t SlotAssignment::wish(const LFunction& function, const LirUses& uses, VReg v,
                                   std::uint32_t at) const {
  const auto is_good = [&](Loc loc) {
    return loc.is_slot() && loc.slot() >= function.reserved_slots && is_free(loc.slot(), at);
  };
  if (hints_[v] != no_slot && is_good(slots_[hints_[v]])) return slots_[hints_[v]].slot();
  for (const LirUse& use : uses.of(v)) {
    if (use.kind != LirUse::passed) continue;
    const bool is_same_size = function.vregs[use.about].bytes == function.vregs[v].bytes;
    if (is_same_size && is_good(slots_[use.about])) return slots_[use.about].slot();
  }
  return no_slot;
}

/// Narrow and wide slots don't mix, so that no two overlap in part.
std::uint32_t SlotAssignment::take(const LFunction& function, const LirUses& uses, VReg v,
                                   std::uint32_t at) {
  const std::uint32_t wished = wish(function, uses, v, at);
  if (wished != no_slot) return wished;
  const std::uint8_t bytes = function.vregs[v].bytes;
  std::vector<std::uint32_t>& free = bytes > 8 ? free_wide_ : free_narrow_;
  while (!free.empty()) {
    const std::uint32_t slot = free.back();
    free.pop_back();
    if (is_free(slot, at)) return slot;
  }
  const std::uint32_t slot = static_cast<std::uint32_t>(busy_until_.size());
  busy_until_.resize(slot + bytes / 8);
  return slot;
}

/// Args that have slots tell their params, once those are known to need one.
void SlotAssignment::tell_params(const LFunction& function, const LirUses& uses, VReg v) {
  for (const LirUse& use : uses.of(v)) {
    if (use.kind != LirUse::passed || hints_[use.about] != no_slot) continue;
    if (function.vregs[use.about].bytes == function.vregs[v].bytes) hints_[use.about] = v;
  }
}

std::uint32_t SlotAssignment::run(const LFunction& function, const LirUses& uses,
                                  const SlotWebs& webs, const Residence& residence) {
  slots_.assign(function.vregs.size(), Loc());
  hints_.assign(function.vregs.size(), no_slot);
  busy_.clear();
  busy_until_.assign(function.reserved_slots, 0);
  free_narrow_.clear();
  free_wide_.clear();
  collect(function, webs, residence);
  const auto later = [](const Busy& a, const Busy& b) { return a.end > b.end; };
  for (const VReg v : order_) {
    while (!busy_.empty() && busy_.front().end <= webs.first(v)) {
      std::pop_heap(busy_.begin(), busy_.end(), later);
      (busy_.back().bytes > 8 ? free_wide_ : free_narrow_).push_back(busy_.back().slot);
      busy_.pop_back();
    }
    const std::uint32_t slot = take(function, uses, v, webs.first(v));
    slots_[v] = Loc::slot(slot);
    busy_until_[slot] = webs.end(v);
    busy_.push_back({webs.end(v), slot, function.vregs[v].bytes});
    std::push_heap(busy_.begin(), busy_.end(), later);
    tell_params(function, uses, v);
  }
  for (const SlotDemand& demand : residence.demands) {
    if (function.vregs[demand.vreg].home < 0)
      slots_[demand.vreg] = slots_[webs.leader(demand.vreg)];
  }
  const auto slots = static_cast<std::uint32_t>(busy_until_.size());
  if (order_.size() > most_kept_slots) shrink();
  return slots;
}

/// Gives back what only run() needs.
void SlotAssignment::shrink() {
  give_back(order_);
  give_back(hints_);
  give_back(busy_);
  give_back(busy_until_);
  give_back(free_narrow_);
  give_back(free_wide_);
}

}  // namespace wrun::inline v0::jit
