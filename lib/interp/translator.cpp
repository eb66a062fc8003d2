#include "lib/interp/translator.hpp"
#include "lib/interp/native_calls.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "lib/interp/bodies_control.hpp"
#include "lib/interp/bodies_moves.hpp"
#include "lib/interp/bodies_stack.hpp"
#include "lib/interp/handlers_vector.hpp"
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
    : walker_(*this) {
  serve(module, options, layouts);
}

void Translator::serve(const wasm::ModuleData& module, const CodeOptions& options,
                       const std::vector<runtime::StructLayout>& layouts) {
  module_ = &module;
  options_ = options;
  layouts_ = &layouts;
  fast_memory_ =
      !module.memories.empty() && !module.memories[0].limits.is_64 && !module.memories[0].is_shared;
  common_vectors_ = !module.features_used.has(Feature::simd) || has_common_vectors();
}

/// Walks the function, with room in its frame for that many exceptions.
void Translator::walk(wasm::FuncIdx function, std::uint32_t kept_exceptions) {
  kept_exceptions_ = kept_exceptions;
  keeps_too_few_ = false;
  if (trace_) trace_->truncate(0);
  code_.clear(module_->functions[function.value].body.size);
  forget_accs();
  last_.at = none;
  last_emitted_ = none;
  clean_ = 0;
  max_slot_ = 0;
  next_fuel_ = 0;
  catches_.clear();
  legacy_depth_ = 0;
  walker_.function(*module_, function);
}

