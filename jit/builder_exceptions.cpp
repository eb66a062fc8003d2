// Tries and what is thrown. A try has a block where all of what may be caught in it arrives, with
// the values that its body may have changed as parameters: there the clause that was found is
// looked at, and what isn't one of its own goes on to the try outside. A call in a try is followed
// by a landing, which brings the values there. Nothing is asked before something is thrown.

#include "jit/builder.hpp"
#include "jit/layout.hpp"
#include "jit/types.hpp"

namespace wrun::inline v0::jit {

using wasm::CatchKind;
using wasm::ControlKind;

namespace {

constexpr Place in_exception(bool is_many) {
  return {Alias::heap, is_many ? 0x4000'0001u : 0x4000'0000u};
}

bool has_tag(const wasm::CatchClause& clause) {
  return clause.kind == CatchKind::catch_ || clause.kind == CatchKind::catch_ref;
}
bool has_reference(const wasm::CatchClause& clause) {
  return clause.kind == CatchKind::catch_ref || clause.kind == CatchKind::catch_all_ref;
}

}  // namespace

/// What the try's block has parameters for: as each_local(), and the operands below. Functions with
/// tries aren't inlined.
template <class Do>
void Builder::each_value(const Try& t, Do&& act) {
  if (over_budget_) return;
  Body& body = *bodies_[0];
  if (!t.holds_entry) {
    for (const std::uint32_t i : body.prescan.assigned(t.construct)) act(body.locals[i]);
    return;
  }
  for (Value& local : body.locals) act(local);
  for (Operand& below : body.walker.operands().first(t.base)) act(below.value);
}

/// Begins the body of a try.
void Builder::open_try(Control& c) {
  c.label.own_try = try_table_.open(current_try_);
  Try t;
  t.dispatch = add_block(loop_depth_);
  graph_.at(t.dispatch).is_cold = true;
  t.construct = c.label.construct;
  t.base = c.base;
  t.holds_entry = holds_entry(c);
  types_.clear();
  each_value(t, [&](Value& v) { types_.push_back(graph_.at(v).type); });
  if (spend(types_.size())) graph_.add_params(t.dispatch, types_);
  tries_.push_back(t);
}

void Builder::collect_for(const Try& t) {
  values_.clear();
  each_value(t, [&](Value& v) { values_.push_back(v); });
}

/// From now on the values are the parameters of the try's block.
void Builder::take_values(const Try& t) {
  if (over_budget_) return;
  const auto params = graph_.params(t.dispatch);
  give_back(t, params);
}

void Builder::give_back(const Try& t, std::span<const Value> values) {
  std::size_t next = 0;
  each_value(t, [&](Value& v) { v = values[next++]; });
}

/// Of what was just called, in the body of a try: where it goes on, and where what it throws lands.
void Builder::after_call() {
  const Try& t = tries_[current_try_];
  const Block next = add_block(loop_depth_);
  const Block landing = add_block(loop_depth_);
  graph_.at(landing).is_cold = true;
  collect_for(t);
  emit_.land(landing, edge_with_values(t.dispatch));
  emit_.unwind(current_try_, next, landing);
  emit_.continue_in(next);
}

void Builder::read_caught(BuilderLabel& label) {
  const Value state = this->state();
  label.clause = emit_.read(Type::i32, state, layout::native_clause, in_exception(false), guarded);
  label.exception =
      emit_.read(Type::i64, state, layout::native_thrown, in_exception(false), guarded);
  restore_stack_left();
}

/// The values of an exception with that tag.
std::vector<Value> Builder::values_of(wasm::TagIdx tag, Value exception) {
  std::vector<Value> values;
  const auto& params = module_->func_type(module_->tags[tag.value].type).params;
  const bool is_many = runtime::slot_count(std::span(params)) > layout::few_slots;
  std::uint32_t offset = is_many ? 0 : layout::exception_few;
  const Value base = is_many ? emit_.read(Type::i64, exception, layout::exception_many,
                                          in_exception(false), guarded)
                             : exception;
  for (const wasm::ValType param : params) {
    values.push_back(emit_.read(type_of(param), base, offset, in_exception(is_many), guarded));
    offset += wasm::slot_count(param) * static_cast<std::uint32_t>(sizeof(runtime::Slot));
  }
  return values;
}

/// Branches with what a clause hands to its label.
void Builder::catch_in(Walker& w, const wasm::CatchClause& clause, Value exception) {
  std::vector<Value> values;
  if (has_tag(clause)) values = values_of(clause.tag, exception);
  if (has_reference(clause)) values.push_back(exception);
  Control& target = w.label(clause.label);
  if (is_function(target)) {
    give_stack();
    emit_.append(Opcode::return_, Type::none, 0, values);
    return;
  }
  const Block to = target.kind == ControlKind::loop ? target.label.target : end_block(w, target);
  collect_values(w, target, 0);
  values_.insert(values_.end(), values.begin(), values.end());
  emit_.jump(edge_with_values(to));
}

/// To the try that is asked next. Nothing lands here that none of them catches.
void Builder::pass_on(std::uint32_t to) {
  if (to == TryTable::none) return emit_.trap(TrapCode::unreachable);
  collect_for(tries_[to]);
  emit_.jump(edge_with_values(tries_[to].dispatch));
}

void Builder::try_table(Walker& w, Control& c, std::span<const wasm::CatchClause> clauses) {
  open(c);
  if (clauses.empty()) return;
  open_try(c);
  const Try t = tries_.back();
  const Block body = emit_.block();
  collect_for(t);
  const std::vector<Value> saved = values_;
  take_values(t);
  emit_.start(t.dispatch);
  BuilderLabel found;
  read_caught(found);
  std::vector<Block> handlers;
  std::uint32_t first = TryTable::none;
  edges_.clear();
  for (const wasm::CatchClause& clause : clauses) {
    const std::uint32_t number =
        try_table_.add(c.label.own_try, has_tag(clause) ? clause.tag.value : TryTable::none);
    if (first == TryTable::none) first = number;
    handlers.push_back(add_block(loop_depth_));
    edges_.push_back(graph_.make_edge(handlers.back()));
  }
  const Block other = add_block(loop_depth_);
  edges_.push_back(graph_.make_edge(other));
  emit_.switch_(emit_.numeric(Op::i32_sub, found.clause, emit_.i32(first)), edges_);
  for (std::size_t i = 0; i < clauses.size(); ++i) {
    emit_.start(handlers[i]);
    catch_in(w, clauses[i], found.exception);
  }
  emit_.start(other);
  pass_on(current_try_);
  give_back(t, saved);
  current_try_ = c.label.own_try;
  c.label.inside = current_try_;
  emit_.start(body);
}

/// https://webassembly.github.io/exception-handling/legacy/core/
void Builder::legacy_try(Walker&, Control& c) {
  open(c);
  open_try(c);
  c.label.next_test = tries_.back().dispatch;
  c.label.kept = legacy_depth_++;
  current_try_ = c.label.own_try;
  c.label.inside = current_try_;
}

void Builder::legacy_catch(Walker& w, Control& c, Op op, wasm::TagIdx tag, bool reached) {
  if (reached) {
    end_block(w, c);
    collect_values(w, c, c.results().size());
    emit_.jump(edge_with_values(c.label.target));
  }
  const Try& t = tries_[c.label.own_try];
  current_try_ = c.label.around;
  c.label.inside = current_try_;
  take_values(t);
  emit_.start(c.label.next_test);
  if (c.label.next_test == t.dispatch) read_caught(c.label);
  const std::uint32_t number =
      try_table_.add(c.label.own_try, op == Op::catch_ ? tag.value : TryTable::none);
  const Block handler = add_block(loop_depth_);
  c.label.next_test = add_block(loop_depth_);
  const Value is_it = emit_.numeric(Op::i32_eq, c.label.clause, emit_.i32(number));
  emit_.branch(is_it, graph_.make_edge(handler), graph_.make_edge(c.label.next_test));
  emit_.start(handler);
  if (c.label.kept < body_->prescan.kept())
    body_->locals[body_->kept_at + c.label.kept] = c.label.exception;
  if (op == Op::catch_) caught_ = values_of(tag, c.label.exception);
}

void Builder::legacy_delegate(Walker&, Control& c, Control& target) {
  try_table_.delegate(c.label.own_try, target.label.inside);
}

/// The end of a try's block: what of its own wasn't found goes on.
void Builder::finish_try(Control& c) {
  const Try t = tries_[c.label.own_try];
  if (current_try_ == c.label.own_try) current_try_ = c.label.around;
  if (c.kind == ControlKind::try_table) return;
  --legacy_depth_;
  const Block block = emit_.block();
  collect_for(t);
  const std::vector<Value> saved = values_;
  take_values(t);
  emit_.start(c.label.next_test);
  pass_on(try_table_.outer(c.label.own_try));
  give_back(t, saved);
  emit_.start(block);
}

void Builder::throw_(Walker&, wasm::TagIdx tag, Operands args) {
  const Value words[] = {instance_, emit_.i32(tag.value)};
  const Value exception = emit_.helper(Helper::exception_new, Type::i64, words);
  std::uint32_t slots = 0;
  for (const Operand& arg : args) slots += wasm::slot_count(arg.type);
  const bool is_many = slots > layout::few_slots;
  const Value base = is_many ? emit_.read(Type::i64, exception, layout::exception_many,
                                          in_exception(false), guarded)
                             : exception;
  std::uint32_t offset = is_many ? 0 : layout::exception_few;
  for (const Operand& arg : args) {
    emit_.write(base, offset, arg.value, in_exception(is_many));
    offset += wasm::slot_count(arg.type) * static_cast<std::uint32_t>(sizeof(runtime::Slot));
  }
  raise(exception);
}

void Builder::raise(Value exception) {
  const Value words[] = {instance_, exception};
  emit_.helper(Helper::throw_, Type::none, words);
  if (current_try_ != TryTable::none) after_call();
  emit_.trap(TrapCode::unreachable);
}

void Builder::throw_ref(Walker&, Value exception) {
  emit_.trap_if(emit_.numeric(Op::i64_eqz, exception), TrapCode::null_exception_reference);
  raise(exception);
}

void Builder::legacy_rethrow(Walker&, Control& target) {
  raise(body_->locals[body_->kept_at + target.label.kept]);
}

}  // namespace wrun::inline v0::jit
