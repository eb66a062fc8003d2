#include "jit/lir_liveness.hpp"

#include <algorithm>
#include <bit>

#include "jit/chunks.hpp"

namespace wrun::inline v0::jit {

namespace {

/// Of bits: as much as pairs would take of a function with as many blocks and values.
constexpr std::size_t most_words = 1 << 15;
/// Each loop around a value takes one.
constexpr unsigned most_rounds = 16;

}  // namespace

/// From its uses backwards: what it is alive into, and out of. Each turn has another number.
std::span<const std::uint32_t> LirLiveness::follow(const LirFlow& flow, const LirUses& uses, VReg v,
                                                   std::uint32_t turn) {
  const LirUses::Definition& definition = uses.definition(v);
  End end = ends_[v];
  std::uint32_t* const first = reached_.data();
  std::uint32_t* last = first;
  const auto reach = [&](std::uint32_t b) {
    if (blocks_[b].reached == turn || b == definition.block) return;
    blocks_[b].reached = turn;
    *last++ = b;
  };
  for (const LirUse& use : uses.of(v)) reach(block_of_[use.at]);
  for (const std::uint32_t* next = first; next != last; ++next) {
    for (const std::uint32_t pred : flow.preds(*next)) {
      end.all = std::max(end.all, blocks_[pred].end);
      end.hot = std::max(end.hot, blocks_[pred].hot_end);
      reach(pred);
    }
  }
  ends_[v] = end;
  return {first, last};
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

/// What is used in other blocks than where it is defined, and how far everything is used.
void LirLiveness::find_globals(const LFunction& function, const LirUses& uses) {
  globals_.assign(function.vregs.size(), none);
  ends_.assign(function.vregs.size(), {});
  first_global_.assign(function.blocks.size() + 1, 0);
  for (VReg v = 0; v < function.vregs.size(); ++v) {
    const LirUses::Definition& definition = uses.definition(v);
    if (function.vregs[v].is_constant || definition.at == LirUses::none) continue;
    End& end = ends_[v];
    end = {definition.at + 1, definition.at + 1};
    const auto all = uses.of(v);
    if (all.empty()) continue;
    end.all = all.back().at + 1;
    if (all.back().at < blocks_[definition.block].end) {
      end.hot = end.all;
      continue;
    }
    globals_[v] = 0;
    ++first_global_[definition.block];
    for (const LirUse& use : all)
      if (blocks_[block_of_[use.at]].hot_end != 0) end.hot = std::max(end.hot, use.at + 1);
  }
}

/// Those that are defined in a block one after the other.
void LirLiveness::number_globals(const LFunction& function, const LirUses& uses) {
  std::uint32_t count = 0;
  for (std::uint32_t& first : first_global_) {
    const std::uint32_t own = first;
    first = count;
    count += own;
  }
  global_vregs_.resize(count);
  for (VReg v = 0; v < function.vregs.size(); ++v) {
    if (globals_[v] == none) continue;
    globals_[v] = first_global_[uses.definition(v).block]++;
    global_vregs_[globals_[v]] = v;
  }
  // Each first one has become the next block's.
  for (std::size_t b = first_global_.size() - 1; b > 0; --b)
    first_global_[b] = first_global_[b - 1];
  first_global_[0] = 0;
}

/// Of a word of bits, those of what a block defines.
std::uint64_t LirLiveness::defined_in(std::uint32_t b, std::size_t word) const {
  const auto below = [word](std::size_t end) {
    if (end <= word * 64) return std::uint64_t{0};
    return end >= word * 64 + 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << end % 64) - 1;
  };
  return below(first_global_[b + 1]) & ~below(first_global_[b]);
}

/// What is alive into what follows a block is alive into it, or defined there. Whether any is new.
bool LirLiveness::spread(const LFunction& function, std::uint32_t b, std::uint32_t now) {
  const LBlock& block = function.blocks[b];
  const std::uint32_t last = turns_[b].done;
  turns_[b].done = now;
  std::uint64_t* const own = bits_.data() + b * words_;
  std::uint64_t added = 0;
  const std::size_t first_own = first_global_[b] / 64;
  const std::size_t last_own = first_global_[b + 1] / 64;
  for (std::uint32_t s = 0; s < block.succ_count; ++s) {
    const std::uint32_t to = function.succs[block.first_succ + s].to;
    if (turns_[to].changed < last) continue;
    const std::uint64_t* const next = bits_.data() + to * words_;
    for (std::size_t w = 0; w < words_; ++w) {
      std::uint64_t fresh = next[w] & ~own[w];
      if (fresh == 0) continue;
      if (w >= first_own && w <= last_own) fresh &= ~defined_in(b, w);
      own[w] |= fresh;
      added |= fresh;
    }
  }
  if (added != 0) turns_[b].changed = now;
  return added != 0;
}

/// False where that would take too much room or time, or not all blocks are reachable.
bool LirLiveness::fill_bits(const LFunction& function, const LirFlow& flow, const LirUses& uses) {
  const std::size_t blocks = function.blocks.size();
  words_ = global_vregs_.size() / 64 + 1;
  if (blocks * words_ > most_words || flow.order().size() != blocks) return false;
  bits_.assign(blocks * words_, 0);
  for (std::uint32_t global = 0; global < global_vregs_.size(); ++global) {
    const VReg v = global_vregs_[global];
    const std::uint32_t home = uses.definition(v).block;
    for (const LirUse& use : uses.of(v)) {
      const std::uint32_t b = block_of_[use.at];
      if (b != home) bits_[b * words_ + global / 64] |= std::uint64_t{1} << global % 64;
    }
  }
  turns_.assign(blocks, {});
  std::uint32_t now = 0;
  bool is_new = true;
  for (unsigned round = 0; is_new; ++round) {
    if (round == most_rounds) return false;
    is_new = false;
    for (std::size_t i = blocks; i-- > 0;) is_new |= spread(function, flow.order()[i], ++now);
  }
  return true;
}

void LirLiveness::extend(std::uint64_t fresh, std::size_t word, std::uint32_t end, bool is_hot) {
  for (; fresh != 0; fresh &= fresh - 1) {
    End& known = ends_[global_vregs_[word * 64 + static_cast<unsigned>(std::countr_zero(fresh))]];
    std::uint32_t& extended = is_hot ? known.hot : known.all;
    extended = std::max(extended, end);
  }
}

/// The last block that a value leaves alive, and the last one of these that isn't cold.
void LirLiveness::find_ends(const LFunction& function) {
  seen_.assign(words_, 0);
  seen_hot_.assign(words_, 0);
  for (auto b = static_cast<std::uint32_t>(function.blocks.size()); b-- > 0;) {
    const LBlock& block = function.blocks[b];
    for (std::uint32_t s = 0; s < block.succ_count; ++s) {
      const std::uint64_t* const next =
          bits_.data() + function.succs[block.first_succ + s].to * words_;
      for (std::size_t w = 0; w < words_; ++w) {
        extend(next[w] & ~seen_[w], w, block.end, false);
        seen_[w] |= next[w];
        if (block.is_cold) continue;
        extend(next[w] & ~seen_hot_[w], w, block.end, true);
        seen_hot_[w] |= next[w];
      }
    }
  }
}

bool LirLiveness::analyse(const LFunction& function, const LirFlow& flow, const LirUses& uses) {
  look_at_blocks(function);
  find_globals(function, uses);
  number_globals(function, uses);
  if (fill_bits(function, flow, uses)) {
    find_ends(function);
    return true;
  }
  words_ = 0;
  return collect_pairs(function, flow, uses);
}

bool LirLiveness::collect_pairs(const LFunction& function, const LirFlow& flow,
                                const LirUses& uses) {
  const std::size_t limit =
      (std::size_t{1} << 18) + 32 * function.insts.size() + 2 * function.edge_args.size();
  const std::size_t blocks = function.blocks.size();
  reached_.resize(blocks);
  first_live_in_.assign(blocks + 2, 0);
  std::size_t pairs = 0;
  std::uint32_t turn = 0;
  for (const VReg v : global_vregs_) {
    const auto all = follow(flow, uses, v, ++turn);
    for (const std::uint32_t b : all) ++first_live_in_[b + 2];
    pairs += all.size();
    if (pairs > limit) return false;
  }
  for (std::size_t b = 2; b < blocks + 2; ++b) first_live_in_[b] += first_live_in_[b - 1];
  live_in_.resize(pairs);
  for (VReg v = 0; v < globals_.size(); ++v) {
    if (globals_[v] == none) continue;
    for (const std::uint32_t b : follow(flow, uses, v, ++turn))
      live_in_[first_live_in_[b + 1]++] = v;
  }
  return true;
}

void LirLiveness::shrink() {
  give_back(blocks_);
  give_back(first_global_);
  give_back(global_vregs_);
  give_back(turns_);
  give_back(seen_);
  give_back(seen_hot_);
  give_back(reached_);
}

void LirLiveness::forget_blocks() {
  give_back(globals_);
  give_back(bits_);
  give_back(first_live_in_);
  give_back(live_in_);
}

}  // namespace wrun::inline v0::jit
