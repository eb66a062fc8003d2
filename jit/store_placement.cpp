#include "jit/store_placement.hpp"

#include <algorithm>

namespace wrun::inline v0::jit {

namespace {

constexpr std::uint32_t nowhere = Residence::none;
constexpr unsigned farthest_climb = 64;  ///< blocks; from there on the definition is good enough
constexpr std::uint32_t many_ways = 4;

}  // namespace

/// What holds a value in a register where a block begins.
std::uint32_t StorePlacement::piece_at(VReg v, std::uint32_t block) const {
  for (const std::uint32_t piece : residence_->pieces_of(residence_->in[block])) {
    const Piece& p = residence_->pieces[piece];
    if (p.vreg == v) return p.is_needed ? piece : nowhere;
  }
  return nowhere;
}

std::uint32_t StorePlacement::cost(std::uint32_t block) const {
  return function_->blocks[block].is_cold ? 0 : flow_->loop_depth(block) + 1;
}

/// From a block up to the one that defines the value: where a store costs least.
std::uint32_t StorePlacement::climb(VReg v, std::uint32_t from) const {
  const std::uint32_t top = uses_->definition(v).block;
  std::uint32_t best = top;
  std::uint32_t best_cost = nowhere;
  std::uint32_t b = from;
  for (unsigned i = 0; i < farthest_climb && b != top; ++i) {
    if (cost(b) < best_cost && piece_at(v, b) != nowhere) {
      best = b;
      best_cost = cost(b);
    }
    if (b == 0) return top;
    b = flow_->immediate_dominator(b);
  }
  return b == top && cost(top) < best_cost ? top : best;
}

void StorePlacement::store_in(VReg v, std::uint32_t block) {
  const LirUses::Definition& definition = uses_->definition(v);
  if (block != definition.block) {
    const Reg reg = residence_->pieces[piece_at(v, block)].reg;
    stores_.push_back({function_->blocks[block].first, reg, v});
    return;
  }
  const Reg reg = residence_->pieces[residence_->first_piece[v]].reg;
  stores_.push_back({definition.at + (definition.is_param ? 0u : 1u), reg, v});
}

/// A cold block's wish is fulfilled where its cold part begins, or else by everybody's store.
void StorePlacement::place_cold(VReg v, std::uint32_t block) {
  const std::uint32_t top = uses_->definition(v).block;
  std::uint32_t found = nowhere;
  std::uint32_t b = block;
  for (unsigned i = 0; i < farthest_climb && b != top && function_->blocks[b].is_cold; ++i) {
    if (piece_at(v, b) != nowhere) found = b;
    if (b == 0) break;
    b = flow_->immediate_dominator(b);
  }
  if (found != nowhere) {
    cold_.push_back(found);
  } else {
    place_hot(block);
  }
}

void StorePlacement::place_hot(std::uint32_t block) {
  hot_ = hot_ == nowhere ? block : flow_->common_dominator(hot_, block);
}

/// The first block of the outermost case that a block is in, of a switch after the definition that
/// is done as often as this; or none.
std::uint32_t StorePlacement::case_of(VReg v, std::uint32_t block) const {
  const std::uint32_t top = uses_->definition(v).block;
  std::uint32_t found = nowhere;
  std::uint32_t b = block;
  for (unsigned i = 0; i < farthest_climb && b != top && b != 0; ++i) {
    const auto preds = flow_->preds(b);
    const bool is_case = preds.size() == 1 && function_->blocks[preds[0]].succ_count >= many_ways;
    if (is_case && flow_->loop_depth(b) <= flow_->loop_depth(top)) found = b;
    b = flow_->immediate_dominator(b);
  }
  return b == top ? found : nowhere;
}

/// The best block for a store in a case, at or above one in it; or none.
std::uint32_t StorePlacement::climb_in_case(VReg v, std::uint32_t from, std::uint32_t first) const {
  std::uint32_t best = nowhere;
  for (std::uint32_t b = from;; b = flow_->immediate_dominator(b)) {
    if (piece_at(v, b) != nowhere && (best == nowhere || cost(b) < cost(best))) best = b;
    if (b == first) return best;
  }
}

/// One of many ways is gone seldom: what only they want is stored there, and not for all of them.
void StorePlacement::place_cases(VReg v) {
  std::sort(cases_.begin(), cases_.end(), [](const CaseDemand& a, const CaseDemand& b) {
    return a.first != b.first ? a.first < b.first : a.block < b.block;
  });
  for (std::size_t i = 0; i < cases_.size();) {
    const std::uint32_t first = cases_[i].first;
    std::uint32_t block = cases_[i].block;
    for (; i < cases_.size() && cases_[i].first == first; ++i)
      block = flow_->common_dominator(block, cases_[i].block);
    const std::uint32_t store = climb_in_case(v, block, first);
    if (store != nowhere) {
      cold_.push_back(store);
    } else {
      place_hot(block);
    }
  }
}

void StorePlacement::place(VReg v, std::span<const SlotDemand> demands) {
  cold_.clear();
  cases_.clear();
  hot_ = nowhere;
  const std::uint32_t top = uses_->definition(v).block;
  for (const SlotDemand& demand : demands) {
    if (function_->blocks[demand.block].is_cold && !function_->blocks[top].is_cold) {
      place_cold(v, demand.block);
    } else if (const std::uint32_t first = case_of(v, demand.block); first != nowhere) {
      cases_.push_back({first, demand.block});
    } else {
      place_hot(demand.block);
    }
  }
  place_cases(v);
  std::uint32_t store = nowhere;
  if (hot_ != nowhere) {
    store = climb(v, hot_);
    store_in(v, store);
  }
  std::sort(cold_.begin(), cold_.end());
  cold_.erase(std::unique(cold_.begin(), cold_.end()), cold_.end());
  for (const std::uint32_t b : cold_) {
    if (store == nowhere || !flow_->dominates(store, b)) store_in(v, b);
  }
}

void StorePlacement::run(const LFunction& function, const LirFlow& flow, const LirUses& uses,
                         Residence& residence) {
  function_ = &function;
  flow_ = &flow;
  uses_ = &uses;
  residence_ = &residence;
  stores_.clear();
  auto& demands = residence.demands;
  const auto order = [](const SlotDemand& demand) {
    return std::uint64_t{demand.vreg} << 32 | demand.block;
  };
  std::sort(demands.begin(), demands.end(),
            [&](const SlotDemand& a, const SlotDemand& b) { return order(a) < order(b); });
  const auto last_one =
      std::unique(demands.begin(), demands.end(),
                  [&](const SlotDemand& a, const SlotDemand& b) { return order(a) == order(b); });
  demands.resize(static_cast<std::size_t>(last_one - demands.begin()));
  for (std::size_t first = 0; first < demands.size();) {
    const VReg v = demands[first].vreg;
    std::size_t last = first;
    while (last < demands.size() && demands[last].vreg == v) ++last;
    if (residence.first_piece[v] != nowhere && function.vregs[v].home < 0) {
      place(v, {demands.data() + first, last - first});
    }
    first = last;
  }
  std::sort(stores_.begin(), stores_.end(),
            [](const SlotStore& a, const SlotStore& b) { return a.at < b.at; });
}

}  // namespace wrun::inline v0::jit
