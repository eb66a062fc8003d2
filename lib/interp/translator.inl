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
  code_.set_handler(a.at, a.storing);
  a.pending = false;
  if (Trace::Text* text = text_at(a.at)) text->stored = true;
}

/// Slots have other values now.
inline void Translator::wrote(std::uint32_t slot, std::uint32_t count) {
  if (in_prologue_) [[unlikely]]
    set(slot, count);
  for (Acc& a : acc_)
    if (a.slot < slot + count && slot < a.slot + slots_of(a)) a.slot = none;
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
  clean_ = std::min(clean_, static_cast<std::uint32_t>(w.operands().size()));
  max_slot_ = std::max(max_slot_, slot + slots_of(type) - 1);
  Value v;
  v.type = type;
  v.home = slot;
  return v;
}

/// The accumulator of `type` is about to change.
inline void Translator::open_result(wasm::Kind type) {
  Acc& a = acc(type);
  store_pending(a);
  a = {};
}

/// The instruction at `at` leaves its result in the accumulator; its other form, `storing`, in the
/// slot at b as well.
inline Value Translator::finish_in_acc(Walker& w, wasm::Kind type, std::uint32_t at,
                                       Handler storing) {
  const std::uint32_t slot = home(w);
  leave_in_acc(type, slot, at, storing);
  return temp(w, type, slot);
}

inline void Translator::leave_in_acc(wasm::Kind type, std::uint32_t slot, std::uint32_t at,
                                     Handler storing) {
  wrote(slot, slots_of(type));
  put_slot(at, at_b, slot);
  acc(type) = {slot, true, at, storing};
  if (Trace::Text* text = text_at(at)) text->result = static_cast<std::int32_t>(slot);
}

inline std::uint32_t Translator::emit(Handler handler, std::uint32_t words, std::string_view name) {
  const std::uint32_t at = code_.begin(handler, words);
  last_emitted_ = at;
  if (trace_) trace_->add({at, walker_.offset()}, name);
  return at;
}

inline std::uint32_t Translator::emit(Handler handler, std::uint32_t words, wasm::Op op) {
  const std::uint32_t at = code_.begin(handler, words);
  last_emitted_ = at;
  if (trace_) [[unlikely]]
    trace_->add({at, walker_.offset()}, wasm::info(op).text());
  return at;
}

inline void Translator::put_slot(std::uint32_t at, std::uint32_t byte, std::uint32_t slot) {
  // Frames with more slots than 16 bits can name are never entered (max_frame_slots).
  max_slot_ = std::max(max_slot_, slot);
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
  Value v = temp(w, type, home(w));
  v.kind = Value::Kind::local;
  v.in_chain = true;
  v.bits = slot;
  const auto index = static_cast<std::uint32_t>(w.operands().size());
  if (index >= next_alias_.size()) [[unlikely]]
    grow_aliases(index);
  next_alias_[index] = alias_heads_[slot];
  alias_heads_[slot] = index;
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
  const std::uint32_t slot = local_slot(index);
  if (!is_unset(slot)) return alias(w, slot, type.kind());
  if (type.kind() == wasm::Kind::v128) return vector_constant(w, {});
  Value zero = temp(w, type.kind(), home(w));
  zero.kind = Value::Kind::constant;
  return zero;
}

inline void Translator::local_set(Walker& w, wasm::LocalIdx index, wasm::ValType, Value value) {
  pop(value);
  assign(w, local_slot(index), value);
}

inline void Translator::drop(Walker&, wasm::ValType, Value value) {
  consume(value);
}

inline void Translator::instruction(Walker& w, wasm::Op op) {
  if (!sums_.empty()) compute_sums(w, op);
  if (options_.fuel) charge(w.offset());
}

/// Whether there are handlers of the instruction that find operands elsewhere than in slots.
inline bool Translator::takes_all_forms(wasm::Op op) const {
  return has_all_forms(op) && (common_vectors_ || !is_vector_op(op));
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

}  // namespace wrun::inline v0::interp
