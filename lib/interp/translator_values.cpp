#include <algorithm>
#include <array>

#include "lib/interp/handlers_moves.hpp"
#include "lib/interp/handlers_nan.hpp"
#include "lib/interp/translator.hpp"

namespace wrun::inline v0::interp {

using wasm::Kind;
using wasm::Op;

namespace {

Kind param_kind(Op op, std::size_t i) {
  return wasm::walk_row(op).params[i];
}
Kind result_kind(Op op) {
  return wasm::walk_row(op).results[0];
}

/// How many of the topmost operands an instruction may not find as sums; 255 where it isn't known.
constexpr std::uint8_t count_computed(const wasm::OpInfo& info) {
  switch (info.shape) {
    case wasm::Shape::constant:
    case wasm::Shape::local_get:
    case wasm::Shape::global_get:
    case wasm::Shape::load:
    case wasm::Shape::drop:
    case wasm::Shape::nop:
      return 0;
    case wasm::Shape::store:
    case wasm::Shape::local_set:
    case wasm::Shape::local_tee:
    case wasm::Shape::br_if:
      return 1;
    case wasm::Shape::numeric:
      return info.results().size() == 1 ? static_cast<std::uint8_t>(info.params().size()) : 255;
    default:
      return 255;
  }
}
constexpr auto computed_operands = [] {
  std::array<std::uint8_t, wasm::op_count> counts{};
  for (std::size_t i = 0; i < wasm::op_count; ++i) counts[i] = count_computed(wasm::op_table[i]);
  return counts;
}();

}  // namespace

void Translator::load_acc_const(Kind type, std::uint64_t bits) {
  open_result(type);
  const std::uint32_t at =
      emit(acc_const_handler(type), is_wide(type) ? through_c : through_b, "acc");
  if (is_wide(type)) {
    code_.put(at, at_a, bits);
  } else {
    code_.put(at, at_a, static_cast<std::uint32_t>(bits));
  }
  describe(at, "0x{:x}", bits);
}

/// What else is to be done for the instruction of numbers at hand, which last_ describes.
Value Translator::elaborate(Walker& w, Op op, const Value& made) {
  if (trace_ && wasm::walk_row(op).param_count == 1) {
    describe_unary(last_.at, first(last_.form.pair), last_.form.a);
  } else if (trace_) {
    describe_pair(last_.at, last_.form);
  }
  return canonical(w, op, made);
}

/// Where NaNs are canonical, makes the result, which is in its accumulator, so if it may be
/// another.
Value Translator::canonical(Walker& w, Op op, const Value& made) {
  if (!options_.canonical_nans || wasm::new_nan(op) == wasm::NewNan::none) return made;
  release(made);
  open_result(made.type);
  const std::uint32_t at =
      emit(canonical_nan_handler(wasm::new_nan(op), Dst::acc), through_b, "canonical_nan", no_key);
  return finish_in_acc(w, made.type, at, canonical_nan_handler(wasm::new_nan(op), Dst::store),
                       no_key);
}

Value Translator::numeric_rare(Walker& w, Op op, Value a) {
  const Kind type = param_kind(op, 0);
  if (!takes_all_forms(op)) in_slot(a);
  Src src = takes_all_forms(op) ? source(a) : Src::slot;
  if (src == Src::imm) {
    load_acc_const(type, a.bits);
    src = Src::acc;
  }
  const std::uint32_t slot = slot_of(a);
  consume(a);
  open_result(result_kind(op));
  const ResultHandlers handlers = unary_handlers(op, src);
  const std::uint32_t at = emit(handlers.in_acc, through_b, op);
  put_slot(at, at_a, slot);
  last_ = {at, op, {src == Src::acc ? Pair::acc_imm : Pair::slot_imm, slot, 0, 0}};
  if (trace_) describe_unary(at, src, slot);
  return canonical(w, op, finish_in_acc(w, result_kind(op), at, handlers.storing));
}

/// The operands of an instruction that takes them from slots; a scalar integer's second one may be
/// an immediate.
Translator::PairForm Translator::slots_form(Value& a, Value& b) {
  PairForm form{};
  form.a = in_slot(a);
  if (b.kind == Value::Kind::constant && class_of(a.type) == AccClass::integer) {
    form.pair = Pair::slot_imm;
    form.imm = b.bits;
  } else {
    form.b = in_slot(b);
  }
  consume(b);
  consume(a);
  return form;
}

inline std::uint32_t Translator::emit_pair(Op op, const PairForm& form, Handler handler) {
  const Kind type = param_kind(op, 1);
  const bool has_imm = second(form.pair) == Src::imm;
  const std::uint32_t at = emit(handler, has_imm && is_wide(type) ? through_d : through_c, op);
  put_slot(at, at_a, form.a);
  if (!has_imm) {
    put_slot(at, at_c, form.b);
  } else if (is_wide(type)) {
    code_.put(at, at_c, form.imm);
  } else {
    code_.put(at, at_c, static_cast<std::uint32_t>(form.imm));
  }
  if (trace_) describe_pair(at, form);
  return at;
}

void Translator::describe_pair(std::uint32_t at, const PairForm& form) {
  describe(at, "{}", pair_text(form));
}

void Translator::describe_unary(std::uint32_t at, Src src, std::uint32_t slot) {
  if (src == Src::acc) {
    describe(at, "acc");
  } else {
    describe(at, "s{}", slot);
  }
}

std::string Translator::pair_text(const PairForm& form) {
  const std::string left = first(form.pair) == Src::acc ? "acc" : compose("s{}", form.a);
  switch (second(form.pair)) {
    case Src::acc:
      return left + ", acc";
    case Src::slot:
      return compose("{}, s{}", left, form.b);
    default:
      return compose("{}, 0x{:x}", left, form.imm);
  }
}

Value Translator::sum(Walker& w, const Value& a, const Value& b) {
  pop(a);
  Value v = alias(w, a.local(), Kind::i32);
  v.kind = Value::Kind::sum;
  v.bits |= (std::uint64_t{a.addend()} + b.bits) << 32;
  // Those that were left out of account are gone, if they were there.
  while (!sums_.empty() && sums_.back() >= alias_heads_[a.local()]) sums_.pop_back();
  sums_.push_back(alias_heads_[a.local()]);
  watches_ = true;
  return v;
}

/// What is to be done before an instruction.
void Translator::watch(Walker& w, Op op) {
  // Most of what comes between a sum and the address that takes it needs no sum computed.
  const std::uint8_t computed = computed_operands[static_cast<std::size_t>(op)];
  if (!options_.fuel && computed == 0) return;
  if (!sums_.empty()) compute_sums(w, op, computed);
  if (options_.fuel) charge(w.offset());
  watches_ = options_.fuel || !sums_.empty();
}

/// Computes what the next instruction takes, so that it finds it in the accumulator or at home.
void Translator::compute_sums(Walker& w, Op op, std::size_t computed) {
  const Operands operands = w.operands();
  const bool adds = op == Op::i32_add && operands.back().value.kind == Value::Kind::constant;
  const std::size_t first =
      adds ? operands.size() : operands.size() - std::min(computed, operands.size());
  std::size_t kept = 0;
  for (const std::uint32_t i : sums_) {
    if (i >= operands.size() || operands[i].value.kind != Value::Kind::sum) continue;
    if (i < first) {
      sums_[kept++] = i;
    } else {
      compute_sum(operands[i].value);
    }
  }
  sums_.resize(kept);
}

/// As i32.add would have done it.
void Translator::compute_sum(Value& v) {
  const bool in_acc = acc(Kind::i32).slot == v.local();
  const PairForm form{in_acc ? Pair::acc_imm : Pair::slot_imm, v.local(), 0, v.addend()};
  const std::size_t first = static_cast<std::size_t>(form.pair) * 2;
  const std::uint32_t at =
      emit_scalar(Op::i32_add, AccClass::integer, scalar_row(Op::i32_add) + first,
                  scalar_keys(Op::i32_add) + first, 1, through_c, form.a, v.home, form.imm);
  if (trace_) [[unlikely]]
    describe_pair(at, form);
  last_ = {at, Op::i32_add, form};
  v.kind = Value::Kind::temp;
}

/// A constant on the left goes to the right, or home.
void Translator::turn_constant(const ScalarForm& form, Value& a, Value& b) {
  if (form.is_commutative) std::swap(a, b);
  if (a.kind == Value::Kind::constant) materialise(a);
}

Value Translator::numeric_rare(Walker& w, Op op, Value a, Value b) {
  const PairForm form = pair_form(op, a, b);
  const Kind type = result_kind(op);
  open_result(type);
  const ResultHandlers handlers = binary_handlers(op, form.pair);
  const std::uint32_t at = emit_pair(op, form, handlers.in_acc);
  last_ = {at, op, form};
  return canonical(w, op, finish_in_acc(w, type, at, handlers.storing));
}

Value Translator::select(Walker& w, wasm::ValType type, Value a, Value b, Value condition) {
  Src src = source(condition);
  if (src == Src::imm) {
    materialise(condition);
    src = Src::slot;
  }
  // The operands' slots may not share the accumulator with the condition: what is pending is
  // stored by the instruction that made it, which costs nothing here.
  const std::uint32_t if_false = in_slot(b);
  const std::uint32_t if_true = in_slot(a);
  const std::uint32_t test = slot_of(condition);
  consume(condition);
  consume(b);
  consume(a);
  open_result(type.kind());
  const std::uint32_t at = emit(select_handler(type.kind(), src, Dst::acc), through_c, "select");
  put_slot(at, at_a, test);
  put_slot(at, at_c, if_true);
  put_slot(at, at_c2, if_false);
  if (trace_)
    describe(at, "{} ? s{} : s{}", src == Src::acc ? "acc" : compose("s{}", test), if_true,
             if_false);
  return finish_in_acc(w, type.kind(), at, select_handler(type.kind(), src, Dst::store));
}

void Translator::assign_slowly(Walker& w, std::uint32_t slot, Value& v) {
  if (v.kind == Value::Kind::local && v.local() == slot) return;
  Acc& a = acc(v.type);
  const bool in_acc = v.kind == Value::Kind::temp && a.slot == v.home;
  const bool was_pending = in_acc && a.pending;
  materialise_aliases(w, slot);
  if (v.kind == Value::Kind::constant) return emit_const(slot, v.type, v.bits);
  if (!in_acc) return emit_copy(slot_of(v), slot, slots_of(v.type));
  const std::uint32_t at = emit(store_acc_handler(v.type), through_b, "store_acc");
  put_slot(at, at_b, slot);
  describe(at, "s{}", slot);
  wrote(slot, slots_of(v.type));
  // The operand is gone: its home needs no store, and the accumulator has the local's value.
  if (was_pending) a = {};
  know(a, slot);
}

Value Translator::global_get(Walker& w, wasm::GlobalIdx index, const wasm::GlobalType& type) {
  const Kind kind = type.type.kind();
  open_result(kind);
  const std::uint32_t at = emit(global_get_handler(kind, Dst::acc), through_c, "global.get");
  code_.put(at, at_c, index.value);
  describe(at, "{}", index.value);
  return finish_in_acc(w, kind, at, global_get_handler(kind, Dst::store));
}

void Translator::global_set(Walker&, wasm::GlobalIdx index, const wasm::GlobalType& type,
                            Value value) {
  const Kind kind = type.type.kind();
  const Src src = source(value);
  const std::uint32_t words = src != Src::imm ? through_c : is_wide(kind) ? through_e : through_d;
  const std::uint32_t at = emit(global_set_handler(kind, src), words, "global.set");
  code_.put(at, at_c, index.value);
  if (src != Src::imm) {
    put_slot(at, at_a, slot_of(value));
  } else if (is_wide(kind)) {
    code_.put(at, at_d, value.bits);
  } else {
    code_.put(at, at_d, static_cast<std::uint32_t>(value.bits));
  }
  if (trace_) describe(at, "{}, {}", index.value, operand_text(value, src));
  consume(value);
}

std::string Translator::operand_text(const Value& v, Src src) const {
  if (src == Src::acc) return "acc";
  return src == Src::imm ? compose("0x{:x}", v.bits) : compose("s{}", slot_of(v));
}

}  // namespace wrun::inline v0::interp
