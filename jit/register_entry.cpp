// In which registers values enter a block.

#include <algorithm>

#include "jit/register_scan.hpp"

namespace wrun::inline v0::jit {

namespace {

constexpr unsigned loops_told = 6;           ///< around a use
constexpr std::uint32_t near_use = 60;       ///< of a value that some edges would have to load
constexpr std::uint32_t far_use = 1u << 20;  ///< behind calls or loops
constexpr std::uint32_t no_distance = 1u << 30;

}  // namespace

void RegisterScan::add_to_loops(VReg v, std::uint32_t block) {
  const LirUses::Definition& definition = uses_->definition(v);
  std::uint32_t header = flow_->innermost_loop(block);
  for (unsigned i = 0; i < loops_told && header != none; ++i) {
    const bool is_inside = !is_constant(v) && definition.at >= function_->blocks[header].first;
    if (is_inside || added_to_loop_[header] == v) return;
    added_to_loop_[header] = v;
    loop_values_.push_back({header, v});
    header = flow_->outer_loop(header);
  }
}

/// By loop, what comes into it and is used there.
void RegisterScan::find_loop_values() {
  const std::size_t blocks = function_->blocks.size();
  added_to_loop_.assign(blocks, none);
  loop_values_.clear();
  for (VReg v = 0; v < function_->vregs.size(); ++v) {
    if (!liveness_->is_global(v) && !is_constant(v)) continue;
    for (const LirUse& use : uses_->of(v)) {
      const std::uint32_t b = liveness_->block_of(use.at);
      if (flow_->innermost_loop(b) != none && !function_->blocks[b].is_cold) add_to_loops(v, b);
    }
  }
  first_loop_value_.assign(blocks + 2, 0);
  for (const LoopValue& value : loop_values_) ++first_loop_value_[value.header + 2];
  for (std::size_t b = 2; b < blocks + 2; ++b) first_loop_value_[b] += first_loop_value_[b - 1];
  sorted_loop_values_.resize(loop_values_.size());
  for (const LoopValue& value : loop_values_) {
    sorted_loop_values_[first_loop_value_[value.header + 1]++] = value.vreg;
  }
}

void RegisterScan::enter_value(VReg v, Reg r) {
  take(v, r, add_piece(v, r, Piece::Origin::entered, none));
}

/// From the only predecessor everything stays where it is. Whether all of it does.
bool RegisterScan::enter_after(std::uint32_t pred) {
  const auto is_alive = [&](VReg v) {
    return is_constant(v) ? distance(v) < no_distance : is_live_in(v);
  };
  bool stays = true;
  if (left_ == pred) {
    for (RegSet left = function_->allocatable - free_; !left.empty(); left.remove(left.first())) {
      if (is_alive(held_vreg_[left.first()])) continue;
      drop(left.first());
      stays = false;
    }
    return stays;
  }
  drop_all();
  for (const std::uint32_t piece : out_->pieces_of(out_->out[pred])) {
    const Piece& from = out_->pieces[piece];
    if (is_alive(from.vreg)) {
      take(from.vreg, from.reg, piece);
    } else {
      stays = false;
    }
  }
  return stays;
}

/// Whether all that a block does is to go on elsewhere: without moves it is nothing at all.
bool RegisterScan::only_jumps(std::uint32_t block) const {
  const LBlock& b = function_->blocks[block];
  return b.end - b.first == 1 && b.succ_count == 1;
}

/// Where a loop is entered from: of several the last one that isn't cold.
std::uint32_t RegisterScan::entry_pred() const {
  std::uint32_t best = none;
  for (const std::uint32_t pred : flow_->preds(block_)) {
    if (pred >= block_) continue;
    if (best == none || !function_->blocks[pred].is_cold || function_->blocks[best].is_cold)
      best = pred;
  }
  return best;
}

/// Of a block that several lead to, those that are done and not cold, unless all are.
void RegisterScan::collect_preds() {
  constexpr std::size_t most = 200;
  const auto is_cold = [&](std::uint32_t pred) { return function_->blocks[pred].is_cold; };
  preds_.clear();
  bool are_cold = true;
  for (const std::uint32_t pred : flow_->preds(block_)) {
    if (pred >= block_ || (!are_cold && is_cold(pred))) continue;
    if (are_cold && !is_cold(pred)) {
      preds_.clear();
      are_cold = false;
    }
    if (preds_.size() < most) preds_.push_back(pred);
  }
  if (are_cold && !preds_.empty()) preds_.erase(preds_.begin(), preds_.end() - 1);
}

/// For the register in which most predecessors have a value, if most have it in the same one.
void RegisterScan::vote(Count& count, Reg r) {
  constexpr std::uint8_t most = 255;
  if (count.votes == 0) count.common = r;
  if (count.common != r) {
    --count.votes;
  } else if (count.votes != most) {
    ++count.votes;
  }
}

/// The loop that a block goes back to and to nothing else.
std::uint32_t RegisterScan::turn_of(std::uint32_t block) const {
  const LBlock& b = function_->blocks[block];
  if (b.succ_count != 1) return none;
  const std::uint32_t to = function_->succs[b.first_succ].to;
  return to < block ? to : none;
}

Reg RegisterScan::reg_at_start(VReg v, std::uint32_t block) const {
  for (const std::uint32_t piece : out_->pieces_of(out_->in[block]))
    if (out_->pieces[piece].vreg == v) return out_->pieces[piece].reg;
  return no_reg;
}

/// The one in which the loop's next turn has it, or of two the one whose registers the others are.
Reg RegisterScan::common_reg(const Piece& from) const {
  const Reg next = turn_ == none ? no_reg : reg_at_start(from.vreg, turn_);
  if (next != no_reg && free_.has(next)) return next;
  const Count& count = counts_[from.vreg];
  return preds_.size() > 2 && count.votes > 0 ? count.common : from.reg;
}

/// The first of three or more that only jump, since what is behind branches is best where those
/// find it. Else the one that has most of what the block needs in registers: others, which have
/// called something perhaps, load it anyway. Of equals the last: often the one that falls through.
/// If all come later, the dominator stands for them. Counts who has what.
std::uint32_t RegisterScan::best_pred() {
  collect_preds();
  std::uint32_t best = none;
  unsigned best_count = 0;
  std::uint32_t first_jump = none;
  unsigned jumps = 0;
  for (const std::uint32_t pred : preds_) {
    if (only_jumps(pred) && jumps++ == 0) first_jump = pred;
    unsigned count = 0;
    for (const std::uint32_t piece : out_->pieces_of(out_->out[pred])) {
      const Piece& from = out_->pieces[piece];
      Count& known = counts_[from.vreg];
      if (known.residents++ == 0) known.votes = 0;
      if (preds_.size() > 2) vote(known, from.reg);
      if (is_live_in(from.vreg)) ++count;
    }
    if (best != none && count < best_count) continue;
    best = pred;
    best_count = count;
  }
  if (jumps > 2) return first_jump;
  const std::uint32_t dominator = flow_->immediate_dominator(block_);
  return best == none && dominator < block_ ? dominator : best;
}

/// A value that some predecessors would have to load comes in a register only if it is used soon;
/// one that isn't used before the loop's next turn, only if that has it in one, too.
bool RegisterScan::is_wanted(VReg v) {
  if (is_constant(v)) return distance(v) < near_use;
  if (!is_live_in(v)) return false;
  const bool is_for_turn = turn_ != none && next_use(v) >= function_->blocks[block_].end;
  if (is_for_turn && reg_at_start(v, turn_) == no_reg) return false;
  return counts_[v].residents == preds_.size() || distance(v) < near_use;
}

void RegisterScan::enter_join() {
  if (best_pred_ == none) return;
  for (const std::uint32_t piece : out_->pieces_of(out_->out[best_pred_])) {
    const Piece from = out_->pieces[piece];
    if (!is_wanted(from.vreg)) continue;
    const Reg r = choose_free(from.vreg, class_regs(from.vreg), common_reg(from));
    if (r != no_reg) enter_value(from.vreg, r);
  }
}

/// What at least half of the predecessors have in a register stays in one, if one is left. The
/// others, which have called something perhaps, load it: they would have to soon, and those that
/// have it needn't store it for them. The counts are zero then.
void RegisterScan::enter_residents() {
  for (const std::uint32_t pred : preds_) {
    for (const std::uint32_t piece : out_->pieces_of(out_->out[pred])) {
      const VReg v = out_->pieces[piece].vreg;
      const Value& value = values_[v];
      const bool is_common = 2u * counts_[v].residents >= preds_.size();
      counts_[v].residents = 0;
      if (!is_common || value.piece != none || !is_live_in(v)) continue;
      if (is_constant(v) || (free_ & class_regs(v)).empty() || distance(v) >= far_use) continue;
      const Reg r = choose_free(v, class_regs(v), common_reg(out_->pieces[piece]));
      if (r != no_reg) enter_value(v, r);
    }
  }
}

/// Of a value in a loop with a call.
bool RegisterScan::is_wanted_before_call(VReg v) {
  if (crosses_call(v) || distance(v) >= near_use) return false;
  const auto uses = uses_->all();
  const std::uint32_t cursor = values_[v].cursor;
  const bool is_once = cursor + 1 >= values_[v].uses_end || uses[cursor + 1].at > next_call();
  return uses[cursor].kind != LirUse::memory || !is_once || is_constant(v);
}

/// Into a loop comes what is there and what the loop uses. With a call in the loop, only what it
/// uses before: anything else would be loaded for each round in vain. So would constants be that
/// the loop doesn't use, and they are made anew after it for less.
void RegisterScan::enter_loop() {
  if (best_pred_ == none) return;
  const std::uint32_t end = flow_->loop_end(block_);
  const bool has_call = next_call() < end;
  for (const std::uint32_t piece : out_->pieces_of(out_->out[best_pred_])) {
    const Piece from = out_->pieces[piece];
    const VReg v = from.vreg;
    const bool is_alive = is_constant(v) ? next_use(v) < end : is_live_in(v);
    if (!is_alive || (has_call && !is_wanted_before_call(v))) continue;
    if (!dispatch_loops_->is_seldom_used(v, block_)) enter_value(v, from.reg);
  }
}

/// Registers that something fixed in the loop claims are exchanged for others while that is cheap.
void RegisterScan::leave_conflicts() {
  const std::uint32_t end = flow_->loop_end(block_);
  for (RegSet left = function_->allocatable - free_; !left.empty(); left.remove(left.first())) {
    const Reg r = left.first();
    if (next_fixed(r) >= end) continue;
    const VReg v = held_vreg_[r];
    drop(r);
    const Reg better = choose_free(v, class_regs(v));
    enter_value(v, better);
  }
}

/// What the loop uses is loaded before it, if there is a register or one whose value isn't used in
/// the loop.
void RegisterScan::load_for_loop() {
  const std::uint32_t end = flow_->loop_end(block_);
  const bool has_call = next_call() < end;
  const std::uint32_t last = first_loop_value_[block_ + 1];
  for (std::uint32_t i = first_loop_value_[block_]; i < last; ++i) {
    const VReg v = sorted_loop_values_[i];
    const bool is_here = values_[v].piece != none || (!is_constant(v) && !is_live_in(v));
    if (is_here || crosses_call(v) || (has_call && !is_wanted_before_call(v))) continue;
    if (dispatch_loops_->is_seldom_used(v, block_)) continue;
    Reg r = choose_free(v, class_regs(v));
    if (r == no_reg) {
      r = farthest(class_regs(v));
      if (r == no_reg || next_use(held_vreg_[r]) < end) continue;
      if (is_constant(v)) continue;
      drop(r);
    }
    enter_value(v, r);
  }
}

/// The register of most args, or of one, where one is known.
Reg RegisterScan::wish_of_param(std::uint32_t position) {
  const LBlock& block = function_->blocks[block_];
  const VReg param = function_->params[block.first_param + position];
  if (best_pred_ == none) return values_[param].wish;
  if (!flow_->is_loop_header(block_) && preds_.size() > 2 && counts_[param].votes > 0)
    return counts_[param].common;
  const LEdge& edge = function_->succs[function_->blocks[best_pred_].first_succ];
  if (edge.to != block_) return values_[param].wish;
  const VReg arg = function_->edge_args[edge.first_arg + position];
  for (const std::uint32_t piece : out_->pieces_of(out_->out[best_pred_])) {
    if (out_->pieces[piece].vreg == arg) return out_->pieces[piece].reg;
  }
  return values_[param].wish;
}

void RegisterScan::enter_params() {
  const LBlock& block = function_->blocks[block_];
  for (std::uint32_t p = 0; p < block.param_count; ++p) {
    const VReg v = function_->params[block.first_param + p];
    const Reg wish = wish_of_param(p);
    if (uses_->of(v).empty() || dispatch_loops_->enters_in_slot(v) || distance(v) >= far_use)
      continue;
    const bool is_looping = flow_->is_loop_header(block_) && wish != no_reg &&
                            next_fixed(wish) < flow_->loop_end(block_);
    // What arrives where a number is takes its place.
    const bool is_held = !is_looping && wish != no_reg && !free_.has(wish);
    if (is_held && is_constant(held_vreg_[wish])) drop(wish);
    Reg r = choose_free(v, class_regs(v), is_looping ? no_reg : wish);
    if (r == no_reg) {
      r = farthest(class_regs(v));
      if (r == no_reg || cost_to_keep(held_vreg_[r]) <= distance(v)) continue;
      drop(r);
    }
    enter_value(v, r);
  }
}

void RegisterScan::note_params() {
  const LBlock& block = function_->blocks[block_];
  for (std::uint32_t p = 0; p < block.param_count; ++p) {
    const VReg v = function_->params[block.first_param + p];
    out_->first_piece[v] = values_[v].piece;
    values_[v].wish = values_[v].piece == none ? no_reg : values_[v].reg;
  }
}

Residence::State RegisterScan::save_state() {
  const auto first = static_cast<std::uint32_t>(out_->states.size());
  const RegSet regs = function_->allocatable - free_;
  for (RegSet left = regs; !left.empty(); left.remove(left.first()))
    out_->states.push_back(held_[left.first()]);
  // Many blocks leave the registers as they are.
  if (first >= last_state_.first + regs.size() && regs == last_state_.regs &&
      std::equal(out_->states.begin() + first, out_->states.end(),
                 out_->states.begin() + last_state_.first)) {
    out_->states.resize(first);
    return last_state_;
  }
  return last_state_ = {first, regs};
}

void RegisterScan::enter(std::uint32_t b) {
  block_ = b;
  turn_ = turn_of(b);
  at_ = from_ = function_->blocks[b].first;
  const auto preds = flow_->preds(b);
  const bool is_loop = flow_->is_loop_header(b);
  const bool is_single = preds.size() == 1 && preds[0] < b;
  const bool is_join = !is_single && !is_loop;
  bool stays = false;
  if (is_single) {
    best_pred_ = preds[0];
    stays = enter_after(preds[0]) && function_->blocks[b].param_count == 0;
  } else if (drop_all(); is_loop) {
    best_pred_ = entry_pred();
    enter_loop();
  } else {
    best_pred_ = best_pred();
    enter_join();
  }
  enter_params();
  if (is_join) enter_residents();
  if (is_loop) {
    leave_conflicts();
    load_for_loop();
  }
  note_params();
  out_->in[b] = stays ? out_->out[preds[0]] : save_state();
}

void RegisterScan::leave() {
  const LBlock& block = function_->blocks[block_];
  out_->out[block_] = save_state();
  for (std::uint32_t s = 0; s < block.succ_count; ++s) {
    const LEdge& edge = function_->succs[block.first_succ + s];
    if (edge.arg_count == 0) continue;
    const bool is_vote = flow_->preds(edge.to).size() > 2;
    for (std::uint32_t i = 0; i < edge.arg_count; ++i) {
      const Value& arg = values_[function_->edge_args[edge.first_arg + i]];
      if (arg.piece == none) continue;
      const VReg param = function_->params[function_->blocks[edge.to].first_param + i];
      const Reg r = arg.reg;
      if (values_[param].wish == no_reg) values_[param].wish = r;
      if (is_vote) vote(counts_[param], r);
    }
  }
  left_ = block_;
}

}  // namespace wrun::inline v0::jit
