#include "jit/prescan.hpp"

#include <algorithm>

#include "jit/chunks.hpp"
#include "lib/wasm/compose.hpp"
#include "lib/wasm/rethrow_depth.hpp"

namespace wrun::inline v0::jit {

using wasm::ControlKind;

namespace {

bool is_legacy_try(ControlKind kind) {
  return kind >= ControlKind::legacy_try;
}

constexpr std::size_t free_values = 4096;
constexpr std::size_t most_kept_open = 1 << 12;

}  // namespace

std::optional<Unsupported> Prescan::run(const wasm::ModuleData& module, wasm::FuncIdx function,
                                        std::optional<std::uint32_t> osr_offset) {
  constructs_.clear();
  open_.clear();
  log_.clear();
  sets_.clear();
  unsupported_.reset();
  kept_.reset();
  function_ = function;
  legacy_depth_ = 0;
  is_inlinable_ = true;
  own_calls_ = 0;
  calls_back_ = false;
  osr_offset_ = osr_offset;
  entry_depth_ = 0;
  budget_ = free_values + budget_of(module.functions[function.value].body.size);
  walker_.function(module, function);
  walker_.shrink();
  if (open_.capacity() > most_kept_open) give_back(open_);
  return std::move(unsupported_);
}

void Prescan::begin(Walker& w) {
  if (w.locals().size() > budget_) refuse(w, compose("{} locals", w.locals().size()));
}

void Prescan::refuse(const Walker& w, std::string reason) {
  if (!unsupported_) unsupported_ = Unsupported{std::move(reason), w.offset()};
}

void Prescan::open(const Control& c) {
  open_.push_back(
      {static_cast<std::uint32_t>(constructs_.size()), log_.size(), c.kind == ControlKind::loop});
  constructs_.emplace_back();
}

void Prescan::loop(Walker& w, Control& c) {
  open(c);
  if (w.offset() != osr_offset_) return;
  for (const Open& around : open_) {
    constructs_[around.construct].holds_entry = true;
    entry_depth_ += around.is_loop;
  }
}

void Prescan::legacy_try(Walker&, Control& c) {
  is_inlinable_ = false;
  open(c);
  ++legacy_depth_;
}

/// Keeps the exception, if a rethrow may want it.
void Prescan::legacy_catch(Walker& w, Control&, wasm::Op, wasm::TagIdx, bool) {
  if (!kept_) kept_ = wasm::rethrow_depth(w.module(), function_);
  if (legacy_depth_ > *kept_) return;
  assign(static_cast<std::uint32_t>(w.locals().size()) + legacy_depth_ - 1);
}

/// What was assigned inside stays in the log, once each, for the construct around it.
void Prescan::end(Walker& w, Control& c, bool) {
  if (is_legacy_try(c.kind)) --legacy_depth_;
  if (unsupported_ || open_.empty()) return;
  const Open closed = open_.back();
  open_.pop_back();
  const auto begin = log_.begin() + static_cast<std::ptrdiff_t>(closed.log_begin);
  std::sort(begin, log_.end());
  log_.erase(std::unique(begin, log_.end()), log_.end());
  Construct& construct = constructs_[closed.construct];
  construct.first = static_cast<std::uint32_t>(sets_.size());
  construct.count = static_cast<std::uint32_t>(log_.end() - begin);
  if (sets_.size() + construct.count > budget_)
    return refuse(w, "too many locals are assigned in too many blocks");
  sets_.insert(sets_.end(), begin, log_.end());
}

}  // namespace wrun::inline v0::jit
