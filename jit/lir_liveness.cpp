#include "jit/lir_liveness.hpp"

#include <algorithm>

namespace wrun::inline v0::jit {

/// More than these aren't worth keeping: they are the most that compiling a large function needs.
constexpr std::size_t most_kept_pairs = 1 << 14;

/// Enough for one value in all blocks.
std::uint32_t* LirLiveness::room_for_blocks() {
  const std::size_t needed = pair_count_ + blocks_.size();
  if (alive_in_.size() < needed) alive_in_.resize(std::max(needed, pair_count_ + pair_count_ / 2));
  return alive_in_.data() + pair_count_;
}

/// From its uses backwards: what it is alive into, and out of.
void LirLiveness::follow(const LirFlow& flow, const LirUses& uses, VReg v) {
  const LirUses::Definition& definition = uses.definition(v);
  ends_[v] = {definition.at + 1, definition.at + 1};
  const auto all = uses.of(v);
  if (all.empty()) return;
  End end{all.back().at + 1, definition.at + 1};
  if (all.back().at < blocks_[definition.block].end) {
    end.hot = end.all;
    ends_[v] = end;
    return;
  }
  std::uint32_t* const first = room_for_blocks();
  std::uint32_t* last = first;
  const auto reach = [&](std::uint32_t b) {
    if (blocks_[b].reached == v + 1 || b == definition.block) return;
    blocks_[b].reached = v + 1;
    *last++ = b;
  };
  for (const LirUse& use : all) {
    const std::uint32_t b = block_of_[use.at];
    if (blocks_[b].hot_end != 0) end.hot = std::max(end.hot, use.at + 1);
    reach(b);
  }
  for (const std::uint32_t* next = first; next != last; ++next) {
    for (const std::uint32_t pred : flow.preds(*next)) {
      end.all = std::max(end.all, blocks_[pred].end);
      end.hot = std::max(end.hot, blocks_[pred].hot_end);
      reach(pred);
    }
  }
  ends_[v] = end;
  pair_count_ += static_cast<std::size_t>(last - first);
}

void LirLiveness::sort_pairs(std::size_t blocks) {
  first_live_in_.assign(blocks + 2, 0);
  for (std::size_t i = 0; i < pair_count_; ++i) ++first_live_in_[alive_in_[i] + 2];
  for (std::size_t b = 2; b < blocks + 2; ++b) first_live_in_[b] += first_live_in_[b - 1];
  live_in_.resize(pair_count_);
  for (VReg v = 0; v + 1 < first_alive_in_.size(); ++v) {
    for (std::uint32_t i = first_alive_in_[v]; i < first_alive_in_[v + 1]; ++i)
      live_in_[first_live_in_[alive_in_[i] + 1]++] = v;
  }
}

void LirLiveness::look_at_blocks(const LFunction& function) {
  blocks_.assign(function.blocks.size(), {});
  block_of_.resize(function.insts.size());
  for (std::uint32_t b = 0; b < function.blocks.size(); ++b) {
    const LBlock& block = function.blocks[b];
    blocks_[b].end = block.end;
    if (!block.is_cold) blocks_[b].hot_end = block.end;
    std::fill(block_of_.begin() + block.first, block_of_.begin() + block.end, b);
  }
}

bool LirLiveness::analyse(const LFunction& function, const LirFlow& flow, const LirUses& uses) {
  const std::size_t limit =
      (std::size_t{1} << 18) + 32 * function.insts.size() + 2 * function.edge_args.size();
  look_at_blocks(function);
  ends_.assign(function.vregs.size(), {});
  pair_count_ = 0;
  first_alive_in_.resize(function.vregs.size() + 1);
  for (VReg v = 0; v < function.vregs.size(); ++v) {
    first_alive_in_[v] = static_cast<std::uint32_t>(pair_count_);
    if (function.vregs[v].is_constant || uses.definition(v).block == LirUses::none) continue;
    follow(flow, uses, v);
    if (pair_count_ > limit) return false;
  }
  first_alive_in_.back() = static_cast<std::uint32_t>(pair_count_);
  sort_pairs(function.blocks.size());
  if (alive_in_.capacity() > most_kept_pairs) std::vector<std::uint32_t>().swap(alive_in_);
  return true;
}

}  // namespace wrun::inline v0::jit
