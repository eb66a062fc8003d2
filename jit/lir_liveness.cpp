#include "jit/lir_liveness.hpp"

#include <algorithm>

namespace wrun::inline v0::jit {

/// More than these aren't worth keeping: they are the most that compiling a large function needs.
constexpr std::size_t most_kept_pairs = 1 << 14;

void LirLiveness::reach(std::uint32_t b, VReg v) {
  if (reached_[b] == v + 1) return;
  reached_[b] = v + 1;
  pairs_.push_back({b, v});
}

void LirLiveness::extend(const LBlock& block, VReg v, std::uint32_t end) {
  ends_[v].all = std::max(ends_[v].all, end);
  if (!block.is_cold) ends_[v].hot = std::max(ends_[v].hot, end);
}

void LirLiveness::follow(const LFunction& function, const LirFlow& flow, const LirUses& uses,
                         VReg v) {
  const LirUses::Definition& definition = uses.definition(v);
  ends_[v] = {definition.at + 1, definition.at + 1};
  const auto all = uses.of(v);
  if (all.empty()) return;
  if (all.back().at < function.blocks[definition.block].end) {
    ends_[v] = {all.back().at + 1, all.back().at + 1};
    return;
  }
  std::size_t next = pairs_.size();
  for (const LirUse& use : all) {
    const std::uint32_t b = block_of_[use.at];
    extend(function.blocks[b], v, use.at + 1);
    if (b != definition.block) reach(b, v);
  }
  for (; next < pairs_.size(); ++next) {
    for (const std::uint32_t pred : flow.preds(pairs_[next].block)) {
      extend(function.blocks[pred], v, function.blocks[pred].end);
      if (pred != definition.block) reach(pred, v);
    }
  }
}

void LirLiveness::sort_pairs(std::size_t blocks) {
  first_live_in_.assign(blocks + 2, 0);
  for (const Pair& pair : pairs_) ++first_live_in_[pair.block + 2];
  for (std::size_t b = 2; b < blocks + 2; ++b) first_live_in_[b] += first_live_in_[b - 1];
  live_in_.resize(pairs_.size());
  for (const Pair& pair : pairs_) live_in_[first_live_in_[pair.block + 1]++] = pair.vreg;
}

bool LirLiveness::analyse(const LFunction& function, const LirFlow& flow, const LirUses& uses) {
  const std::size_t limit =
      (std::size_t{1} << 18) + 32 * function.insts.size() + 2 * function.edge_args.size();
  block_of_.resize(function.insts.size());
  for (std::uint32_t b = 0; b < function.blocks.size(); ++b) {
    std::fill(block_of_.begin() + function.blocks[b].first,
              block_of_.begin() + function.blocks[b].end, b);
  }
  reached_.assign(function.blocks.size(), 0);
  ends_.assign(function.vregs.size(), {});
  pairs_.clear();
  for (VReg v = 0; v < function.vregs.size(); ++v) {
    if (function.vregs[v].is_constant || uses.definition(v).block == LirUses::none) continue;
    follow(function, flow, uses, v);
    if (pairs_.size() > limit) return false;
  }
  sort_pairs(function.blocks.size());
  if (pairs_.capacity() > most_kept_pairs) std::vector<Pair>().swap(pairs_);
  return true;
}

}  // namespace wrun::inline v0::jit
