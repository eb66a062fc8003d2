#include <algorithm>

#include "jit/builder.hpp"
#include "jit/layout.hpp"
#include "jit/types.hpp"

namespace wrun::inline v0::jit {

using wasm::ControlKind;

namespace {

/// Ways of a br_table, the last included, that are found by comparisons.
constexpr std::size_t most_compared = 4;

}  // namespace

Block Builder::add_block(std::uint32_t loop_depth) {
  const Block b = graph_.add_block();
  graph_.at(b).loop_depth = loop_depth;
  return b;
}

void Builder::open(Control& c) {
  c.label.construct = body_->next_construct++;
  c.label.loop_depth = loop_depth_;
  c.label.around = c.label.inside = current_try_;
}

/// What a label's parameters are, in this order: locals that the construct may have changed; where
/// it holds the loop that is entered in the middle, all locals and all operands below it; and the
/// values that a branch carries.
template <class Do>
void Builder::each_local(const Control& c, Do&& act) {
  if (is_function(c)) return;
  if (holds_entry(c)) {
    for (std::uint32_t i = 0; i < body_->locals.size(); ++i) act(i);
  } else {
    for (const std::uint32_t i : body_->prescan.assigned(c.label.construct)) act(i);
  }
}

void Builder::add_params(Walker& w, const Control& c, Block b) {
  types_.clear();
  if (over_budget_) return;
  each_local(c, [&](std::uint32_t i) { types_.push_back(graph_.at(body_->locals[i]).type); });
  if (holds_entry(c)) {
    for (const Operand& below : w.operands().first(c.base)) types_.push_back(type_of(below.type));
  }
  for (const wasm::ValType type : c.label_types()) types_.push_back(type_of(type));
  if (spend(types_.size())) graph_.add_params(b, types_);
}

/// Whether the budget has room for so many values more.
bool Builder::spend(std::size_t values) {
  over_budget_ |= values > values_left_;
  if (!over_budget_) values_left_ -= values;
  return !over_budget_;
}

/// The current ones, with the topmost `count` operands.
void Builder::collect_values(Walker& w, const Control& c, std::size_t count) {
  values_.clear();
  if (over_budget_) return;
  each_local(c, [&](std::uint32_t i) { values_.push_back(body_->locals[i]); });
  if (holds_entry(c)) {
    for (const Operand& below : w.operands().first(c.base)) values_.push_back(below.value);
  }
  for (const Operand& top : w.operands(count)) values_.push_back(top.value);
}

/// From now on locals, and operands below the construct, are the block's parameters. Returns how
/// many those were.
std::uint32_t Builder::take_params(Walker& w, const Control& c, Block b) {
  if (over_budget_) return 0;
  const auto params = graph_.params(b);
  std::uint32_t next = 0;
  each_local(c, [&](std::uint32_t i) { body_->locals[i] = params[next++]; });
  if (holds_entry(c)) {
    for (Operand& below : w.operands().first(c.base)) below.value = params[next++];
  }
  return next;
}

/// Stops making edges' arguments when there are too many; the graph won't be used then.
Edge Builder::edge_with_values(Block to) {
  return spend(values_.size()) ? graph_.make_edge(to, values_) : graph_.make_edge(to);
}

Block Builder::end_block(Walker& w, Control& c) {
  if (c.label.target != Block::none) return c.label.target;
  c.label.target = add_block(c.label.loop_depth);
  add_params(w, c, c.label.target);
  return c.label.target;
}

/// A branch with the values that it carries, which are the topmost operands.
Edge Builder::edge_to(Walker& w, Control& target) {
  const Block to = target.kind == ControlKind::loop ? target.label.target : end_block(w, target);
  collect_values(w, target, target.label_types().size());
  return edge_with_values(to);
}

void Builder::block(Walker&, Control& c) {
  open(c);
}

void Builder::loop(Walker& w, Control& c) {
  open(c);
  const Block header = add_block(++loop_depth_);
  graph_.at(header).is_loop_header = true;
  c.label.target = header;
  add_params(w, c, header);
  emit_.jump(edge_to(w, c));
  emit_.start(header);
  std::uint32_t next = take_params(w, c, header);
  if (!over_budget_) {
    for (Operand& param : w.operands(c.params().size()))
      param.value = graph_.params(header)[next++];
  }
  if (holds_entry(c)) c.label.target = entered_header(header);
  if (!is_inlined() && w.offset() == options_.osr_offset) note_entry(w, header);
  if (options_.interruptible) {
    const Value state = emit_.field(Type::i64, instance_, layout::instance_state);
    emit_.append(Opcode::poll, Type::none, 0, std::span(&state, 1));
  }
}

/// Of a loop around the entry that a walk has come to: the header that branches go to, which may be
/// another walk's.
Block Builder::entered_header(Block made) {
  const std::size_t loop = next_loop_++;
  Block& known = entered_headers_[loop];
  if (loop == own_loop_) known = made;
  return loop < own_loop_ && known != Block::none ? known : made;
}

/// Where the interpreter's frame has the header's parameters: all locals, then all operands.
void Builder::note_entry(Walker& w, Block header) {
  osr_header_ = header;
  osr_slots_.clear();
  std::uint32_t slot = 0;
  for (const auto& run : w.locals().runs()) {
    for (std::uint32_t i = run.begin; i < run.end; ++i) {
      osr_slots_.push_back(slot);
      slot += wasm::slot_count(run.type);
    }
  }
  for (std::uint32_t i = 0; i < body_->prescan.kept(); ++i) osr_slots_.push_back(slot++);
  slot += keeps_stack_left() ? 1 : 0;
  const runtime::FrameLayout layout(runtime::slot_count(std::span(w.signature().params)), slot);
  for (const Operand& operand : w.operands()) osr_slots_.push_back(layout.operand(operand.height));
}

void Builder::save_locals(Walker& w, Control& c) {
  c.label.saved = static_cast<std::uint32_t>(body_->saved.size());
  collect_values(w, c, 0);
  if (spend(values_.size()))
    body_->saved.insert(body_->saved.end(), values_.begin(), values_.end());
}

void Builder::restore_locals(Walker& w, Control& c) {
  if (over_budget_) return;
  std::uint32_t next = c.label.saved;
  each_local(c, [&](std::uint32_t i) { body_->locals[i] = body_->saved[next++]; });
  if (holds_entry(c)) {
    for (Operand& below : w.operands().first(c.base)) below.value = body_->saved[next++];
  }
  body_->saved.resize(c.label.saved);
}

/// What the module's author says of the branch at `offset`.
std::uint8_t Builder::hint(std::uint32_t offset) {
  const auto found =
      std::lower_bound(body_->hints.begin(), body_->hints.end(), offset,
                       [](const wasm::BranchHint& h, std::uint32_t at) { return h.offset < at; });
  if (found == body_->hints.end() || found->offset != offset) return 0;
  return found->is_likely ? mostly_taken : rarely_taken;
}

void Builder::if_(Walker& w, Control& c, Value condition) {
  open(c);
  save_locals(w, c);
  const Block then = add_block(loop_depth_);
  c.label.otherwise = add_block(loop_depth_);
  const std::uint8_t hinted = hint(w.offset());
  if (hinted == mostly_taken) graph_.at(c.label.otherwise).is_cold = true;
  if (hinted == rarely_taken) graph_.at(then).is_cold = true;
  emit_.branch(condition, graph_.make_edge(then), graph_.make_edge(c.label.otherwise), hinted);
  emit_.continue_in(then);
}

void Builder::else_(Walker& w, Control& c, bool reached) {
  if (reached) {
    end_block(w, c);
    collect_values(w, c, c.results().size());
    emit_.jump(edge_with_values(c.label.target));
  }
  restore_locals(w, c);
  emit_.start(c.label.otherwise);
  c.label.otherwise = Block::none;
}

/// The missing arm's results are the parameters.
void Builder::end_without_else(Walker& w, Control& c) {
  restore_locals(w, c);
  emit_.start(c.label.otherwise);
  collect_values(w, c, 0);
  for (const Operand& param : w.else_params(c)) values_.push_back(param.value);
  emit_.jump(edge_with_values(c.label.target));
}

void Builder::end(Walker& w, Control& c, bool reached) {
  if (is_function(c)) return end_function(w, c, reached);
  if (c.label.own_try != TryTable::none) finish_try(c);
  if (c.kind == ControlKind::loop) {
    --loop_depth_;
    // From behind its last branch nothing goes back.
    if (reached) graph_.at(emit_.block()).loop_depth = loop_depth_;
  }
  if (c.kind == ControlKind::loop || !c.targeted) return;
  end_block(w, c);
  if (reached) {
    collect_values(w, c, c.results().size());
    emit_.jump(edge_with_values(c.label.target));
  }
  if (c.kind == ControlKind::if_) end_without_else(w, c);
  emit_.start(c.label.target);
  results_at_ = take_params(w, c, c.label.target);
}

Value Builder::result(Walker&, Control& c, std::uint32_t i) {
  return over_budget_ ? instance_ : graph_.params(c.label.target)[results_at_ + i];
}

void Builder::end_function(Walker& w, Control& c, bool reached) {
  if (is_inlined()) return end_inlined(w, c, reached);
  if (reached) emit_return(w);
  if (c.label.target == Block::none) return;
  emit_.start(c.label.target);
  const auto params = graph_.params(c.label.target);
  values_.assign(params.begin(), params.end());
  give_stack();
  emit_.append(Opcode::return_, Type::none, 0, values_);
}

void Builder::emit_return(Walker& w) {
  if (is_inlined()) return emit_.jump(edge_to(w, w.label(w.depth() - 1)));
  values_.clear();
  for (const Operand& top : w.operands(w.signature().results.size())) values_.push_back(top.value);
  give_stack();
  emit_.append(Opcode::return_, Type::none, 0, values_);
}

void Builder::return_(Walker& w) {
  emit_return(w);
}

void Builder::unreachable(Walker&) {
  emit_.trap(TrapCode::unreachable);
}

void Builder::br(Walker& w, Control& target) {
  if (is_function(target)) return emit_return(w);
  emit_.jump(edge_to(w, target));
}

void Builder::br_if(Walker& w, Control& target, Value condition) {
  const Edge taken = edge_to(w, target);
  const Block next = add_block(loop_depth_);
  const std::uint8_t hinted = hint(w.offset());
  if (hinted == mostly_taken) graph_.at(next).is_cold = true;
  emit_.branch(condition, taken, graph_.make_edge(next), hinted);
  emit_.continue_in(next);
}

Value Builder::br_on_null(Walker& w, Control& target, Value reference) {
  br_if(w, target, emit_.numeric(Op::i64_eqz, reference));
  return reference;
}

void Builder::br_on_non_null(Walker& w, Control& target) {
  const Value reference = w.operands(1)[0].value;
  br_if(w, target, emit_.numeric(Op::i64_ne, reference, emit_.i64(0)));
}

/// Instead of a jump by a table, which has to be loaded from.
void Builder::compare_ways(Walker& w, std::span<const std::uint32_t> depths, Value index) {
  for (std::uint32_t i = 0; i + 1 < depths.size(); ++i) {
    if (depths[i] == depths.back()) continue;
    const Value is_here = emit_.numeric(Op::i32_eq, index, emit_.i32(i));
    const Edge taken = edge_to(w, w.label(depths[i]));
    const Block next = add_block(loop_depth_);
    emit_.branch(is_here, taken, graph_.make_edge(next));
    emit_.continue_in(next);
  }
  br(w, w.label(depths.back()));
}

/// Each target that takes values gets a block that brings them, which its entries share.
void Builder::br_table(Walker& w, std::span<const std::uint32_t> depths, Value index) {
  if (const auto c = emit_.constant_of(index))
    return br(w, w.label(depths[std::min<std::size_t>(*c, depths.size() - 1)]));
  if (depths.size() <= most_compared) return compare_ways(w, depths, index);
  if (landings_.size() < w.depth()) landings_.resize(w.depth(), Block::none);
  edges_.clear();
  const Block from = emit_.block();
  for (const std::uint32_t depth : depths) {
    Block& landing = landings_[depth];
    if (landing == Block::none) {
      const Edge edge = edge_to(w, w.label(depth));
      landing = edge.to;
      if (edge.arg_count != 0) {
        landing = add_block(loop_depth_);
        emit_.continue_in(landing);
        emit_.jump(edge);
      }
    }
    edges_.push_back(graph_.make_edge(landing));
  }
  for (const std::uint32_t depth : depths) landings_[depth] = Block::none;
  emit_.continue_in(from);
  emit_.switch_(index, edges_);
}

}  // namespace wrun::inline v0::jit
