#include "lib/interp/bodies_calls.hpp"
#include "lib/interp/bodies_moves.hpp"
#include "lib/interp/translator.hpp"

namespace wrun::inline v0::interp {

using wasm::Kind;
using wasm::Op;

/// Brings the arguments of a call home, where the callee's frame will start, and everything else
/// that a call would lose; returns that slot.
std::uint32_t Translator::place_args(Walker& w, Operands args) {
  for (Operand& arg : args) {
    materialise(arg.value);
    // All of them leave the stack: so it is all the same which of a local's newest leaves first.
    pop(arg.value);
  }
  store_all_pending();
  reach(home(w));
  return home(w);
}

void Translator::finish_call(Walker& w, bool is_tail, Operands results) {
  if (is_tail) return forget_region(w, w.label(0));
  forget_accs();
  take_results(w, results);
  if (results.size() == 1 && results[0].type.kind() != Kind::v128) {
    know(acc(results[0].type.kind()), results[0].value.home);
  }
  if (!options_.poison_upper_halves) return;
  for (const Operand& result : results) {
    if (result.type.kind() == Kind::i32)
      put_slot(emit(&handler<PoisonUpper>, through_b, "poison"), at_b, result.value.home);
  }
}

void Translator::call(Walker& w, Op op, wasm::FuncIdx callee, const wasm::FuncType&, Operands args,
                      Operands results) {
  const bool is_tail = op == Op::return_call;
  const bool is_import = callee.value < module_->imported_functions;
  const std::uint32_t frame = place_args(w, args);
  if (is_tail) give_stack();
  static constexpr Handler handlers[] = {&handler<CallLocal>, &handler<CallImport>,
                                         &handler<TailCallLocal>, &handler<TailCallImport>};
  const std::uint32_t at = append(handlers[(is_tail ? 2 : 0) + (is_import ? 1 : 0)], through_c,
                                  trace_ ? wasm::info(op).text() : std::string_view(),
                                  is_tail || is_import ? unknown_key : sequence_keys.call_local,
                                  frame, layout_.link(), callee.value);
  describe(at, "{}, s{}", callee.value, frame);
  finish_call(w, is_tail, results);
}

void Translator::call_indirect(Walker& w, Op op, wasm::TypeIdx type, wasm::TableIdx table,
                               Value index, Operands args, Operands results) {
  const bool is_tail = op == Op::return_call_indirect;
  const bool is_64 = module_->tables[table.value].type.limits.is_64;
  if (index.kind == Value::Kind::constant) materialise(index);
  const Src src = source(index);
  const std::uint32_t slot = slot_of(index);
  consume(index);
  const std::uint32_t frame = place_args(w, args);
  if (is_tail) give_stack();
  const std::uint32_t at = emit(call_indirect_handler(is_tail, is_64, src),
                                is_tail ? through_e : through_d, wasm::info(op).text());
  put_slot(at, at_a, frame);
  put_slot(at, at_b, slot);
  code_.put(at, at_c, type.value);
  code_.put(at, at_d, table.value);
  if (is_tail) put_slot(at, at_e, layout_.link());
  if (trace_)
    describe(at, "table {} [{}], type {}, s{}", table.value, operand_text(index, src), type.value,
             frame);
  finish_call(w, is_tail, results);
}

void Translator::call_ref(Walker& w, Op op, wasm::TypeIdx, Value callee, Operands args,
                          Operands results) {
  const bool is_tail = op == Op::return_call_ref;
  const std::uint32_t reference = in_slot(callee);
  pop(callee);
  const std::uint32_t frame = place_args(w, args);
  if (is_tail) give_stack();
  const std::uint32_t at =
      emit(is_tail ? &handler<TailCallRef> : &handler<CallRef>, through_c, wasm::info(op).text());
  put_slot(at, at_a, frame);
  put_slot(at, at_b, reference);
  put_slot(at, at_c, layout_.link());
  describe(at, "s{}, s{}", reference, frame);
  finish_call(w, is_tail, results);
}

}  // namespace wrun::inline v0::interp
