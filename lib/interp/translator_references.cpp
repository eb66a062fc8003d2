#include "lib/interp/bodies_bulk.hpp"
#include "lib/interp/handlers_gc.hpp"
#include "lib/interp/translator.hpp"

namespace wrun::inline v0::interp {

using wasm::Kind;
using wasm::Op;

/// An operand that left the stack and comes back as it was.
Value Translator::unchanged(Walker& w, Value v) {
  pop(v);
  if (v.kind == Value::Kind::local) return alias(w, v.local(), v.type);
  clean_ = std::min(clean_, static_cast<std::uint32_t>(w.operands().size()));
  return v;
}

/// Emits a test or cast of the reference in `slot` against `type`.
std::uint32_t Translator::emit_cast(Handler handler, std::uint32_t slot, wasm::ValType type,
                                    std::string_view name) {
  const std::uint32_t at = emit(handler, through_e, name);
  put_slot(at, at_a, slot);
  const wasm::HeapType heap = type.heap();
  if (heap.is_concrete()) {
    code_.put(at, at_c, heap.index().value);
    code_.put(at, at_d, module_->registry->entry(module_->id_of(heap.index())).depth);
  }
  code_.put(at, at_e, static_cast<std::uint16_t>(type.is_nullable()));
  return at;
}

Value Translator::ref_test(Walker& w, Op op, Value reference, wasm::ValType type) {
  if (reference.kind == Value::Kind::constant) materialise(reference);
  const Src src = source(reference);
  const std::uint32_t slot = slot_of(reference);
  consume(reference);
  open_result(Kind::i32);
  const Cast cast = runtime::cast_to(*module_->registry, module_->canonical(type.heap()));
  const std::uint32_t at =
      emit_cast(ref_test_handler(cast, src, Dst::acc), slot, type, wasm::info(op).text());
  if (trace_) describe(at, "{}", operand_text(reference, src));
  return finish_in_acc(w, Kind::i32, at, ref_test_handler(cast, src, Dst::store));
}

Value Translator::ref_cast(Walker& w, Op op, Value reference, wasm::ValType type) {
  if (reference.kind == Value::Kind::constant) materialise(reference);
  const Src src = source(reference);
  const Cast cast = runtime::cast_to(*module_->registry, module_->canonical(type.heap()));
  const std::uint32_t at =
      emit_cast(ref_cast_handler(cast, src), slot_of(reference), type, wasm::info(op).text());
  if (trace_) describe(at, "{}", operand_text(reference, src));
  return unchanged(w, reference);
}

Value Translator::ref_as_non_null(Walker& w, Value reference) {
  if (reference.kind == Value::Kind::constant) materialise(reference);
  const Src src = source(reference);
  const std::uint32_t at = emit(ref_as_non_null_handler(src), through_b, "ref.as_non_null");
  put_slot(at, at_a, slot_of(reference));
  if (trace_) describe(at, "{}", operand_text(reference, src));
  return unchanged(w, reference);
}

Value Translator::i31_op(Walker& w, Op op, Value v) {
  if (v.kind == Value::Kind::constant) materialise(v);
  const Kind type = op == Op::ref_i31 ? Kind::ref : Kind::i32;
  const Src src = source(v);
  const std::uint32_t slot = slot_of(v);
  consume(v);
  open_result(type);
  const std::uint32_t at = emit(i31_handler(op, src, Dst::acc), through_b, wasm::info(op).text());
  put_slot(at, at_a, slot);
  if (trace_) describe(at, "{}", operand_text(v, src));
  return finish_in_acc(w, type, at, i31_handler(op, src, Dst::store));
}

/// References are compared as the words that they are.
void Translator::reference_op(Walker& w, Op op, const wasm::Immediates& imm, Operands args,
                              Operands results) {
  switch (op) {
    case Op::ref_null:
      results[0].value = constant(w, op, results[0].type, {});
      return;
    case Op::ref_func:
      return emit_bulk(w, op, &handler<RefFunc>, args, imm.index, imm.index2, results);
    case Op::ref_is_null: {
      Value null;
      null.kind = Value::Kind::constant;
      null.type = Kind::i64;
      null.home = args[0].value.home + 1;
      results[0].value = numeric(w, Op::i64_eq, args[0].value, null);
      return;
    }
    case Op::ref_eq:
      results[0].value = numeric(w, Op::i64_eq, args[0].value, args[1].value);
      return;
    case Op::ref_as_non_null:
      results[0].value = ref_as_non_null(w, args[0].value);
      return;
    case Op::ref_test:
    case Op::ref_test_null:
      results[0].value = ref_test(w, op, args[0].value, imm.type);
      return;
    case Op::ref_cast:
    case Op::ref_cast_null:
      results[0].value = ref_cast(w, op, args[0].value, imm.type);
      return;
    case Op::any_convert_extern:
    case Op::extern_convert_any:
      results[0].value = unchanged(w, args[0].value);
      return;
    default:
      results[0].value = i31_op(w, op, args[0].value);
  }
}

/// Tests, then branches on the outcome, which is in the accumulator only.
void Translator::br_on_cast(Walker& w, Op op, Control& target, wasm::ValType, wasm::ValType to) {
  const std::size_t count = target.label_types().size();
  materialise_top(w, count);
  const Value& reference = w.operands(1)[0].value;
  open_result(Kind::i32);
  const Cast cast = runtime::cast_to(*module_->registry, module_->canonical(to.heap()));
  const std::uint32_t at =
      emit_cast(ref_test_handler(cast, Src::slot, Dst::acc), slot_of(reference), to, "ref.test");
  put_slot(at, at_b, slot_of(reference));
  describe(at, "s{}", slot_of(reference));
  Condition passed;
  passed.src = Src::acc;
  branch_when(w, target, passed, op == Op::br_on_cast, count);
}

}  // namespace wrun::inline v0::interp
