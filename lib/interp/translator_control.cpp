#include <algorithm>
#include <array>
#include <utility>

#include "lib/interp/bodies_calls.hpp"
#include "lib/interp/bodies_control.hpp"
#include "lib/interp/bodies_moves.hpp"
#include "lib/interp/handlers_moves.hpp"
#include "lib/interp/native_calls.hpp"
#include "lib/interp/translator.hpp"

namespace wrun::inline v0::interp {

using wasm::Kind;
using wasm::Op;

void Translator::block(Walker& w, Control& c) {
  materialise_all(w);
  c.label.inside = catches_.present();
}

void Translator::loop(Walker& w, Control& c) {
  materialise_all(w);
  end_prologue();
  put_label();
  c.label.position = code_.position();
  c.label.offset = w.offset();
  c.label.inside = catches_.present();
  if (counts()) count(&handler<CountTurn>, w.offset(), "count_turn");
}

/// Counts towards compiling the function, and entering that code here.
void Translator::count(Handler handler, std::uint32_t loop, std::string_view name) {
  const std::uint32_t at = emit(handler, through_d, name);
  code_.put(at, at_a, walker_.function_index().value - module_->imported_functions);
  code_.put(at, at_c, options_.hot_after);
  code_.put(at, at_d, loop);
}

/// Takes a condition off the stack. What it is made of stays usable until the next instruction
/// that changes an accumulator.
inline Translator::Condition Translator::take_condition(Value& v) {
  Condition c;
  const bool is_zero_test = last_.op == Op::i32_eqz || last_.op == Op::i64_eqz;
  const bool is_unwritten = std::exchange(is_unwritten_, false);
  if (is_unwritten || ((is_zero_test || scalar_form(last_.op).is_comparison) && take_back(v))) {
    if (!is_unwritten) consume(v);
    if (is_zero_test) {
      c.src = first(last_.form.pair);
      c.slot = last_.form.a;
      c.wide = last_.op == Op::i64_eqz;
      c.negated = true;
    } else {
      c.op = last_.op;
      c.form = &last_.form;
    }
    return c;
  }
  if (v.kind == Value::Kind::constant) materialise(v);
  c.src = source(v);
  c.slot = slot_of(v);
  consume(v);
  return c;
}

/// Begins a branch on a comparison.
std::uint32_t Translator::emit_comparison(const Condition& c, bool when, bool poll) {
  const std::size_t row = static_cast<std::size_t>(c.op) - first_scalar;
  const ScalarForm& scalar = scalar_forms[row];
  const bool is_integer = scalar.in == AccClass::integer;
  const std::size_t compared =
      is_integer && !when ? static_cast<std::size_t>(opposites[row]) - first_scalar : row;
  const std::size_t column =
      static_cast<std::size_t>(c.form->pair) * 2 + ((is_integer ? poll : when) ? 1 : 0);
  const bool has_imm = second(c.form->pair) == Src::imm;
  const std::uint32_t words = !has_imm ? through_c : scalar.is_wide ? through_e : through_d;
  const std::uint32_t at =
      append(branch_rows_[compared][column], words, when ? "br_if" : "br_unless",
             sequence_keys.branches[compared][column], c.form->a, has_imm ? 0 : c.form->b,
             has_imm ? c.form->imm << 32 : 0);
  if (has_imm && scalar.is_wide) code_.put(at, at_d, c.form->imm);
  if (trace_) [[unlikely]]
    describe(at, "{} {}", wasm::info(c.op).text(), pair_text(*c.form));
  return at;
}

/// Begins a branch on a value that is zero or not.
std::uint32_t Translator::emit_test(const Condition& c, bool when, bool poll) {
  const bool taken = when != c.negated;
  const std::size_t form =
      ((c.src == Src::acc ? 0u : 2u) + (taken ? 1u : 0u)) * 2 + (poll ? 1u : 0u);
  const std::uint32_t at =
      append(test_branches[c.wide ? 1 : 0][form], through_c, taken ? "br_if" : "br_unless",
             c.wide ? unknown_key : sequence_keys.test_branch[form], c.slot, 0, 0);
  if (trace_) [[unlikely]]
    describe_unary(at, c.src, c.slot);
  return at;
}

/// Emits a branch that is taken when the condition is `when`; the distance is still to be put, at
/// c.
inline std::uint32_t Translator::emit_condition(const Condition& c, bool when, bool poll) {
  return c.form != nullptr ? emit_comparison(c, when, poll) : emit_test(c, when, poll);
}

void Translator::if_(Walker& w, Control& c, Value condition) {
  const Condition test = take_condition(condition);
  materialise_all(w);
  store_all_pending();
  end_prologue();
  const std::uint32_t at = emit_condition(test, false, false);
  code_.put_later(at, at_c, c.label.to_else);
  c.label.inside = catches_.present();
}

void Translator::else_(Walker& w, Control& c, bool reached) {
  if (reached) {
    materialise_top(w, c.results().size());
    const std::uint32_t at = emit(branch_handler(false), through_b, "br");
    code_.put_later(at, at_a, c.label.to_end);
  }
  forget_region(w, c);
  code_.patch(c.label.to_else);
  c.label.to_else = Emitter::nowhere;
  put_label();
  clean_ = std::min(clean_, c.base);
}

/// The parameters were brought home before the if.
Value Translator::else_param(Walker& w, Control& c, std::uint32_t i) {
  return temp(w, c.params()[i].kind(), home(w));
}

void Translator::end(Walker& w, Control& c, bool reached) {
  if (is_function(c)) {
    if (reached) emit_return(w);
    return land_in_caller(w, c);
  }
  leave_try(c);
  if (c.kind == wasm::ControlKind::loop || !c.targeted) return;
  if (reached) materialise_top(w, c.type.result_count());
  forget_region(w, c);
  code_.patch(c.label.to_end);
  code_.patch(c.label.to_else);  // an if without else: its parameters are its results
  catches_.patch(c.label.catches, code_.position());
  put_label();
  clean_ = std::min(clean_, c.base);
}

Value Translator::result(Walker& w, Control& c, std::uint32_t i) {
  return temp(w, c.results()[i].kind(), home(w));
}

/// Sends the branch whose distance is at byte `byte` of the instruction at `at` to a label that
/// isn't the function's. Where that is a loop, being stopped at `position` is being in the loop.
void Translator::go_to(std::uint32_t at, std::uint32_t byte, Control& target,
                       std::uint32_t position) {
  if (target.kind == wasm::ControlKind::loop) {
    code_.put_distance(at, byte, target.label.position);
    if (trace_) [[unlikely]]
      trace_->add_loop({position, target.label.offset});
  } else {
    code_.put_later(at, byte, target.label.to_end);
  }
}

/// Whether the topmost operands, which are at home, lie elsewhere than the label wants them.
bool Translator::needs_moves(Walker& w, const Control& target, std::size_t count) {
  return count != 0 && w.operands(count).front().height != target.height;
}

void Translator::move_results(Walker& w, const Control& target, std::size_t count) {
  const std::uint32_t from = layout_.operand(w.operands(count).front().height);
  const std::uint32_t to = layout_.operand(target.height);
  const std::uint32_t slots = layout_.operand(w.height()) - from;
  if (slots <= 2) return emit_copy(from, to, slots);
  const std::uint32_t at = emit(&handler<CopyMany>, through_c, "copy_many");
  put_slot(at, at_a, from);
  put_slot(at, at_b, to);
  code_.put(at, at_c, slots);
  describe(at, "s{}, s{}, {}", to, from, slots);
}

/// Returns with the topmost operands as results.
void Translator::emit_return(Walker& w) {
  give_stack();
  const auto& results = w.signature().results;
  if (results.empty()) {
    put_slot(emit(return_handler(), through_b, "return"), at_b, layout_.link());
    return;
  }
  if (results.size() == 1) {
    const Value& v = w.operands(1)[0].value;
    const Src src = source(v);
    const bool wide = is_wide(v.type);
    const std::uint32_t words = src != Src::imm ? through_b : wide ? through_d : through_c;
    const std::uint32_t at = emit(return_value_handler(v.type, src), words, "return");
    put_slot(at, at_b, layout_.link());
    if (src != Src::imm) {
      put_slot(at, at_a, slot_of(v));
    } else if (wide) {
      code_.put(at, at_c, v.bits);
    } else {
      code_.put(at, at_c, static_cast<std::uint32_t>(v.bits));
    }
    if (trace_) describe(at, "{}", operand_text(v, src));
    return;
  }
  materialise_top(w, results.size());
  const std::uint32_t from = layout_.operand(w.operands(results.size()).front().height);
  const std::uint32_t at = emit(&handler<ReturnMany>, through_c, "return_many");
  put_slot(at, at_a, from);
  put_slot(at, at_b, layout_.link());
  code_.put(at, at_c, layout_.operand(w.height()) - from);
  describe(at, "s{}, {}", from, layout_.operand(w.height()) - from);
}

/// A branch with its operands, which stay on the stack.
void Translator::emit_branch(Walker& w, Control& target) {
  if (is_function(target)) return emit_return(w);
  end_prologue();
  const std::size_t count = target.label_count();
  materialise_top(w, count);
  if (needs_moves(w, target, count)) move_results(w, target, count);
  store_all_pending();
  const bool poll = polls(target);
  const std::uint32_t at =
      emit(branch_handler(poll), through_b, "br", sequence_keys.branch[poll ? 1 : 0]);
  go_to(at, at_a, target, at);
}

void Translator::br(Walker& w, Control& target) {
  emit_branch(w, target);
  forget_region(w, w.label(0));
}

void Translator::return_(Walker& w) {
  emit_return(w);
  forget_region(w, w.label(0));
}

void Translator::br_if(Walker& w, Control& target, Value condition) {
  const Condition test = take_condition(condition);
  const std::size_t count = target.label_count();
  branch_when(w, target, test, true, count);
}

/// Branches when the test comes out as `when`; otherwise goes on with all operands in place.
void Translator::branch_when(Walker& w, Control& target, const Condition& test, bool when,
                             std::size_t count) {
  materialise_top(w, count);
  end_prologue();
  const bool poll = polls(target);
  const bool has_handler = !poll || test.form == nullptr || may_poll(test.op);
  if (has_handler && !is_function(target) && !needs_moves(w, target, count)) {
    const std::uint32_t at = emit_condition(test, when, poll);
    go_to(at, at_c, target, at);
    return;
  }
  store_all_pending();
  const auto known = acc_;
  const bool others_known = others_known_;
  std::uint32_t over = Emitter::nowhere;
  code_.put_later(emit_condition(test, !when, false), at_c, over);
  emit_branch(w, target);
  code_.patch(over);
  put_label();
  acc_ = known;
  others_known_ = others_known;
}

void Translator::br_table(Walker& w, std::span<const std::uint32_t> depths, Value index) {
  if (index.kind == Value::Kind::constant) materialise(index);
  const Src src = source(index);
  const std::uint32_t slot = slot_of(index);
  consume(index);
  const std::size_t count = w.label(depths.back()).label_count();
  materialise_top(w, count);
  store_all_pending();
  end_prologue();
  bool poll = false;
  for (const std::uint32_t depth : depths) poll |= polls(w.label(depth));
  const auto entries = static_cast<std::uint32_t>(depths.size());
  const std::uint32_t at = emit(branch_table_handler(src, poll), through_c + entries, "br_table");
  put_slot(at, at_a, slot);
  code_.put(at, at_c, entries);
  if (trace_) describe(at, "{}, {} targets", operand_text(index, src), entries);
  place_table(w, at, depths, count);
  forget_region(w, w.label(0));
}

/// Fills in the distances of a br_table; targets that need their operands moved, or that return,
/// get a piece of code each.
void Translator::place_table(Walker& w, std::uint32_t at, std::span<const std::uint32_t> depths,
                             std::size_t count) {
  if (landings_.size() < w.depth()) landings_.resize(w.depth(), none);
  for (std::uint32_t i = 0; i < depths.size(); ++i) {
    Control& target = w.label(depths[i]);
    const std::uint32_t byte = at_d + 4 * i;
    if (!is_function(target) && !needs_moves(w, target, count)) {
      go_to(at, byte, target, at + byte / std::uint32_t{sizeof(Word)});
      continue;
    }
    std::uint32_t& landing = landings_[depths[i]];
    if (landing == none) {
      put_label();
      landing = code_.position();
      emit_branch(w, target);
    }
    code_.put_distance(at, byte, landing);
  }
  // Only what was used is reset: tables may be many, and deep.
  for (const std::uint32_t depth : depths) landings_[depth] = none;
}

void Translator::unreachable(Walker& w) {
  const std::uint32_t at = emit(&handler<TrapNow>, through_b, "unreachable");
  code_.put(at, at_a, static_cast<std::uint16_t>(TrapCode::unreachable));
  forget_region(w, w.label(0));
}

/// A test of a reference against null, which takes it off the stack.
Translator::Condition Translator::take_reference(Value& reference) {
  Condition c;
  if (reference.kind == Value::Kind::constant) materialise(reference);
  c.src = source(reference);
  c.slot = slot_of(reference);
  c.wide = true;
  return c;
}

Value Translator::br_on_null(Walker& w, Control& target, Value reference) {
  // The reference stays on the stack if the branch isn't taken.
  in_slot(reference);
  const Condition test = take_reference(reference);
  branch_when(w, target, test, false, target.label_count());
  pop(reference);
  reference.in_chain = false;
  if (reference.kind == Value::Kind::local) return alias(w, reference.local(), Kind::ref);
  return temp(w, Kind::ref, reference.home);
}

void Translator::br_on_non_null(Walker& w, Control& target) {
  const std::size_t count = target.label_count();
  materialise_top(w, count);
  Value& reference = w.operands(1)[0].value;
  pop(reference);
  reference.in_chain = false;
  const Condition test = take_reference(reference);
  branch_when(w, target, test, true, count);
}

}  // namespace wrun::inline v0::interp
