#pragma once

// Translator: the small steps that every instruction takes, in line.

#include <algorithm>

#include "lib/interp/translator.hpp"

namespace wrun::inline v0::interp {

inline AccClass Translator::class_of(wasm::Kind type) {
  static constexpr AccClass classes[] = {AccClass::integer, AccClass::integer, AccClass::f32,
                                         AccClass::f64,     AccClass::v128,    AccClass::integer,
                                         AccClass::integer, AccClass::integer, AccClass::integer};
  static_assert(std::size(classes) == static_cast<std::size_t>(wasm::Kind::bottom) + 1);
  return classes[static_cast<std::size_t>(type)];
}

inline Src Translator::source(const Value& v) {
  if (v.kind == Value::Kind::constant) return Src::imm;
  return acc(v.type).slot == slot_of(v) ? Src::acc : Src::slot;
}

inline void Translator::store_pending(Acc& a) {
  if (!a.pending) return;
  code_.set_handler(a.at, a.number, a.storing, a.key);
  a.pending = false;
  if (trace_) [[unlikely]]
    note_stored(a.at);
}

inline void Translator::store_all_pending() {
  if (others_known_) [[unlikely]]
    return store_others();
  store_pending(acc_.front());
}

inline void Translator::forget_accs() {
  if (others_known_) [[unlikely]]
    return forget_all_accs();
  acc_.front().forget();
}

/// A position that code jumps to: nothing is known of the accumulators.
inline void Translator::put_label() {
  store_all_pending();
  forget_accs();
  last_.at = none;
  last_emitted_ = none;
}

inline void Translator::materialise_top(Walker& w, std::size_t count) {
  if (count != 0) return materialise_some(w, count);
  clean_ = std::min(clean_, w.operand_count());
}

/// If the value is what the last instruction left in the accumulator only, takes the instruction
/// back: its operands are as they were before it. What last_ says of it is valid until the next
/// instruction of numbers.
inline bool Translator::take_back(const Value& v) {
  const Acc& a = acc(v.type);
  if (v.kind != Value::Kind::temp || !a.pending || a.slot != v.home) return false;
  if (last_.at != a.at || last_emitted_ != a.at) return false;
  code_.take_back(a.at);
  if (!catches_.empty()) [[unlikely]]
    catches_.truncate(a.at);
  if (trace_) [[unlikely]]
    trace_->truncate(a.at);
  last_.at = none;
  last_emitted_ = none;
  return true;
}

/// An accumulator has the value of a slot.
inline void Translator::know(Acc& a, std::uint32_t slot) {
  a.slot = slot;
  if (&a != &acc_.front()) others_known_ = true;
}

/// Slots have other values now.
inline void Translator::wrote(std::uint32_t slot, std::uint32_t count) {
  if (in_prologue_) [[unlikely]]
    set(slot, count);
  wrote_home(slot, count);
}

/// The same of slots that aren't locals'.
inline void Translator::wrote_home(std::uint32_t slot, std::uint32_t count) {
  Acc& integer = acc_.front();
  if (integer.slot - slot < count) integer.slot = none;
  if (others_known_) [[unlikely]]
    forget_others(slot, count);
}

/// An operand left the stack. Operands are popped from the top, so an alias that is linked is the
/// newest one of its local.
inline void Translator::pop(const Value& v) {
  if (!v.in_chain) return;
  std::uint32_t& newest = alias_heads_[v.local()];
  newest = next_alias_[newest];
}

/// Nobody needs the operand's value any more: what is only in an accumulator may be forgotten.
inline void Translator::release(const Value& v) {
  if (v.kind != Value::Kind::temp) return;
  Acc& a = acc(v.type);  // no other one has the slot of a value of this type
  if (a.slot != v.home) return;
  a.slot = a.pending ? none : a.slot;
  a.pending = false;
}

/// A new operand at `slot`.
inline Value Translator::temp(Walker& w, wasm::Kind type, std::uint32_t slot) {
  return temp(w, type, slot, slots_of(type));
}

inline Value Translator::temp(Walker& w, wasm::Kind type, std::uint32_t slot, std::uint32_t slots) {
  clean_ = std::min(clean_, w.operand_count());
  const std::uint32_t last = slot + slots - 1;
  if (last > max_slot_) [[unlikely]]
    max_slot_ = last;
  Value v;
  v.type = type;
  v.home = slot;
  return v;
}

/// The accumulator of `type` is about to change.
inline void Translator::open_result(wasm::Kind type) {
  Acc& a = acc(type);
  store_pending(a);
  a.slot = none;
}

/// The instruction at `at` leaves its result in the accumulator; its other form, `storing`, in the
/// slot at b as well.
inline Value Translator::finish_in_acc(Walker& w, wasm::Kind type, std::uint32_t at,
                                       Handler storing, SequenceKey key) {
  const std::uint32_t slot = home(w);
  leave_in_acc(type, slot, at, storing, key);
  return temp(w, type, slot);
}

inline void Translator::leave_in_acc(wasm::Kind type, std::uint32_t slot, std::uint32_t at,
                                     Handler storing, SequenceKey key) {
  wrote_home(slot, slots_of(type));
  put_slot(at, at_b, slot);
  Acc& a = acc(type);
  know(a, slot);
  a.pending = true;
  a.at = at;
  a.number = code_.last();
  a.key = key;
  a.storing = storing;
  if (trace_) [[unlikely]]
    note_result(at, slot);
}

inline std::uint32_t Translator::emit(Handler handler, std::uint32_t words, std::string_view name,
                                      SequenceKey key) {
  const std::uint32_t at = code_.begin(handler, words, key);
  last_emitted_ = at;
  if (trace_) trace_->add({at, walker_.offset()}, name);
  return at;
}

inline std::uint32_t Translator::emit(Handler handler, std::uint32_t words, wasm::Op op,
                                      SequenceKey key) {
  const std::uint32_t at = code_.begin(handler, words, key);
  last_emitted_ = at;
  if (trace_) [[unlikely]]
    trace_->add({at, walker_.offset()}, wasm::info(op).text());
  return at;
}

inline void Translator::put_slot(std::uint32_t at, std::uint32_t byte, std::uint32_t slot) {
  // Frames with more slots than 16 bits can name are never entered (max_frame_slots).
  code_.put(at, byte, static_cast<std::uint16_t>(slot));
}

/// Whether the local in `slot` is one of those that are zero without having been written.
inline bool Translator::is_unset(std::uint32_t slot) const {
  return in_prologue_ && unset_[slot];
}

inline std::uint32_t Translator::local_slot(wasm::LocalIdx index) const {
  if (!wide_locals_) return index.value;
  const auto runs = walker_.locals().runs();
  const auto run = std::upper_bound(runs.begin(), runs.end(), index.value,
                                    [](std::uint32_t i, const auto& r) { return i < r.end; });
  const std::uint32_t start = run_slots_[static_cast<std::size_t>(run - runs.begin())];
  return start + (index.value - run->begin) * wasm::slot_count(run->type);
}

/// An operand that is the local in `slot`.
inline Value Translator::alias(Walker& w, std::uint32_t slot, wasm::Kind type) {
  return alias(w, slot, type, slots_of(type));
}

inline Value Translator::alias(Walker& w, std::uint32_t slot, wasm::Kind type,
                               std::uint32_t slots) {
  Value v = temp(w, type, home(w), slots);
  v.kind = Value::Kind::local;
  v.in_chain = true;
  v.bits = slot;
  const std::uint32_t index = w.operand_count();
  if (index >= next_alias_.size()) [[unlikely]]
    grow_aliases(index);
  next_alias_[index] = alias_heads_[slot];
  alias_heads_[slot] = index;
  return v;
}

/// A leaf as an operand would be that was pushed.
template <class Leaf>
inline Value Translator::value(Walker& w, Leaf leaf, wasm::ValType type, std::uint32_t i) {
  Value v;
  v.type = type.kind();
  v.home = layout_.operand(w.height() + i);
  if constexpr (std::is_same_v<Leaf, wasm::LocalLeaf>) {
    v.kind = Value::Kind::local;
    v.bits = leaf.index;
  } else {
    v.kind = Value::Kind::constant;
    v.bits = leaf.bits;
  }
  reach(v.home);
  return v;
}

inline Value Translator::constant(Walker& w, wasm::Op, wasm::ValType type, wasm::Bits bits) {
  if (type.kind() == wasm::Kind::v128) return vector_constant(w, bits);
  Value v = temp(w, type.kind(), home(w));
  v.kind = Value::Kind::constant;
  v.bits = bits.lo;
  return v;
}

inline Value Translator::local_get(Walker& w, wasm::LocalIdx index, wasm::ValType type) {
  if (plain_locals_) return alias(w, index.value, type.kind(), 1);
  return local_get_slowly(w, index, type);
}

[[gnu::noinline]] inline Value Translator::local_get_slowly(Walker& w, wasm::LocalIdx index,
                                                            wasm::ValType type) {
  const std::uint32_t slot = local_slot(index);
  if (!is_unset(slot)) return alias(w, slot, type.kind(), slots_of(type.kind()));
  if (type.kind() == wasm::Kind::v128) return vector_constant(w, {});
  Value zero = temp(w, type.kind(), home(w));
  zero.kind = Value::Kind::constant;
  return zero;
}

inline void Translator::local_set(Walker& w, wasm::LocalIdx index, wasm::ValType, Value& value) {
  pop(value);
  assign(w, local_slot(index), value);
}

inline Value Translator::local_tee(Walker& w, wasm::LocalIdx index, wasm::ValType type,
                                   Value& value) {
  const std::uint32_t slot = local_slot(index);
  pop(value);
  assign(w, slot, value);
  if (value.kind == Value::Kind::constant) {
    clean_ = std::min(clean_, w.operand_count());
    return value;
  }
  return alias(w, slot, type.kind());
}

/// The last instruction's result goes to `slot` instead of its home.
inline void Translator::retarget(Acc& a, std::uint32_t slot) {
  put_slot(a.at, at_b, slot);
  code_.set_handler(a.at, a.number, a.storing, a.key);
  if (trace_) [[unlikely]]
    note_target(a.at, slot);
  wrote(slot, slots_of(a));
  know(a, slot);
  a.pending = false;
  last_.at = none;
}

/// Gives the local in `slot` the value of an operand that has left the stack. The last
/// instruction's result goes to it instead of its home, if it can.
inline void Translator::assign(Walker& w, std::uint32_t slot, Value& v) {
  Acc& a = acc(v.type);
  const bool is_last = v.kind == Value::Kind::temp && a.slot == v.home && a.pending &&
                       last_emitted_ == a.at && alias_heads_[slot] == none;
  if (!is_last) return assign_slowly(w, slot, v);
  retarget(a, slot);
}

inline void Translator::drop(Walker&, wasm::ValType, Value value) {
  consume(value);
}

inline void Translator::instruction(Walker& w, wasm::Op op) {
  if (watches_) [[unlikely]]
    watch(w, op);
}

/// Whether there are handlers of the instruction that find operands elsewhere than in slots.
inline bool Translator::takes_all_forms(wasm::Op op) const {
  return has_all_forms(op) && (common_vectors_ || !is_vector_op(op));
}

/// Whether the result is one that is computed when it is needed: addresses are made like this,
/// often long before the store that takes them.
inline bool Translator::is_sum(wasm::Op op, const Value& a, const Value& b) const {
  return op == wasm::Op::i32_add && b.kind == Value::Kind::constant &&
         (a.kind == Value::Kind::local || a.kind == Value::Kind::sum);
}

/// How a scalar instruction takes its two operands, which leave the stack. A constant on the left
/// of an operation that doesn't commute is brought home.
template <class A, class B>
inline void Translator::scalar_pair(const ScalarForm& form, A& a, B& b, PairForm& pair) {
  if constexpr (std::is_same_v<A, Value> && std::is_same_v<B, Value>)
    if (is_constant(a)) [[unlikely]]
      turn_constant(form, a, b);
  Acc& in = acc(form.in);
  const bool a_in_acc = slot_of(a) == in.slot;
  pair.a = slot_of(a);
  pair.b = slot_of(b);
  if (is_constant(b)) {
    pair.pair = a_in_acc ? Pair::acc_imm : Pair::slot_imm;
    pair.imm = bits_of(b);
  } else if (slot_of(b) != in.slot) {
    pair.pair = a_in_acc ? Pair::acc_slot : Pair::slot_slot;
  } else if (a_in_acc) {
    store_pending(in);  // both are the same local
    pair.pair = Pair::acc_slot;
  } else if (form.is_commutative) {
    pair.pair = Pair::acc_slot;
    std::swap(pair.a, pair.b);
  } else {
    pair.pair = Pair::slot_acc;
  }
  pop(b);
  pop(a);
  // What only the accumulator has, nobody needs any more.
  if (is_temp_at(a, in.slot) || is_temp_at(b, in.slot)) {
    in.slot = in.pending ? none : in.slot;
    in.pending = false;
  }
}

/// The last instruction, at `at`, has left its result, of the slot `to`, in an accumulator.
inline void Translator::leave_pending(Acc& result, std::uint32_t at, std::uint32_t to) {
  last_emitted_ = at;
  wrote_home(to);
  know(result, to);
  result.pending = true;
  result.at = at;
}

/// As if an instruction had been emitted, and taken back by the branch on its condition that comes
/// next.
inline Value Translator::leave_condition(Walker& w, wasm::Op op) {
  Acc& result = acc(AccClass::integer);
  store_pending(result);
  result.slot = none;
  const std::uint32_t to = home(w);
  wrote_home(to);
  last_.at = none;
  last_.op = op;
  last_emitted_ = none;
  is_unwritten_ = true;
  return temp(w, wasm::Kind::i32, to, 1);
}

/// Emits an instruction of scalars. Its result stays in the accumulator; its other form, `storing`
/// after the first one in both lists, stores it in the slot `to`, too.
inline std::uint32_t Translator::emit_scalar(wasm::Op op, AccClass out, const Handler* handlers,
                                             const SequenceKey* keys, std::size_t storing,
                                             std::uint32_t words, std::uint32_t a, std::uint32_t to,
                                             std::uint64_t rest) {
  Acc& result = acc(out);
  store_pending(result);
  const std::uint32_t number = code_.last() + 1;
  const std::uint32_t at = code_.append(handlers[0], words, keys[0], a, to, rest);
  leave_pending(result, at, to);
  result.number = number;
  result.key = keys[storing];
  result.storing = handlers[storing];
  if (trace_) [[unlikely]] {
    trace_->add({at, walker_.offset()}, wasm::info(op).text());
    note_result(at, to);
  }
  return at;
}

inline std::uint32_t Translator::append(Handler handler, std::uint32_t words, std::string_view name,
                                        SequenceKey key, std::uint32_t a, std::uint32_t b,
                                        std::uint64_t rest) {
  const std::uint32_t at = code_.append(handler, words, key, a, b, rest);
  last_emitted_ = at;
  if (trace_) [[unlikely]]
    trace_->add({at, walker_.offset()}, name);
  return at;
}

inline Value Translator::numeric(Walker& w, wasm::Op op, Value& a, Value& b) {
  const ScalarForm form = scalar_form(op);
  if (!form.is_pair()) [[unlikely]]
    return numeric_rare(w, op, a, b);
  if (is_sum(op, a, b)) return sum(w, a, b);
  scalar_pair(form, a, b, last_.form);
  return finish_numeric(w, op);
}

/// The same with a leaf on the right, that would lie just above the first operand.
template <class A, class Leaf>
inline Value Translator::numeric(Walker& w, wasm::Op op, A& a, Leaf b) {
  constexpr bool is_local = std::is_same_v<A, wasm::LocalLeaf>;
  const ScalarForm form = scalar_form(op);
  const auto is_rare = [&] {
    if (!form.is_pair()) return true;
    if constexpr (is_local) {
      return op == wasm::Op::i32_add && is_constant(b);
    } else {
      return is_constant(a) ||
             (op == wasm::Op::i32_add && is_constant(b) && a.kind == Value::Kind::local);
    }
  };
  if (is_rare()) [[unlikely]] {
    const wasm::Kind type = wasm::walk_row(op).params[1];
    Value second = value(w, b, type, 1);
    if constexpr (is_local) {
      Value first = value(w, a, type, 0);
      return numeric(w, op, first, second);
    } else {
      return numeric(w, op, a, second);
    }
  }
  reach(home(w) + 1);
  scalar_pair(form, a, b, last_.form);
  return finish_numeric(w, op);
}

/// Emits an instruction of scalars whose operands are in last_.form. Called by all that find out
/// where those are: in line, they wouldn't fit into the instruction cache together.
[[gnu::noinline]] inline Value Translator::finish_numeric(Walker& w, wasm::Op op) {
  const ScalarForm form = scalar_form(op);
  if (form.is_comparison && !watches_ && w.is_before_condition()) return leave_condition(w, op);
  const PairForm& pair = last_.form;
  // Whatever stores its result has one handler for each pair.
  const std::size_t storing = form.table == ScalarForm::Table::binary ? 1 : 0;
  const std::size_t first = static_cast<std::size_t>(pair.pair) << storing;
  const bool has_imm = pair.pair >= Pair::slot_imm;
  const std::uint32_t slot = home(w);
  const std::uint32_t at =
      emit_scalar(op, form.out, scalar_row(op) + first, scalar_keys(op) + first, storing,
                  has_imm && form.is_wide ? through_d : through_c, pair.a, slot,
                  has_imm ? pair.imm : static_cast<std::uint16_t>(pair.b));
  last_.at = at;
  last_.op = op;
  const Value made = temp(w, form.result, slot, 1);
  if (is_elaborate_) [[unlikely]]
    return elaborate(w, op, made);
  return made;
}

inline Value Translator::numeric(Walker& w, wasm::Op op, Value& a) {
  const ScalarForm form = scalar_form(op);
  if (form.table != ScalarForm::Table::unary || a.kind == Value::Kind::constant) [[unlikely]]
    return numeric_rare(w, op, a);
  const std::uint32_t slot = slot_of(a);
  const bool in_acc = acc(form.in).slot == slot;
  consume(a);
  last_.form.pair = in_acc ? Pair::acc_imm : Pair::slot_imm;
  last_.form.a = slot;
  last_.form.b = 0;
  last_.form.imm = 0;
  const bool is_zero_test = op == wasm::Op::i32_eqz || op == wasm::Op::i64_eqz;
  if (is_zero_test && !watches_ && w.is_before_condition()) return leave_condition(w, op);
  const std::size_t first = in_acc ? 0 : 2;
  const std::uint32_t to = home(w);
  const std::uint32_t at = emit_scalar(op, form.out, scalar_row(op) + first,
                                       scalar_keys(op) + first, 1, through_b, slot, to, 0);
  last_.at = at;
  last_.op = op;
  const Value made = temp(w, form.result, to, 1);
  if (is_elaborate_) [[unlikely]]
    return elaborate(w, op, made);
  return made;
}

/// How an instruction takes its two operands, which leave the stack. A constant on the left of an
/// operation that doesn't commute is brought home.
inline Translator::PairForm Translator::pair_form(wasm::Op op, Value& a, Value& b) {
  if (!takes_all_forms(op)) [[unlikely]]
    return slots_form(a, b);
  PairForm form{};
  Value* left = &a;
  Value* right = &b;
  if (is_commutative(op) && (left->kind == Value::Kind::constant ||
                             (source(*right) == Src::acc && source(*left) == Src::slot))) {
    std::swap(left, right);
  }
  if (left->kind == Value::Kind::constant) materialise(*left);
  const Src first_source = source(*left);
  Src second_source = source(*right);
  if (first_source == Src::acc && second_source == Src::acc) {
    // Of one class, both are the same local; of two (a shift of vectors), this may not be stored.
    store_pending(acc(right->type));
    second_source = Src::slot;
  }
  switch (second_source) {
    case Src::imm:
      form.pair = first_source == Src::acc ? Pair::acc_imm : Pair::slot_imm;
      form.imm = right->bits;
      break;
    case Src::acc:
      form.pair = Pair::slot_acc;
      break;
    case Src::slot:
      form.pair = first_source == Src::acc ? Pair::acc_slot : Pair::slot_slot;
      break;
  }
  form.a = slot_of(*left);
  form.b = slot_of(*right);
  consume(b);
  consume(a);
  return form;
}

/// How an access takes its address, which leaves the stack.
inline Translator::AddressForm Translator::address_form(Value& address, std::uint64_t offset) {
  const std::uint32_t slot = slot_of(address);
  const bool in_acc = acc(wasm::Kind::i32).slot == slot;
  if (address.kind >= Value::Kind::sum || (in_acc && last_.op == wasm::Op::i32_add))
    return folded_address(address, offset);
  consume(address);
  return {in_acc ? Addr::acc : Addr::slot, slot, 0, static_cast<std::uint32_t>(offset)};
}

inline void Translator::put_address(std::uint32_t at, const AddressForm& form) {
  put_slot(at, at_a, form.a);
  code_.put(at, at_c, form.offset);
  // Where there is no second part, what comes next is written over it.
  code_.put(at, at_d, form.second);
}

inline bool Translator::is_plain_load(wasm::Op op, const wasm::MemArg& arg) const {
  return load_row(op) < AccessRows::loads && is_fast(arg.memory) && has_all_forms(op);
}

[[gnu::noinline]] inline Value Translator::emit_load(Walker& w, wasm::Op op, AddressForm form) {
  const std::size_t row = load_row(op);
  const wasm::Kind type = wasm::walk_row(op).results[0];
  const std::size_t first = static_cast<std::size_t>(form.form) * 2;
  const std::uint32_t slot = home(w);
  const std::uint32_t at = emit_scalar(op, class_of(type), access_rows_.load[row].data() + first,
                                       sequence_keys.load[row].data() + first, 1,
                                       access_words(form.form), form.a, slot, form.rest());
  if (trace_) [[unlikely]]
    describe_address(at, form);
  return temp(w, type, slot, 1);
}

inline Value Translator::load(Walker& w, wasm::Op op, const wasm::MemArg& arg, Value& address) {
  if (!is_plain_load(op, arg)) [[unlikely]]
    return load_rare(w, op, arg, address);
  return emit_load(w, op, address_form(address, arg.offset));
}

inline Value Translator::load(Walker& w, wasm::Op op, const wasm::MemArg& arg,
                              wasm::LocalLeaf address) {
  if (!is_plain_load(op, arg)) [[unlikely]]
    return load_rare(w, op, arg, value(w, address, wasm::Kind::i32, 0));
  const bool in_acc = acc(wasm::Kind::i32).slot == address.index;
  return emit_load(
      w, op,
      {in_acc ? Addr::acc : Addr::slot, address.index, 0, static_cast<std::uint32_t>(arg.offset)});
}

}  // namespace wrun::inline v0::interp
