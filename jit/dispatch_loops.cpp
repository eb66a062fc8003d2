#include "jit/dispatch_loops.hpp"

#include <algorithm>

namespace wrun::inline v0::jit {

namespace {

constexpr std::uint32_t dispatch_ways = 16;
/// Of a value in a loop, that are looked at: loops may be in each other.
constexpr std::uint32_t most_uses = 1024;
constexpr std::uint64_t whole_turn = std::uint64_t{1} << 40;

}  // namespace

bool DispatchLoops::find_headers() {
  is_header_.assign(function_->blocks.size(), false);
  bool has_any = false;
  for (std::uint32_t b = 0; b < function_->blocks.size(); ++b) {
    const LBlock& block = function_->blocks[b];
    if (block.succ_count < dispatch_ways || block.is_cold) continue;
    const std::uint32_t header = flow_->innermost_loop(b);
    if (header == LirFlow::none) continue;
    is_header_[header] = true;
    has_any = true;
  }
  return has_any;
}

/// A turn begins at its header, whatever leads there.
void DispatchLoops::enter(std::uint32_t b) {
  Share share;
  if (is_header(b)) {
    share.all = whole_turn;
  } else {
    for (const std::uint32_t pred : flow_->preds(b)) {
      if (flow_->is_back_edge(pred, b)) continue;
      share.all += shares_[pred].all;
      share.called += shares_[pred].called;
    }
  }
  const LBlock& block = function_->blocks[b];
  if (block.is_cold) share = {};
  if (calls_[b]) share.called = share.all;
  reached_[b] = share.all;
  std::uint32_t ways = 0;
  for (std::uint32_t s = 0; s < block.succ_count; ++s)
    ways += function_->blocks[function_->succs[block.first_succ + s].to].is_cold ? 0 : 1;
  ways = std::max(ways, 1u);
  shares_[b] = {share.all / ways, share.called / ways};
}

void DispatchLoops::leave(std::uint32_t b) {
  const LBlock& block = function_->blocks[b];
  for (std::uint32_t s = 0; s < block.succ_count; ++s) {
    const std::uint32_t to = function_->succs[block.first_succ + s].to;
    if (!is_header(to) || !flow_->is_back_edge(b, to)) continue;
    turns_[to].all += shares_[b].all;
    turns_[to].called += shares_[b].called;
  }
}

void DispatchLoops::measure() {
  shares_.assign(function_->blocks.size(), {});
  turns_.assign(function_->blocks.size(), {});
  reached_.assign(function_->blocks.size(), 0);
  calls_.assign(function_->blocks.size(), false);
  for (const std::uint32_t call : uses_->calls()) calls_[liveness_->block_of(call)] = true;
  for (const std::uint32_t b : flow_->order()) {
    enter(b);
    leave(b);
  }
}

bool DispatchLoops::is_arg(const LirUse& use) const {
  const LBlock& block = function_->blocks[liveness_->block_of(use.at)];
  return block.succ_count == 1 && use.at == block.end - 1;
}

bool DispatchLoops::is_seldom_used(VReg v, std::uint32_t header) const {
  if (!has_any_ || !is_header(header) || turns_[header].all == 0) return false;
  const std::uint32_t first = function_->blocks[header].first;
  const std::uint32_t end = flow_->loop_end(header);
  const std::uint64_t called = turns_[header].called / (turns_[header].all / 1024 + 1);
  std::uint64_t used = 0;
  std::uint32_t last = LirFlow::none;
  std::uint32_t left = most_uses;
  const auto all = uses_->of(v);
  auto use = std::lower_bound(all.begin(), all.end(), first,
                              [](const LirUse& each, std::uint32_t at) { return each.at < at; });
  for (; use != all.end() && use->at < end; ++use) {
    if (left-- == 0) return false;
    if (is_arg(*use)) continue;
    const std::uint32_t b = liveness_->block_of(use->at);
    if (last != LirFlow::none && flow_->dominates(last, b)) continue;
    last = b;
    used += reached_[b];
    if (used / (whole_turn / 1024) >= called / 2) return false;
  }
  return used / (whole_turn / 1024) < called / 2;
}

/// Whether all that is done with a parameter, before the loop ends, is to hand it to such.
bool DispatchLoops::is_passed_to_slots(VReg v) const {
  const std::uint32_t depth = flow_->loop_depth(uses_->definition(v).block);
  bool is_passed = false;
  for (const LirUse& use : uses_->of(v)) {
    const std::uint32_t b = liveness_->block_of(use.at);
    if (function_->blocks[b].is_cold || flow_->loop_depth(b) < depth) continue;
    if (!is_arg(use) || !in_slot_[use.about]) return false;
    is_passed = true;
  }
  return is_passed;
}

/// What is handed to a loop's next turn is looked at from the end, as jumps lead forward.
void DispatchLoops::choose_params() {
  in_slot_.assign(function_->vregs.size(), false);
  const auto params_of = [&](const LBlock& block) {
    return std::span(function_->params).subspan(block.first_param, block.param_count);
  };
  for (std::uint32_t b = 0; b < function_->blocks.size(); ++b) {
    if (!is_header(b)) continue;
    for (const VReg v : params_of(function_->blocks[b])) in_slot_[v] = is_seldom_used(v, b);
  }
  for (auto b = static_cast<std::uint32_t>(function_->blocks.size()); b-- > 0;) {
    if (is_header(b)) continue;
    for (const VReg v : params_of(function_->blocks[b])) in_slot_[v] = is_passed_to_slots(v);
  }
}

void DispatchLoops::analyse(const LFunction& function, const LirFlow& flow, const LirUses& uses,
                            const LirLiveness& liveness) {
  function_ = &function;
  flow_ = &flow;
  uses_ = &uses;
  liveness_ = &liveness;
  has_any_ = find_headers();
  if (!has_any_) return;
  measure();
  choose_params();
}

}  // namespace wrun::inline v0::jit
