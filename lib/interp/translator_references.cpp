#include "lib/interp/bodies_bulk.hpp"
#include "lib/interp/bodies_cast.hpp"
#include "lib/interp/translator.hpp"

namespace wrun::inline v0::interp {

using wasm::Kind;
using wasm::Op;

namespace {

/// The handler of a body template with a parameter for the cast, among others.
template <template <Cast> class Handlers, std::size_t... cast>
Handler pick_cast(Cast wanted, std::size_t form, std::index_sequence<cast...>) {
  constexpr auto rows = std::array{Handlers<static_cast<Cast>(cast)>::forms...};
  return rows[static_cast<std::size_t>(wanted)][form];
}

template <template <Cast> class Handlers>
Handler pick_cast(Cast wanted, std::size_t form) {
  return pick_cast<Handlers>(wanted, form,
                             std::make_index_sequence<static_cast<std::size_t>(Cast::count_)>());
}

template <Cast cast>
struct Tests {
  static constexpr std::array<Handler, 4> forms = {  // [src * 2 + dst]
      &handler<RefTest<cast, Src::acc, Dst::acc>>, &handler<RefTest<cast, Src::acc, Dst::store>>,
      &handler<RefTest<cast, Src::slot, Dst::acc>>, &handler<RefTest<cast, Src::slot, Dst::store>>};
};

template <Cast cast>
struct Casts {
  static constexpr std::array<Handler, 2> forms = {&handler<RefCast<cast, Src::acc>>,
                                                   &handler<RefCast<cast, Src::slot>>};
};

template <Src src, Dst dst>
Handler i31_handler(Op op) {
  if (op == Op::ref_i31) return &handler<RefI31<src, dst>>;
  return op == Op::i31_get_s ? &handler<I31Get<true, src, dst>> : &handler<I31Get<false, src, dst>>;
}

Handler i31_handler(Op op, Src src, Dst dst) {
  if (src == Src::acc) {
    return dst == Dst::acc ? i31_handler<Src::acc, Dst::acc>(op)
                           : i31_handler<Src::acc, Dst::store>(op);
  }
  return dst == Dst::acc ? i31_handler<Src::slot, Dst::acc>(op)
                         : i31_handler<Src::slot, Dst::store>(op);
}

}  // namespace

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
  const std::size_t form = src == Src::acc ? 0 : 2;
  const std::uint32_t at =
      emit_cast(pick_cast<Tests>(cast, form), slot, type, wasm::info(op).text());
  if (trace_) describe(at, "{}", operand_text(reference, src));
  return finish_in_acc(w, Kind::i32, at, pick_cast<Tests>(cast, form + 1));
}

Value Translator::ref_cast(Walker& w, Op op, Value reference, wasm::ValType type) {
  if (reference.kind == Value::Kind::constant) materialise(reference);
  const Src src = source(reference);
  const Cast cast = runtime::cast_to(*module_->registry, module_->canonical(type.heap()));
  const std::uint32_t at = emit_cast(pick_cast<Casts>(cast, src == Src::acc ? 0 : 1),
                                     slot_of(reference), type, wasm::info(op).text());
  if (trace_) describe(at, "{}", operand_text(reference, src));
  return unchanged(w, reference);
}

Value Translator::ref_as_non_null(Walker& w, Value reference) {
  if (reference.kind == Value::Kind::constant) materialise(reference);
  const Src src = source(reference);
  const std::uint32_t at =
      emit(src == Src::acc ? &handler<RefAsNonNull<Src::acc>> : &handler<RefAsNonNull<Src::slot>>,
           through_b, "ref.as_non_null");
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
  const std::uint32_t at = emit_cast(pick_cast<Tests>(cast, 2), slot_of(reference), to, "ref.test");
  put_slot(at, at_b, slot_of(reference));
  describe(at, "s{}", slot_of(reference));
  Condition passed;
  passed.src = Src::acc;
  branch_when(w, target, passed, op == Op::br_on_cast, count);
}

}  // namespace wrun::inline v0::interp
