#include "lib/interp/translator.hpp"
#include "lib/interp/native_calls.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "lib/interp/bodies_control.hpp"
#include "lib/interp/bodies_moves.hpp"
#include "lib/interp/sequences.hpp"
#include "lib/wasm/rethrow_depth.hpp"

namespace wrun::inline v0::interp {

using wasm::Kind;

namespace {

Handler zero_handler(std::uint32_t count) {
  constexpr auto few = []<std::size_t... i>(std::index_sequence<i...>) {
    return std::array{&handler<ZeroLocals<i + 1>>...};
  }
  (std::make_index_sequence<8>());
  return count <= few.size() ? few[count - 1] : rare_handler<ZeroManyLocals>;
}

}  // namespace

Translator::Translator(const wasm::ModuleData& module, const CodeOptions& options,
                       const std::vector<runtime::StructLayout>& layouts)
    : module_(module), options_(options), layouts_(layouts), walker_(*this) {}

SlotCode* Translator::translate(wasm::FuncIdx function, Trace* trace) {
  trace_ = trace;
  code_.clear();
  forget_accs();
  last_ = {};
  last_emitted_ = none;
  clean_ = 0;
  max_slot_ = 0;
  next_fuel_ = 0;
  catches_.clear();
  legacy_depth_ = 0;
  kept_exceptions_ = wasm::rethrow_depth(module_, function);
  if (options_.fuel) fuel_ = wasm::fuel_blocks(module_, function);
  walker_.function(module_, function);

  const wasm::FuncType& type = module_.type_of(function);
  SlotCode header;
  header.link = layout_.link();
  header.param_slots = layout_.param_slots();
  header.result_slots = runtime::slot_count(std::span(type.results));
  header.frame_slots =
      std::max({max_slot_ + 1, header.link + runtime::link_slots, header.result_slots});
  if (header.frame_slots > max_frame_slots) header.frame_slots = none;
  header.function = function.value;
  header.words = code_.position();
  if constexpr (combines_instructions) {
    combine(code_.code(), code_.starts(), trace_ ? &trace_->lengths() : nullptr);
  }
  std::unique_ptr<const CatchTable> catches;
  if (!catches_.empty()) catches = std::make_unique<CatchTable>(catches_);
  return make_slot_code(header, code_.code(), std::move(catches));
}

void Translator::begin(Walker& w) {
  const wasm::LocalTypes& locals = w.locals();
  const auto params = static_cast<std::uint32_t>(w.signature().params.size());
  std::uint32_t slots = 0;
  wide_locals_ = false;
  run_slots_.clear();
  for (const auto& run : locals.runs()) {
    run_slots_.push_back(slots);
    slots += (run.end - run.begin) * wasm::slot_count(run.type);
    wide_locals_ |= wasm::slot_count(run.type) > 1;
  }
  const std::uint32_t param_slots = runtime::slot_count(std::span(w.signature().params));
  layout_ = runtime::FrameLayout(param_slots, slots + kept_exceptions_);
  alias_heads_.assign(slots, none);
  unset_.assign(slots, true);
  std::fill_n(unset_.begin(), param_slots, false);
  in_prologue_ = slots > param_slots;
  sums_.clear();
  if (counts()) count(&handler<CountCall>, 0, "count_call");
  if (!options_.poison_upper_halves) return;
  for (std::uint32_t i = 0; i < params; ++i) {
    if (locals[i].kind() != Kind::i32) continue;
    put_slot(emit(&handler<PoisonUpper>, 2, "poison"), 10, local_slot(wasm::LocalIdx(i)));
  }
}

/// Whether the local in `slot` is one of those that are zero without having been written.
bool Translator::is_unset(std::uint32_t slot) const {
  return in_prologue_ && unset_[slot];
}

/// Before the first branch: clears the locals that weren't written until here. Those that were
/// need no clearing, since whatever runs comes through here.
void Translator::end_prologue() {
  if (!in_prologue_) return;
  in_prologue_ = false;
  for (std::uint32_t first = 0; first < unset_.size();) {
    std::uint32_t end = first;
    while (end < unset_.size() && unset_[end]) ++end;
    if (end != first) {
      const std::uint32_t at = emit(zero_handler(end - first), 2, "zero");
      put_slot(at, 8, first);
      code_.put(at, 12, end - first);
      describe(at, "s{}, {}", first, end - first);
    }
    first = end + 1;
  }
}

void Translator::instruction(Walker& w, wasm::Op op) {
  if (!sums_.empty()) compute_sums(w, op);
  if (options_.fuel) charge(w.offset());
}

/// Charges the block that starts at `offset`, if one does.
void Translator::charge(std::uint32_t offset) {
  while (next_fuel_ < fuel_.size() && fuel_[next_fuel_].offset < offset) ++next_fuel_;
  if (next_fuel_ == fuel_.size() || fuel_[next_fuel_].offset != offset) return;
  const std::uint32_t at = emit(&handler<Fuel>, 2, "fuel");
  code_.put(at, 12, fuel_[next_fuel_].cost);
  describe(at, "{}", fuel_[next_fuel_].cost);
}

std::uint32_t Translator::local_slot(wasm::LocalIdx index) const {
  if (!wide_locals_) return index.value;
  const auto runs = walker_.locals().runs();
  const auto run = std::upper_bound(runs.begin(), runs.end(), index.value,
                                    [](std::uint32_t i, const auto& r) { return i < r.end; });
  const std::uint32_t start = run_slots_[static_cast<std::size_t>(run - runs.begin())];
  return start + (index.value - run->begin) * wasm::slot_count(run->type);
}

AccClass Translator::class_of(Kind type) {
  switch (type) {
    case Kind::f32:
      return AccClass::f32;
    case Kind::f64:
      return AccClass::f64;
    case Kind::v128:
      return AccClass::v128;
    default:
      return AccClass::integer;
  }
}

Src Translator::source(const Value& v) {
  if (v.kind == Value::Kind::constant) return Src::imm;
  return acc(v.type).slot == slot_of(v) ? Src::acc : Src::slot;
}

void Translator::store_pending(Acc& a) {
  if (!a.pending) return;
  code_.set_handler(a.at, a.storing);
  a.pending = false;
  if (Trace::Text* text = text_at(a.at)) text->stored = true;
}

void Translator::store_all_pending() {
  for (Acc& a : acc_) store_pending(a);
}

void Translator::forget_accs() {
  for (Acc& a : acc_) a = {};
}

/// Slots have other values now.
void Translator::wrote(std::uint32_t slot, std::uint32_t count) {
  for (std::uint32_t i = slot; in_prologue_ && i < slot + count && i < unset_.size(); ++i)
    unset_[i] = false;
  for (Acc& a : acc_)
    if (a.slot != none && a.slot < slot + count && slot < a.slot + slots_of(a)) a.slot = none;
}

/// An operand left the stack. Operands are popped from the top, so an alias that is linked is the
/// newest one of its local.
void Translator::pop(const Value& v) {
  if (v.in_chain) alias_heads_[v.local] = v.next_alias;
}

/// Nobody needs the operand's value any more: what is only in an accumulator may be forgotten.
void Translator::release(const Value& v) {
  if (v.kind != Value::Kind::temp) return;
  for (Acc& a : acc_) {
    if (a.slot != v.home) continue;
    a.slot = a.pending ? none : a.slot;
    a.pending = false;
  }
}

/// A new operand at `slot`.
Value Translator::temp(Walker& w, Kind type, std::uint32_t slot) {
  clean_ = std::min(clean_, static_cast<std::uint32_t>(w.operands().size()));
  max_slot_ = std::max(max_slot_, slot + slots_of(type) - 1);
  Value v;
  v.type = type;
  v.home = slot;
  return v;
}

/// The accumulator of `type` is about to change.
void Translator::open_result(Kind type) {
  Acc& a = acc(type);
  store_pending(a);
  a = {};
}

/// The instruction at `at` leaves its result in the accumulator; its other form, `storing`, in the
/// slot at byte 10 as well.
Value Translator::finish_in_acc(Walker& w, Kind type, std::uint32_t at, Handler storing) {
  const std::uint32_t slot = home(w);
  leave_in_acc(type, slot, at, storing);
  return temp(w, type, slot);
}

void Translator::leave_in_acc(Kind type, std::uint32_t slot, std::uint32_t at, Handler storing) {
  wrote(slot, slots_of(type));
  put_slot(at, 10, slot);
  acc(type) = {slot, true, at, storing};
  if (Trace::Text* text = text_at(at)) text->result = static_cast<std::int32_t>(slot);
}

/// Results that a call or a bulk instruction left at home.
void Translator::take_results(Walker& w, Operands results) {
  clean_ = std::min(clean_, static_cast<std::uint32_t>(w.operands().size()));
  for (Operand& result : results) {
    const std::uint32_t slot = layout_.operand(result.height);
    wrote(slot, slots_of(result.type.kind()));
    result.value = temp(w, result.type.kind(), slot);
  }
}

void Translator::emit_const(std::uint32_t slot, Kind type, std::uint64_t bits) {
  const bool is_narrow = type == Kind::i32 || type == Kind::f32;
  const std::uint32_t at = is_narrow ? emit(&handler<SetConst<std::uint32_t>>, 2, "const32")
                                     : emit(&handler<SetConst<std::uint64_t>>, 3, "const64");
  put_slot(at, 10, slot);
  if (is_narrow) {
    code_.put(at, 12, static_cast<std::uint32_t>(bits));
  } else {
    code_.put(at, 16, bits);
  }
  describe(at, "s{}, 0x{:x}", slot, bits);
  wrote(slot);
}

/// Copies one slot, or the two of a v128.
void Translator::emit_copy(std::uint32_t from, std::uint32_t to, std::uint32_t slots) {
  const std::uint32_t at =
      slots == 1 ? emit(&handler<Copy>, 2, "copy") : emit(&handler<CopyVector>, 2, "copy_v128");
  put_slot(at, 8, from);
  put_slot(at, 10, to);
  describe(at, "s{}, s{}", to, from);
  wrote(to, slots);
}

/// Computes a sum at home; unlike i32.add, it leaves the accumulators alone.
void Translator::emit_sum(const Value& v) {
  const std::uint32_t at = emit(&handler<CopySum>, 2, "copy_sum");
  put_slot(at, 8, v.local);
  put_slot(at, 10, v.home);
  code_.put(at, 12, static_cast<std::uint32_t>(v.bits));
  describe(at, "s{}, s{} + 0x{:x}", v.home, v.local, v.bits);
  wrote(v.home);
}

/// Brings an operand home.
void Translator::materialise(Value& v) {
  switch (v.kind) {
    case Value::Kind::temp:
      if (acc(v.type).slot == v.home) store_pending(acc(v.type));
      return;
    case Value::Kind::constant:
      emit_const(v.home, v.type, v.bits);
      break;
    case Value::Kind::local:
      emit_copy(v.local, v.home, slots_of(v.type));
      break;
    case Value::Kind::sum:
      emit_sum(v);
      break;
  }
  v.kind = Value::Kind::temp;
}

/// A slot that has the operand's value: its local, or its home.
std::uint32_t Translator::in_slot(Value& v) {
  if (v.kind != Value::Kind::local) materialise(v);
  return slot_of(v);
}

/// The local in `slot` is about to change.
void Translator::materialise_aliases(Walker& w, std::uint32_t slot) {
  for (std::uint32_t i = alias_heads_[slot]; i != none;) {
    Value& v = operand_at(w, i).value;
    i = v.next_alias;
    v.in_chain = false;
    materialise(v);
  }
  alias_heads_[slot] = none;
}

/// Brings all operands home; amortized constant time per instruction.
void Translator::materialise_all(Walker& w) {
  const auto size = static_cast<std::uint32_t>(w.operands().size());
  for (std::uint32_t i = std::min(clean_, size); i < size; ++i) {
    Value& v = operand_at(w, i).value;
    if (v.in_chain) alias_heads_[v.local] = none;
    v.in_chain = false;
    materialise(v);
  }
  clean_ = size;
}

/// Brings the topmost operands home; amortized constant time, as branches with many values need.
void Translator::materialise_top(Walker& w, std::size_t count) {
  const Operands operands = w.operands();
  const std::size_t wanted = operands.size() - count;
  const std::size_t first = std::max<std::size_t>(wanted, clean_);
  for (std::size_t i = operands.size(); i > first; --i) {
    Value& v = operands[i - 1].value;
    pop(v);  // from its local's chain: those above it left that before
    v.in_chain = false;
  }
  for (std::size_t i = first; i < operands.size(); ++i) materialise(operands[i].value);
  if (wanted <= clean_) clean_ = static_cast<std::uint32_t>(operands.size());
}

/// The rest of the innermost block is unreachable: its operands are gone.
void Translator::forget_region(Walker& w, const Control& innermost) {
  const Operands operands = w.operands();
  for (std::size_t i =
           std::max(innermost.base,
                    std::min<std::uint32_t>(clean_, static_cast<std::uint32_t>(operands.size())));
       i < operands.size(); ++i) {
    Value& v = operands[i].value;
    if (v.in_chain) alias_heads_[v.local] = none;
    v.in_chain = false;
  }
  forget_accs();
}

std::uint32_t Translator::emit(Handler handler, std::uint32_t words, std::string_view name) {
  const std::uint32_t at = code_.begin(handler, words);
  last_emitted_ = at;
  if (trace_) trace_->add({at, walker_.offset()}, name);
  return at;
}

void Translator::put_slot(std::uint32_t at, std::uint32_t byte, std::uint32_t slot) {
  // Frames with more slots than 16 bits can name are never entered (max_frame_slots).
  max_slot_ = std::max(max_slot_, slot);
  code_.put(at, byte, static_cast<std::uint16_t>(slot));
}

}  // namespace wrun::inline v0::interp
