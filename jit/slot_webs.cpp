#include "jit/slot_webs.hpp"

#include <algorithm>

namespace wrun::inline v0::jit {

namespace {

/// Of webs, since all of one are compared with all of the other.
constexpr std::uint32_t largest_web = 64;
/// Ways on from blocks that comparisons look at, for each value; then no webs are joined any more.
constexpr std::size_t looks_per_value = 64;

}  // namespace

/// Whether the one that is defined first is alive where the other is defined.
bool SlotWebs::interfere(VReg a, VReg b) {
  if (uses_->definition(b).at < uses_->definition(a).at) std::swap(a, b);
  const LirUses::Definition& first = uses_->definition(a);
  const LirUses::Definition& second = uses_->definition(b);
  const std::size_t looks = 1 + function_->blocks[second.block].succ_count;
  looks_left_ -= std::min(looks, looks_left_);
  if (first.at == second.at) return true;
  if (first.block != second.block && !liveness_->is_live_into(a, second.block)) return false;
  if (liveness_->is_live_out_of(*function_, a, second.block)) return true;
  // A param is there before the block's first instruction, and so may be what is defined in a slot.
  const bool is_early = second.is_param || residence_->first_piece[b] == Residence::none;
  const std::uint32_t after = second.at + (is_early ? 0 : 1);
  const auto all = uses_->of(a);
  const auto use =
      std::lower_bound(all.begin(), all.end(), after,
                       [](const LirUse& each, std::uint32_t at) { return each.at < at; });
  return use != all.end() && use->at < function_->blocks[second.block].end;
}

bool SlotWebs::webs_interfere(VReg a, VReg b) {
  VReg one = a;
  do {
    VReg other = b;
    do {
      if (looks_left_ == 0 || interfere(one, other)) return true;
      other = webs_[other].next;
    } while (other != b);
    one = webs_[one].next;
  } while (one != a);
  return false;
}

bool SlotWebs::may_share(VReg a, VReg b) {
  const VRegInfo& info = function_->vregs[b];
  if (info.is_constant || info.home >= 0 || info.bytes != function_->vregs[a].bytes) return false;
  if (webs_[a].size + webs_[b].size > largest_web) return false;
  return !webs_interfere(a, b);
}

void SlotWebs::join(VReg a, VReg b) {
  VReg v = b;
  do {
    webs_[v].leader = a;
    v = webs_[v].next;
  } while (v != b);
  std::swap(webs_[a].next, webs_[b].next);
  webs_[a].first = std::min(webs_[a].first, webs_[b].first);
  webs_[a].end = std::max(webs_[a].end, webs_[b].end);
  webs_[a].size += webs_[b].size;
}

void SlotWebs::join_args(VReg param, std::uint32_t position) {
  const std::uint32_t block = uses_->definition(param).block;
  for (const std::uint32_t pred : flow_->preds(block)) {
    const LEdge& edge = function_->succs[function_->blocks[pred].first_succ];
    const VReg arg = function_->edge_args[edge.first_arg + position];
    if (!(*in_slot_)[arg] || leader(arg) == leader(param)) continue;
    if (may_share(leader(param), leader(arg))) join(leader(param), leader(arg));
  }
}

void SlotWebs::run(const Input& input) {
  const LFunction& function = input.function;
  function_ = &function;
  flow_ = &input.flow;
  uses_ = &input.uses;
  liveness_ = &input.liveness;
  residence_ = &input.residence;
  in_slot_ = &input.in_slot;
  webs_.resize(function.vregs.size());
  looks_left_ = looks_per_value * webs_.size();
  for (VReg v = 0; v < webs_.size(); ++v)
    webs_[v] = {v, v, uses_->definition(v).at, liveness_->end(v), 1};
  for (const LBlock& block : function.blocks) {
    for (std::uint32_t p = 0; p < block.param_count; ++p) {
      const VReg v = function.params[block.first_param + p];
      const bool begins_in_slot = residence_->first_piece[v] == Residence::none;
      if (input.in_slot[v] && begins_in_slot) join_args(v, p);
    }
  }
}

}  // namespace wrun::inline v0::jit
