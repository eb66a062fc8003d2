// Tries leave nothing in the code but the positions of their bodies, in the catch table. The body
// of a try is translated as a block's; handlers are entered as labels are.

#include <algorithm>

#include "lib/interp/bodies_calls.hpp"
#include "lib/interp/bodies_control.hpp"
#include "lib/interp/bodies_exceptions.hpp"
#include "lib/interp/handlers_moves.hpp"
#include "lib/interp/translator.hpp"

namespace wrun::inline v0::interp {

using wasm::CatchKind;
using wasm::ControlKind;
using wasm::Op;

void Translator::enter_try(Control& c) {
  end_prologue();
  c.label.own = catches_.open(code_.position());
  c.label.inside = c.label.own;
}

/// At the end of a block; does nothing for one that isn't a try.
void Translator::leave_try(Control& c) {
  if (c.label.own == CatchTable::none) return;
  if (c.label.inside == c.label.own) catches_.close(code_.position());
  if (c.kind != ControlKind::try_table) --legacy_depth_;
}

void Translator::try_table(Walker& w, Control& c, std::span<const wasm::CatchClause> clauses) {
  materialise_all(w);
  enter_try(c);
  for (const wasm::CatchClause& clause : clauses) add_clause(w, c, clause);
}

void Translator::add_clause(Walker& w, const Control& c, const wasm::CatchClause& clause) {
  Control& target = w.label(clause.label);
  const bool has_tag = clause.kind == CatchKind::catch_ || clause.kind == CatchKind::catch_ref;
  std::uint32_t slot = layout_.operand(target.height);
  CatchTable::Entry entry;
  if (has_tag) {
    entry.tag = clause.tag.value;
    entry.values = slot;
    slot += runtime::slot_count(std::span(tag_type(clause.tag).params));
  }
  if (clause.kind == CatchKind::catch_ref || clause.kind == CatchKind::catch_all_ref)
    entry.exception = slot++;
  reach(slot);
  if (target.kind == ControlKind::loop) {
    entry.target = target.label.position;
    catches_.add(c.label.own, entry);
  } else {
    catches_.put_later(catches_.add(c.label.own, entry), target.label.catches);
  }
}

/// Entries that go to the outermost label return what was caught.
void Translator::land_in_caller(Walker& w, Control& c) {
  if (c.label.catches == CatchTable::none) return;
  put_label();
  catches_.patch(c.label.catches, code_.position());
  give_stack();
  const std::uint32_t slots = runtime::slot_count(std::span(w.signature().results));
  const std::uint32_t at =
      emit(slots == 0 ? return_handler() : &handler<ReturnMany>, through_c, "return_many");
  put_slot(at, at_a, layout_.operand(0));
  put_slot(at, at_b, layout_.link());
  code_.put(at, at_c, slots);
  describe(at, "s{}, {}", layout_.operand(0), slots);
}

/// https://webassembly.github.io/exception-handling/legacy/core/
void Translator::legacy_try(Walker& w, Control& c) {
  materialise_all(w);
  enter_try(c);
  if (legacy_depth_ < kept_exceptions_) c.label.kept = kept_at_ + legacy_depth_;
  ++legacy_depth_;
}

void Translator::legacy_catch(Walker& w, Control& c, Op op, wasm::TagIdx tag, bool reached) {
  if (reached) {
    materialise_top(w, c.results().size());
    code_.put_later(emit(branch_handler(false), through_b, "br"), at_a, c.label.to_end);
  }
  forget_region(w, c);
  if (c.label.inside == c.label.own) {
    catches_.close(code_.position());
    c.label.inside = catches_.present();
  }
  put_label();
  clean_ = std::min(clean_, c.base);
  CatchTable::Entry entry;
  entry.target = code_.position();
  entry.exception = c.label.kept;
  if (op == Op::catch_) {
    entry.tag = tag.value;
    entry.values = layout_.operand(c.height);
    caught_type_ = &tag_type(tag);
  }
  catches_.add(c.label.own, entry);
}

Value Translator::caught(Walker& w, Control&, std::uint32_t i) {
  return temp(w, caught_type_->params[i].kind(), home(w));
}

void Translator::legacy_delegate(Walker&, Control& c, Control& target) {
  catches_.delegate(c.label.own, target.label.inside);
}

void Translator::throw_(Walker& w, wasm::TagIdx tag, Operands args) {
  for (Operand& arg : args) materialise(arg.value);
  for (std::size_t i = args.size(); i > 0; --i) pop(args[i - 1].value);
  const std::uint32_t at = emit(&handler<Throw>, through_c, "throw");
  reach(home(w));
  put_slot(at, at_a, home(w));
  code_.put(at, at_c, tag.value);
  describe(at, "{}, s{}", tag.value, home(w));
  forget_region(w, w.label(0));
}

void Translator::throw_ref(Walker& w, Value exception) {
  const std::uint32_t slot = in_slot(exception);
  pop(exception);
  put_slot(emit(&handler<ThrowRef>, through_b, "throw_ref"), at_a, slot);
  describe(last_emitted_, "s{}", slot);
  forget_region(w, w.label(0));
}

void Translator::legacy_rethrow(Walker& w, Control& target) {
  keeps_too_few_ |= target.label.kept == none;
  put_slot(emit(&handler<ThrowRef>, through_b, "rethrow"), at_a, target.label.kept);
  describe(last_emitted_, "s{}", target.label.kept);
  forget_region(w, w.label(0));
}

}  // namespace wrun::inline v0::interp
