#include "jit/parallel_moves.hpp"

#include <algorithm>

namespace wrun::inline v0::jit {

void ParallelMoves::add(Loc from, Loc to, VReg vreg) {
  if (from != to) moves_.push_back({from, to, vreg});
}

ParallelMoves::Place& ParallelMoves::place(Loc loc) {
  const std::uint32_t code = loc.code();
  if (code >= places_.size()) places_.resize(code + 1 + code / 2);
  return places_[code];
}

void ParallelMoves::index_places() {
  for (std::uint32_t i = 0; i < moves_.size(); ++i) {
    place(moves_[i].to).writer = i;
    if (!moves_[i].from.is_none()) ++place(moves_[i].from).readers;
  }
}

void ParallelMoves::clear() {
  for (const Pending& move : moves_) {
    place(move.to) = {};
    if (!move.from.is_none()) place(move.from) = {};
  }
  moves_.clear();
}

void ParallelMoves::emit(Loc from, Loc to, VReg vreg, const Target& target) {
  const VRegInfo& info = target.function.vregs[vreg];
  const bool wide_constant = from.is_none() && info.cls == RegClass::vector;
  if (to.is_slot() && (from.is_slot() || wide_constant)) {
    const RegSet free = target.free & registers_of(info.cls);
    const Loc room = Loc::reg(free.empty() ? target.function.scratch_for(info.cls) : free.first());
    target.out.push_back({target.at, from, room, vreg});
    from = room;
  }
  target.out.push_back({target.at, from, to, vreg});
}

/// Copies whose target nobody has yet to read.
void ParallelMoves::drain(const Target& target) {
  while (!ready_.empty()) {
    Pending& move = moves_[ready_.back()];
    ready_.pop_back();
    move.done = true;
    emit(move.from, move.to, move.vreg, target);
    if (move.from.is_none()) continue;
    Place& source = place(move.from);
    if (--source.readers == 0 && source.writer != none) ready_.push_back(source.writer);
  }
}

/// Where one value of a cycle waits. A slot if the cycle has slots, as their copies need a register
/// themselves.
Loc ParallelMoves::cycle_room(std::uint32_t first, const Target& target) {
  const Loc start = moves_[first].to;
  bool has_slot = false;
  for (std::uint32_t i = first;; i = place(moves_[i].from).writer) {
    has_slot |= moves_[i].to.is_slot();
    if (moves_[i].from == start) break;
  }
  if (has_slot) return Loc::slot(target.slots);
  const RegClass cls = class_of(start.reg());
  const RegSet free = target.free & registers_of(cls);
  return Loc::reg(free.empty() ? target.function.scratch_for(cls) : free.first());
}

/// What is left is cycles, in which each place is read once.
void ParallelMoves::break_cycle(std::uint32_t first, const Target& target) {
  const Loc start = moves_[first].to;
  const Loc room = cycle_room(first, target);
  std::uint32_t last = first;
  while (moves_[last].from != start) last = place(moves_[last].from).writer;
  emit(start, room, moves_[last].vreg, target);
  for (std::uint32_t i = first; i != last; i = place(moves_[i].from).writer) {
    emit(moves_[i].from, moves_[i].to, moves_[i].vreg, target);
    moves_[i].done = true;
  }
  emit(room, moves_[last].to, moves_[last].vreg, target);
  moves_[last].done = true;
  if (room.is_slot()) target.slots = std::max(target.slots, room.slot() + 2);
}

void ParallelMoves::resolve(const LFunction& function, std::uint32_t at, RegSet free,
                            std::uint32_t& slots, PlainVector<Move>& out) {
  if (moves_.size() == 1) {
    emit(moves_[0].from, moves_[0].to, moves_[0].vreg, {function, at, free, slots, out});
    return moves_.clear();
  }
  index_places();
  std::uint32_t slots_after = slots;
  for (std::uint32_t i = 0; i < moves_.size(); ++i) {
    if (place(moves_[i].to).readers == 0) ready_.push_back(i);
  }
  drain({function, at, free, slots, out});
  for (std::uint32_t i = 0; i < moves_.size(); ++i) {
    if (moves_[i].done) continue;
    std::uint32_t grown = slots;
    break_cycle(i, {function, at, free, grown, out});
    slots_after = std::max(slots_after, grown);
  }
  slots = slots_after;
  clear();
}

}  // namespace wrun::inline v0::jit
