// Which register is good for a value, and which value to do without.

#include <algorithm>

#include "jit/register_scan.hpp"

namespace wrun::inline v0::jit {

namespace {

// Distances are in instructions. What lies behind a call has to be loaded again whatever is done,
// and what lies behind a loop is many rounds away.
constexpr std::uint32_t behind_call = 1u << 28;
constexpr std::uint32_t behind_loop = 1u << 20;
constexpr std::uint32_t no_use = 1u << 30;
constexpr unsigned loops_looked_at = 4;
constexpr unsigned hints_followed = 4;

}  // namespace

std::uint32_t RegisterScan::next_fixed(Reg r) {
  const auto fixed = uses_->fixed(r);
  std::uint32_t& cursor = fixed_cursor_[r];
  while (cursor < fixed.size() && fixed[cursor] < from_) ++cursor;
  return cursor < fixed.size() ? fixed[cursor] : never;
}

/// Whether a call surely comes before the next use.
bool RegisterScan::crosses_call(VReg v) {
  const std::uint32_t call = next_call();
  const std::uint32_t next = next_use(v);
  if (call >= next) return false;
  const std::uint32_t caller = liveness_->block_of(call);
  return next == never || caller == block_ || flow_->dominates(caller, liveness_->block_of(next));
}

/// Whether a call surely comes before the end of a loop that we are in.
bool RegisterScan::calls_before(std::uint32_t loop_end) {
  const std::uint32_t call = next_call();
  return call < loop_end &&
         flow_->dominates(liveness_->block_of(call), liveness_->block_of(loop_end - 1));
}

/// A constant is never dead, but may have no further use.
bool RegisterScan::lives_on(VReg v) {
  if (next_use(v) < function_->blocks[block_].end) return true;
  if (is_constant(v)) return distance(v) < no_use;
  return liveness_->is_live_out_of(*function_, v, block_);
}

/// The first use in a loop of a value from before it.
std::uint32_t RegisterScan::use_in_round(VReg v, std::uint32_t header) const {
  const std::uint32_t start = function_->blocks[header].first;
  const LirUses::Definition& definition = uses_->definition(v);
  if (!is_constant(v) && definition.at >= start) return never;
  const auto uses = uses_->of(v);
  const auto found = std::partition_point(uses.begin(), uses.end(),
                                          [=](const LirUse& use) { return use.at < start; });
  return found == uses.end() ? never : found->at;
}

/// To the next use, around the loop if that is nearer.
std::uint32_t RegisterScan::distance(VReg v) {
  const std::uint32_t next = next_use(v);
  std::uint32_t penalty = 0;
  std::uint32_t header = flow_->innermost_loop(block_);
  for (unsigned i = 0; i < loops_looked_at && header != none; ++i) {
    const std::uint32_t end = flow_->loop_end(header);
    if (next < end) break;
    const std::uint32_t round = use_in_round(v, header);
    const std::uint32_t start = function_->blocks[header].first;
    if (round < from_) {
      if (calls_before(end)) penalty += behind_call;
      return penalty + (end > from_ ? end - from_ : 0) + (round - start);
    }
    penalty += behind_loop;
    header = flow_->outer_loop(header);
  }
  if (next == never) return no_use;
  return penalty + (next - from_) + (crosses_call(v) ? behind_call : 0);
}

/// The larger, the better to do without: constants and what is in the frame already cost little.
std::uint32_t RegisterScan::cost_to_keep(VReg v) {
  const std::uint32_t far = distance(v);
  const VRegInfo& info = function_->vregs[v];
  return info.is_constant || info.home >= 0 ? far + std::min(far, no_use) : far;
}

/// Where the value is wanted later.
Reg RegisterScan::hint(VReg v) {
  for (unsigned i = 0; i < hints_followed; ++i) {
    const std::uint32_t next = next_use(v);
    if (next == never || next > next_call()) return no_reg;
    const auto uses = uses_->all();
    const std::uint32_t first = values_[v].cursor;
    const std::uint32_t last = std::min(first + 3, values_[v].uses_end);
    VReg passed = none;
    for (std::uint32_t u = first; u < last; ++u) {
      if (uses[u].kind == LirUse::fixed && uses[u].at <= next_call()) {
        const Reg r = static_cast<Reg>(uses[u].about);
        return next_fixed(r) >= uses[u].at ? r : no_reg;
      }
      if (uses[u].kind == LirUse::passed) passed = uses[u].about;
    }
    if (passed == none) return no_reg;
    if (values_[passed].wish != no_reg) return values_[passed].wish;
    v = passed;
  }
  return no_reg;
}

/// Of the free ones: the one wished for, else one that nothing fixed claims while the value is
/// there.
Reg RegisterScan::choose_free(VReg v, RegSet allowed, Reg wish) {
  const RegSet free = free_ & allowed;
  if (free.empty()) return no_reg;
  if (wish != no_reg && free.has(wish)) return wish;
  const Reg hinted = hint(v);
  if (hinted != no_reg && free.has(hinted)) return hinted;
  const std::uint32_t until =
      std::min(is_constant(v) ? next_use(v) : liveness_->hot_end(v), next_call());
  Reg best = no_reg;
  std::uint32_t best_until = 0;
  for (RegSet left = free; !left.empty(); left.remove(left.first())) {
    const Reg r = left.first();
    const std::uint32_t mine = next_fixed(r);
    if (mine >= until) return r;
    if (best == no_reg || mine > best_until) {
      best = r;
      best_until = mine;
    }
  }
  return best;
}

/// The one whose value is best done without.
Reg RegisterScan::farthest(RegSet allowed) {
  Reg best = no_reg;
  std::uint32_t best_cost = 0;
  for (RegSet left = allowed - free_; !left.empty(); left.remove(left.first())) {
    const Reg r = left.first();
    const std::uint32_t cost = cost_to_keep(held_vreg_[r]);
    if (best == no_reg || cost > best_cost) {
      best = r;
      best_cost = cost;
    }
  }
  return best;
}

Reg RegisterScan::obtain(VReg v, RegSet allowed, Reg wish) {
  Reg r = choose_free(v, allowed, wish);
  if (r != no_reg) return r;
  r = farthest(allowed);
  if (r == no_reg) {
    failed_ = true;
    return allowed.empty() ? function_->allocatable.first() : allowed.first();
  }
  vacated_.push_back({held_vreg_[r], held_[r]});
  drop(r);
  return r;
}

}  // namespace wrun::inline v0::jit
