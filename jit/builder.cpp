#include "jit/builder.hpp"

#include <algorithm>

#include "jit/layout.hpp"
#include "jit/types.hpp"

namespace wrun::inline v0::jit {

/// There are seldom more values than that; most functions are small, and the graph keeps its room.
constexpr std::uint32_t body_bytes_per_value = 2;
constexpr std::uint32_t most_reserved_values = 1 << 15;

/// Inlining never makes a function too large to be compiled.
std::optional<Unsupported> Builder::build(const wasm::ModuleData& module, wasm::FuncIdx function,
                                          const CompileOptions& options) {
  const std::uint32_t size = module.functions[function.value].body.size;
  inline_budget_ = options.inlines ? inline_budget_of(size) : 0;
  auto refused = attempt(module, function, options);
  if (!refused || inlined_.empty()) return refused;
  inline_budget_ = 0;
  return attempt(module, function, options);
}

std::optional<Unsupported> Builder::attempt(const wasm::ModuleData& module, wasm::FuncIdx function,
                                            const CompileOptions& options) {
  graph_.clear();
  graph_.reserve(std::min(module.functions[function.value].body.size / body_bytes_per_value,
                          most_reserved_values));
  emit_.clear();
  inlined_.clear();
  refused_callees_.clear();
  depth_ = 0;
  body_ = &body_at(depth_);
  if (auto refused = body_->prescan.run(module, function, options.osr_offset)) return refused;
  module_ = &module;
  options_ = options;
  values_left_ = body_->prescan.budget();
  over_budget_ = false;
  instance_ = Value::none;
  osr_header_ = Block::none;
  try_table_.clear();
  tries_.clear();
  layouts_.clear();
  body_->inlined = 0;
  walk_around_entry(function);
  if (over_budget_)
    return Unsupported{"too many values at too many labels",
                       module.functions[function.value].body.offset};
  complete();
  return std::nullopt;
}

/// Once; or, where a loop is entered that is in others, once for each of them, the outermost first.
/// Each walk is entered at its own loop's header, and where it comes to the next turn of a loop
/// around that, it goes on in the walk for that one: so all loops have one way in, and are as they
/// are in the function's own code. Large functions, and more than three loops, have several.
void Builder::walk_around_entry(wasm::FuncIdx function) {
  constexpr std::size_t most_walks = 3;
  constexpr std::size_t most_bytes = 6000;
  const std::size_t loops = std::max(body_->prescan.entry_depth(), 1u);
  const std::size_t size = module_->functions[function.value].body.size;
  const std::size_t walks =
      std::clamp<std::size_t>(most_bytes / (size + 1), 1, std::min(loops, most_walks));
  const std::uint32_t inline_budget = inline_budget_;
  values_left_ *= walks;
  entered_headers_.assign(loops, Block::none);
  for (own_loop_ = loops - walks; own_loop_ < loops; ++own_loop_) {
    next_loop_ = 0;
    inline_budget_ = inline_budget;
    loop_depth_ = 0;
    current_try_ = TryTable::none;
    legacy_depth_ = 0;
    start_body(function);
    body_->walker.function(*module_, function);
  }
}

/// Of body_, which the prescan has seen.
void Builder::start_body(wasm::FuncIdx function) {
  body_->function = function;
  body_->saved.clear();
  body_->next_construct = 0;
  body_->fuel.clear();
  body_->next_fuel = 0;
  if (options_.fuel) body_->fuel = wasm::fuel_blocks(*module_, function);
  if (options_.deterministic) body_->cost = wasm::frame_cost(*module_, function);
  const auto hints = module_->branch_hints.find(function.value);
  body_->hints = {};
  if (hints != module_->branch_hints.end()) body_->hints = hints->second;
}

/// An inlined function's parameters are there.
void Builder::begin(Walker& w) {
  std::vector<Value>& own = body_->locals;
  w.label(0).label.loop_depth = loop_depth_;
  const wasm::LocalTypes& locals = w.locals();
  const auto params = static_cast<std::uint32_t>(w.signature().params.size());
  if (!is_inlined()) {
    emit_.start(add_block(0));
    if (instance_ == Value::none) {
      instance_ = emit_.append(Opcode::instance, Type::i64, 0, {});
      bases_end_ = instance_;
      bases_.clear();
      if (keeps_stack_left()) save_stack_left();
    }
    own.clear();
    for (std::uint32_t i = 0; i < params; ++i)
      own.push_back(emit_.append(Opcode::argument, type_of(locals[i]), i, {}));
  }
  if (options_.deterministic) {
    emit_.set_origin({body_->inlined, w.offset()});
    take_stack();
  }
  for (const auto& run : locals.runs()) {
    if (run.end <= params) continue;
    own.resize(run.end, emit_.constant(type_of(run.type), 0));
  }
  body_->kept_at = static_cast<std::uint32_t>(own.size());
  if (body_->prescan.kept() != 0) own.resize(own.size() + body_->prescan.kept(), emit_.i64(0));
}

/// Of the whole graph.
void Builder::complete() {
  if (osr_header_ != Block::none) enter_from_frame();
  body_->walker.shrink();
  pruner_.run(graph_);
}

void Builder::instruction(Walker& w, Op) {
  emit_.set_origin({body_->inlined, w.offset()});
  if (options_.fuel) charge(w.offset());
}

/// Charges the block that starts at `offset`, if one does.
void Builder::charge(std::uint32_t offset) {
  const auto& blocks = body_->fuel;
  std::size_t& next = body_->next_fuel;
  while (next < blocks.size() && blocks[next].offset < offset) ++next;
  if (next == blocks.size() || blocks[next].offset != offset) return;
  emit_.append(Opcode::charge, Type::none, blocks[next].cost, {});
}

/// Has the function begin at the loop's header, with what the interpreter's frame holds.
void Builder::enter_from_frame() {
  while (graph_.at(graph_.entry()).last != bases_end_)
    graph_.unlink(graph_.at(graph_.entry()).last);
  emit_.start(graph_.entry());
  emit_.set_origin({0, *options_.osr_offset});
  const auto params = graph_.params(osr_header_);
  types_.clear();
  for (const Value param : params) types_.push_back(graph_.at(param).type);
  values_.clear();
  for (std::size_t i = 0; i < types_.size(); ++i)
    values_.push_back(emit_.append(Opcode::frame_slot, types_[i], osr_slots_[i], {}));
  emit_.jump(graph_.make_edge(osr_header_, values_));
}

}  // namespace wrun::inline v0::jit
