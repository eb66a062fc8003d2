#include "jit/resolution.hpp"

#include <algorithm>

namespace wrun::inline v0::jit {

namespace {

/// Of more of them nothing is kept once slots are assigned.
constexpr std::size_t most_kept_demands = 1 << 11;

}  // namespace

// Needs

void Resolution::need(std::uint32_t piece) {
  Piece& p = residence_->pieces[piece];
  if (p.is_needed) return;
  p.is_needed = true;
  if (p.origin != Piece::Origin::defined) todo_.push_back(piece);
}

void Resolution::demand(VReg v, std::uint32_t block) {
  if (!function_->vregs[v].is_constant) residence_->demands.push_back({v, block});
}

/// What becomes `v` in a block: its arg if it is a param.
VReg Resolution::value_on_edge(VReg v, std::uint32_t pred, std::uint32_t block) const {
  const LirUses::Definition& definition = uses_->definition(v);
  if (!definition.is_param || definition.block != block) return v;
  const LEdge& edge = function_->succs[function_->blocks[pred].first_succ];
  return function_->edge_args[edge.first_arg + param_index_[v]];
}

std::uint32_t Resolution::piece_at_end(VReg v, std::uint32_t block) const {
  for (const std::uint32_t piece : residence_->pieces_of(residence_->out[block])) {
    if (residence_->pieces[piece].vreg == v) return piece;
  }
  return none;
}

void Resolution::need_on_edges(VReg v, std::uint32_t block) {
  for (const std::uint32_t pred : flow_->preds(block)) {
    const VReg value = value_on_edge(v, pred, block);
    const std::uint32_t piece = piece_at_end(value, pred);
    if (piece == none) {
      demand(value, pred);
    } else {
      need(piece);
    }
  }
}

/// From its definition to its last use, whatever registers hold.
bool Resolution::begins_in_slot(VReg v) const {
  return !function_->vregs[v].is_constant && residence_->first_piece[v] == none;
}

/// What a param in a slot gets: a value that is in one is best taken from there, often the same.
void Resolution::demand_on_edges(VReg param) {
  const std::uint32_t block = uses_->definition(param).block;
  for (const std::uint32_t pred : flow_->preds(block)) {
    const VReg value = value_on_edge(param, pred, block);
    const std::uint32_t piece = begins_in_slot(value) ? none : piece_at_end(value, pred);
    if (piece == none) {
      demand(value, pred);
    } else {
      need(piece);
    }
  }
}

void Resolution::follow_piece(std::uint32_t piece) {
  const Piece p = residence_->pieces[piece];
  switch (p.origin) {
    case Piece::Origin::defined:
      break;
    case Piece::Origin::copied:
      need(p.source);
      break;
    case Piece::Origin::reloaded:
      demand(p.vreg, block_of(p));
      break;
    case Piece::Origin::entered:
      need_on_edges(p.vreg, block_of(p));
      break;
  }
}

/// A value is stored from a register, or comes into being in its slot.
void Resolution::follow_demand(VReg v) {
  if (in_slot_[v]) return;
  in_slot_[v] = true;
  const LirUses::Definition& definition = uses_->definition(v);
  if (residence_->first_piece[v] != none) {
    need(residence_->first_piece[v]);
  } else if (definition.is_param) {
    demand_on_edges(v);
  }
}

void Resolution::find_needs() {
  in_slot_.assign(function_->vregs.size(), false);
  param_index_.resize(function_->vregs.size());
  for (const LBlock& block : function_->blocks) {
    for (std::uint32_t p = 0; p < block.param_count; ++p) {
      param_index_[function_->params[block.first_param + p]] = p;
    }
  }
  for (std::uint32_t piece = 0; piece < residence_->pieces.size(); ++piece) {
    const Piece& p = residence_->pieces[piece];
    if (p.is_needed && p.origin != Piece::Origin::defined) todo_.push_back(piece);
  }
  std::size_t next_demand = 0;
  while (!todo_.empty() || next_demand < residence_->demands.size()) {
    if (todo_.empty()) {
      follow_demand(residence_->demands[next_demand++].vreg);
      continue;
    }
    const std::uint32_t piece = todo_.back();
    todo_.pop_back();
    follow_piece(piece);
  }
}

// Copies

RegSet Resolution::free_on_edge(std::uint32_t pred, std::uint32_t block) const {
  return function_->allocatable - residence_->out[pred].regs - residence_->in[block].regs;
}

/// Notes what registers hold at the end of a block.
void Resolution::look_at_end(std::uint32_t pred) {
  if (end_ == pred) return;
  end_ = pred;
  for (const std::uint32_t piece : residence_->pieces_of(residence_->out[pred]))
    held_[residence_->pieces[piece].vreg] = {pred, residence_->pieces[piece].reg};
}

void Resolution::pass(VReg v, std::uint32_t pred, std::uint32_t block, Loc to) {
  const VReg value = value_on_edge(v, pred, block);
  look_at_end(pred);
  const Held& held = held_[value];
  const bool is_held = held.end == pred && !(to.is_slot() && begins_in_slot(value));
  copies_.add(is_held ? Loc::reg(held.reg) : slots_.of(value), to, value);
}

void Resolution::collect_edge(std::uint32_t pred, const LEdge& edge) {
  for (const std::uint32_t piece : residence_->pieces_of(residence_->in[edge.to])) {
    const Piece& p = residence_->pieces[piece];
    const bool is_made_here = p.origin == Piece::Origin::entered && block_of(p) == edge.to;
    if (is_made_here && p.is_needed) pass(p.vreg, pred, edge.to, Loc::reg(p.reg));
  }
  const LBlock& target = function_->blocks[edge.to];
  for (std::uint32_t p = 0; p < target.param_count; ++p) {
    const VReg v = function_->params[target.first_param + p];
    if (in_slot_[v] && residence_->first_piece[v] == none) pass(v, pred, edge.to, slots_.of(v));
  }
}

void Resolution::emit_edge(std::uint32_t pred, const LEdge& edge) {
  collect_edge(pred, edge);
  if (copies_.empty()) return;
  copies_.resolve(*function_, function_->blocks[pred].end - 1, free_on_edge(pred, edge.to),
                  out_->slots, out_->moves);
}

/// Whether anything is stored or copied in a block.
bool Resolution::has_copies(const LBlock& block) const {
  const auto stores = stores_.stores();
  const auto store =
      std::lower_bound(stores.begin(), stores.end(), block.first,
                       [](const SlotStore& each, std::uint32_t at) { return each.at < at; });
  if (store != stores.end() && store->at < block.end) return true;
  const auto& moves = residence_->moves;
  std::size_t first = 0;
  for (std::size_t end = moves.size(); first < end;) {
    const std::size_t middle = (first + end) / 2;
    if (moves[middle].at < block.first) {
      first = middle + 1;
    } else {
      end = middle;
    }
  }
  return first < moves.size() && moves[first].at < block.end;
}

/// Whether all that a block behind a branch does is to go back, with moves of the edge only.
bool Resolution::only_turns(std::uint32_t block, std::uint32_t branch) const {
  const LBlock& turn = function_->blocks[block];
  if (block < branch || turn.end - turn.first != 1 || turn.succ_count != 1) return false;
  if (turn.param_count != 0 || function_->succs[turn.first_succ].to > branch) return false;
  return !has_copies(turn);
}

/// The moves of a loop's next turn, before the branch that decides on it: that can be the jump back
/// then. What they write isn't needed where the loop ends.
bool Resolution::turn_early(std::uint32_t branch, std::uint32_t turn, std::uint32_t other) {
  if (!only_turns(turn, branch)) return false;
  const LEdge& edge = function_->succs[function_->blocks[turn].first_succ];
  collect_edge(turn, edge);
  const LInst& last = function_->insts[function_->blocks[branch].end - 1];
  RegSet kept = last.clobbers | residence_->in[other].regs;
  for (std::uint32_t k = 0; k < last.operand_count; ++k) {
    const Loc at = out_->operands[last.first_operand + k];
    if (at.is_reg()) kept.add(at.reg());
  }
  const bool may_move = copies_.all_of(
      [&](Loc from, Loc to) { return !from.is_none() && to.is_reg() && !kept.has(to.reg()); });
  if (!may_move) copies_.clear();
  if (copies_.empty()) return false;
  copies_.resolve(*function_, function_->blocks[branch].end - 1, free_on_edge(turn, edge.to) - kept,
                  out_->slots, out_->moves);
  is_turned_[turn] = true;
  return true;
}

void Resolution::emit_copies(std::uint32_t at) {
  const auto stores = stores_.stores();
  for (; next_store_ < stores.size() && stores[next_store_].at == at; ++next_store_) {
    const SlotStore& store = stores[next_store_];
    out_->moves.push_back({at, Loc::reg(store.from), slots_.of(store.vreg), store.vreg});
  }
  RegSet free = function_->allocatable;
  for (; next_move_ < residence_->moves.size() && residence_->moves[next_move_].at == at;
       ++next_move_) {
    const PieceMove& move = residence_->moves[next_move_];
    free = free & move.free;
    if (move.to != none && !residence_->pieces[move.to].is_needed) continue;
    const Loc from =
        move.from == none ? slots_.of(move.vreg) : Loc::reg(residence_->pieces[move.from].reg);
    copies_.add(from, Loc::reg(move.reg), move.vreg);
  }
  if (!copies_.empty()) copies_.resolve(*function_, at, free, out_->slots, out_->moves);
}

void Resolution::emit_block(std::uint32_t b) {
  const LBlock& block = function_->blocks[b];
  const auto stores = stores_.stores();
  for (;;) {
    std::uint32_t at = none;
    if (next_store_ < stores.size()) at = stores[next_store_].at;
    if (next_move_ < residence_->moves.size()) {
      at = std::min(at, residence_->moves[next_move_].at);
    }
    if (at >= block.end) break;
    emit_copies(at);
  }
  const LEdge* succs = function_->succs.data() + block.first_succ;
  if (block.succ_count == 1 && !is_turned_[b]) emit_edge(b, succs[0]);
  if (block.succ_count == 2 && !turn_early(b, succs[0].to, succs[1].to))
    turn_early(b, succs[1].to, succs[0].to);
}

void Resolution::plan(const LFunction& function, const LirFlow& flow, const LirUses& uses,
                      const LirLiveness& liveness, Residence& residence, Allocation& out) {
  function_ = &function;
  flow_ = &flow;
  uses_ = &uses;
  liveness_ = &liveness;
  residence_ = &residence;
  out_ = &out;
  find_needs();
  stores_.run(function, flow, uses, residence);
  webs_.run({function, flow, uses, liveness, residence, in_slot_});
  out.slots = slots_.run(function, uses, webs_, residence);
  for (const std::uint32_t k : residence.slot_operands) {
    out.operands[k] = slots_.of(function.operands[k].vreg);
  }
  if (residence.demands.size() > most_kept_demands) {
    give_back(residence.demands);
    give_back(residence.slot_operands);
  }
}

void Resolution::emit() {
  out_->moves.clear();
  is_turned_.assign(function_->blocks.size(), false);
  held_.assign(function_->vregs.size(), {});
  end_ = none;
  next_store_ = 0;
  next_move_ = 0;
  for (std::uint32_t b = 0; b < function_->blocks.size(); ++b) emit_block(b);
}

}  // namespace wrun::inline v0::jit
