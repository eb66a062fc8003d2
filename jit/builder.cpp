#include "jit/builder.hpp"

#include <algorithm>

#include "jit/layout.hpp"
#include "jit/types.hpp"

namespace wrun::inline v0::jit {

std::optional<Unsupported> Builder::build(const wasm::ModuleData& module, wasm::FuncIdx function,
                                          const CompileOptions& options) {
  graph_.clear();
  emit_.clear();
  if (auto refused = prescan_.run(module, function, options.osr_offset)) return refused;
  module_ = &module;
  options_ = options;
  saved_.clear();
  next_construct_ = 0;
  loop_depth_ = 0;
  values_left_ = prescan_.budget();
  over_budget_ = false;
  fuel_.clear();
  next_fuel_ = 0;
  if (options.fuel) fuel_ = wasm::fuel_blocks(module, function);
  const auto hints = module.branch_hints.find(function.value);
  hints_ = {};
  if (hints != module.branch_hints.end()) hints_ = hints->second;
  osr_header_ = Block::none;
  try_table_.clear();
  tries_.clear();
  current_try_ = TryTable::none;
  legacy_depth_ = 0;
  layouts_.clear();
  walker_.function(module, function);
  if (over_budget_)
    return Unsupported{"too many values at too many labels",
                       module.functions[function.value].body.offset};
  return std::nullopt;
}

void Builder::begin(Walker& w) {
  const Block entry = add_block(0);
  emit_.start(entry);
  instance_ = emit_.append(Opcode::instance, Type::i64, 0, {});
  bases_end_ = instance_;
  bases_.clear();
  const wasm::LocalTypes& locals = w.locals();
  const auto params = static_cast<std::uint32_t>(w.signature().params.size());
  locals_.clear();
  for (std::uint32_t i = 0; i < params; ++i)
    locals_.push_back(emit_.append(Opcode::argument, type_of(locals[i]), i, {}));
  for (const auto& run : locals.runs()) {
    if (run.end <= params) continue;
    locals_.resize(run.end, emit_.constant(type_of(run.type), 0));
  }
  kept_at_ = static_cast<std::uint32_t>(locals_.size());
  if (prescan_.kept() != 0) locals_.resize(kept_at_ + prescan_.kept(), emit_.i64(0));
}

void Builder::finish(Walker&) {
  if (over_budget_) return;
  if (osr_header_ != Block::none) enter_from_frame();
  pruner_.run(graph_);
}

void Builder::instruction(Walker& w, Op) {
  emit_.set_offset(w.offset());
  if (options_.fuel) charge(w.offset());
}

/// Charges the block that starts at `offset`, if one does.
void Builder::charge(std::uint32_t offset) {
  while (next_fuel_ < fuel_.size() && fuel_[next_fuel_].offset < offset) ++next_fuel_;
  if (next_fuel_ == fuel_.size() || fuel_[next_fuel_].offset != offset) return;
  const Value state = emit_.field(Type::i64, instance_, layout::instance_state);
  emit_.append(Opcode::charge, Type::none, fuel_[next_fuel_].cost, std::span(&state, 1));
}

/// Has the function begin at the loop's header, with what the interpreter's frame holds.
void Builder::enter_from_frame() {
  while (graph_.at(graph_.entry()).last != bases_end_)
    graph_.unlink(graph_.at(graph_.entry()).last);
  emit_.start(graph_.entry());
  emit_.set_offset(*options_.osr_offset);
  const auto params = graph_.params(osr_header_);
  types_.clear();
  for (const Value param : params) types_.push_back(graph_.at(param).type);
  values_.clear();
  for (std::size_t i = 0; i < types_.size(); ++i)
    values_.push_back(emit_.append(Opcode::frame_slot, types_[i], osr_slots_[i], {}));
  emit_.jump(graph_.make_edge(osr_header_, values_));
}

}  // namespace wrun::inline v0::jit