SlotCode* Translator::translate(wasm::FuncIdx function, Trace* trace) {
  trace_ = trace;
  is_elaborate_ = trace != nullptr || options_.canonical_nans;
  if (options_.fuel) fuel_ = wasm::fuel_blocks(*module_, function);
  if (options_.deterministic) frame_cost_ = wasm::frame_cost(*module_, function);
  walk(function, 0);
  // Few functions rethrow what they caught.
  if (keeps_too_few_) walk(function, wasm::rethrow_depth(*module_, function));

  const wasm::FuncType& type = module_->type_of(function);
  SlotCode header;
  header.link = layout_.link();
  header.param_slots = layout_.param_slots();
  header.result_slots = runtime::slot_count(std::span(type.results));
  const std::uint32_t slots =
      std::max({max_slot_ + 1, header.link + runtime::link_slots, header.result_slots});
  const std::uint32_t charged = options_.deterministic ? frame_cost_.bytes / 8 : 0;
  const bool is_too_large = std::max(slots, charged) > runtime::max_frame_slots;
  header.frame_bytes = is_too_large ? SlotCode::endless : 8 * std::int64_t{slots};
  header.function = function.value;
  if (options_.deterministic && frame_cost_.calls) header.stack_charge = frame_cost_.bytes;
  if (saves_stack_left()) header.stack_slot = layout_.local_slots() - 1;
  header.words = code_.position();
  if constexpr (combines_instructions) {
    if (trace_) trace_->lengths().assign(code_.starts().size(), 1);
    combine(code_.code(), code_.starts(), trace_ ? trace_->lengths().data() : nullptr);
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
  kept_at_ = slots;
  layout_ =
      runtime::FrameLayout(param_slots, slots + kept_exceptions_ + (saves_stack_left() ? 1 : 0));
  alias_heads_.clear();
  alias_heads_.insert(0, slots, none);
  unset_.assign(slots, true);
  std::fill_n(unset_.begin(), param_slots, false);
  in_prologue_ = slots > param_slots;
  plain_locals_ = !wide_locals_ && !in_prologue_;
  find_leaves(params);
  sums_.clear();
  watches_ = options_.fuel;
  if (counts()) count(&handler<CountCall>, 0, "count_call");
  if (options_.deterministic) take_stack();
  if (!options_.poison_upper_halves) return;
  for (std::uint32_t i = 0; i < params; ++i) {
    if (locals[i].kind() != Kind::i32) continue;
    put_slot(emit(&handler<PoisonUpper>, through_b, "poison"), at_b, local_slot(wasm::LocalIdx(i)));
  }
}

void Translator::take_stack() {
  charge_stack(frame_cost_.calls ? &handler<TakeStack> : &handler<CheckStack>,
               frame_cost_.calls ? "take_stack" : "check_stack");
  if (!saves_stack_left()) return;
  const std::uint32_t slot = layout_.local_slots() - 1;
  put_slot(emit(&handler<SaveStack>, through_b, "save_stack"), at_a, slot);
  describe(last_emitted_, "s{}", slot);
}

/// Before the frame is given up.
void Translator::give_stack() {
  if (options_.deterministic && frame_cost_.calls) charge_stack(&handler<GiveStack>, "give_stack");
}

void Translator::charge_stack(Handler handler, std::string_view name) {
  const std::uint32_t at = emit(handler, through_b, name);
  code_.put(at, at_a, frame_cost_.bytes);
  describe(at, "{}", frame_cost_.bytes);
}

/// The first `count` locals have values.
void Translator::find_leaves(std::uint32_t count) {
  leaf_locals_ = options_.fuel || wide_locals_ ? 0 : std::min(count, 0x80u);
}

/// Before the first branch: clears the locals that weren't written until here. Those that were
/// need no clearing, since whatever runs comes through here.
void Translator::leave_prologue() {
  in_prologue_ = false;
  plain_locals_ = !wide_locals_;
  find_leaves(static_cast<std::uint32_t>(unset_.size()));
  for (std::uint32_t first = 0; first < unset_.size();) {
    std::uint32_t end = first;
    while (end < unset_.size() && unset_[end]) ++end;
    if (end != first) {
      const std::uint32_t at = emit(zero_handler(end - first), through_b, "zero");
      put_slot(at, at_a, first);
      code_.put(at, at_b, static_cast<std::uint16_t>(end - first));
      describe(at, "s{}, {}", first, end - first);
    }
    first = end + 1;
  }
}

/// Slots have values, before the first branch.
void Translator::set(std::uint32_t slot, std::uint32_t count) {
  for (std::uint32_t i = slot; i < slot + count && i < unset_.size(); ++i) unset_[i] = false;
}

/// Charges the block that starts at `offset`, if one does.
void Translator::charge(std::uint32_t offset) {
  while (next_fuel_ < fuel_.size() && fuel_[next_fuel_].offset < offset) ++next_fuel_;
  if (next_fuel_ == fuel_.size() || fuel_[next_fuel_].offset != offset) return;
  const std::uint32_t at = emit(&handler<Fuel>, through_b, "fuel");
  code_.put(at, at_a, fuel_[next_fuel_].cost);
  describe(at, "{}", fuel_[next_fuel_].cost);
}

void Translator::store_others() {
  for (Acc& a : acc_) store_pending(a);
}

void Translator::forget_all_accs() {
  for (Acc& a : acc_) a.forget();
  others_known_ = false;
}

/// Slots have other values now: what the accumulators that aren't the integers' know of them.
void Translator::forget_others(std::uint32_t slot, std::uint32_t count) {
  for (Acc& a : acc_)
    if (a.slot < slot + count && slot < a.slot + slots_of(a)) a.slot = none;
}

void Translator::note_stored(std::uint32_t at) {
  if (Trace::Text* text = text_at(at)) text->stored = true;
}

void Translator::note_result(std::uint32_t at, std::uint32_t slot) {
  if (Trace::Text* text = text_at(at)) text->result = static_cast<std::int32_t>(slot);
}

void Translator::note_target(std::uint32_t at, std::uint32_t slot) {
  note_result(at, slot);
  note_stored(at);
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
  const std::uint32_t at = is_narrow ? append(&handler<SetConst<std::uint32_t>>, through_c,
                                              "const32", sequence_keys.const32, 0, slot, bits)
                                     : append(&handler<SetConst<std::uint64_t>>, through_d,
                                              "const64", sequence_keys.const64, 0, slot, bits);
  describe(at, "s{}, 0x{:x}", slot, bits);
  wrote(slot);
}

/// Copies one slot, or the two of a v128.
void Translator::emit_copy(std::uint32_t from, std::uint32_t to, std::uint32_t slots) {
  const std::uint32_t at =
      slots == 1 ? append(&handler<Copy>, through_b, "copy", sequence_keys.copy, from, to, 0)
                 : append(&handler<CopyVector>, through_b, "copy_v128", unknown_key, from, to, 0);
  describe(at, "s{}, s{}", to, from);
  wrote(to, slots);
}

/// Computes a sum at home; unlike i32.add, it leaves the accumulators alone.
void Translator::emit_sum(const Value& v) {
  const std::uint32_t at = emit(&handler<CopySum>, through_c, "copy_sum");
  put_slot(at, at_a, v.local());
  put_slot(at, at_b, v.home);
  code_.put(at, at_c, v.addend());
  describe(at, "s{}, s{} + 0x{:x}", v.home, v.local(), v.addend());
  wrote(v.home);
}

void Translator::grow_aliases(std::uint32_t index) {
  next_alias_.insert(next_alias_.size(), std::max<std::uint32_t>(64, index + 1), none);
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
      emit_copy(v.local(), v.home, slots_of(v.type));
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
    i = next_alias_[i];
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
    if (v.in_chain) alias_heads_[v.local()] = none;
    v.in_chain = false;
    materialise(v);
  }
  clean_ = size;
}

/// Brings the topmost operands home; amortized constant time, as branches with many values need.
void Translator::materialise_some(Walker& w, std::size_t count) {
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
  for (std::size_t i = std::max(innermost.base, clean_); i < operands.size(); ++i) {
    Value& v = operands[i].value;
    if (v.in_chain) alias_heads_[v.local()] = none;
    v.in_chain = false;
  }
  forget_accs();
}

void Translator::describe_values(std::uint32_t at, const char* text, std::uint64_t types,
                                 const PatternValue* values) {
  if (Trace::Text* known = text_at(at)) known->operands = compose_values(text, types, values);
}

}  // namespace wrun::inline v0::interp
