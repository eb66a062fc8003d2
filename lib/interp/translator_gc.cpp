// Structures and arrays.

#include "lib/interp/bodies_gc.hpp"
#include "lib/interp/handlers_gc.hpp"
#include "lib/interp/translator.hpp"

namespace wrun::inline v0::interp {

using wasm::Kind;
using wasm::Op;

Value Translator::struct_get(Walker& w, Op op, std::uint32_t offset, Storage storage,
                             Value object) {
  if (object.kind == Value::Kind::constant) materialise(object);
  const Src src = source(object);
  const std::uint32_t slot = slot_of(object);
  consume(object);
  const Kind type = storage.unpacked().kind();
  open_result(type);
  const StorageForm form{storage.kind(), op == Op::struct_get_s};
  const std::uint32_t at =
      emit(struct_get_handler(form, src, Dst::acc), through_c, wasm::info(op).text());
  put_slot(at, at_a, slot);
  code_.put(at, at_c, offset);
  if (trace_) describe(at, "[{} + {}]", operand_text(object, src), offset);
  return finish_in_acc(w, type, at, struct_get_handler(form, src, Dst::store));
}

void Translator::struct_set(Op op, std::uint32_t offset, Storage storage, Value object,
                            Value value) {
  if (value.kind == Value::Kind::constant) materialise(value);
  if (object.kind == Value::Kind::constant) materialise(object);
  Src from = source(value);
  const Src to = source(object);
  if (from == Src::acc && to == Src::acc) {
    in_slot(value);
    from = Src::slot;
  }
  const std::uint32_t at =
      emit(struct_set_handler({storage.kind(), false}, to, from), through_c, wasm::info(op).text());
  put_slot(at, at_a, slot_of(object));
  put_slot(at, at_b, slot_of(value));
  code_.put(at, at_c, offset);
  if (trace_)
    describe(at, "[{} + {}], {}", operand_text(object, to), offset, operand_text(value, from));
  consume(value);
  consume(object);
}

Value Translator::array_get(Walker& w, Op op, Storage storage, Value array, Value index) {
  const PairForm pair = pair_form(op, array, index);
  const Kind type = storage.unpacked().kind();
  open_result(type);
  const StorageForm form{storage.kind(), op == Op::array_get_s};
  const std::uint32_t at =
      emit(array_get_handler(form, pair.pair, Dst::acc), through_c, wasm::info(op).text());
  put_slot(at, at_a, pair.a);
  if (second(pair.pair) == Src::imm) {
    code_.put(at, at_c, static_cast<std::uint32_t>(pair.imm));
  } else {
    put_slot(at, at_c, pair.b);
  }
  if (trace_) describe(at, "{}", pair_text(pair));
  return finish_in_acc(w, type, at, array_get_handler(form, pair.pair, Dst::store));
}

void Translator::array_set(Op op, Storage storage, Value array, Value index, Value value) {
  if (value.kind == Value::Kind::constant) materialise(value);
  const std::uint32_t at_index = in_slot(index);
  const std::uint32_t at_array = in_slot(array);
  const Src from = source(value);
  const std::uint32_t at =
      emit(array_set_handler({storage.kind(), false}, from), through_c, wasm::info(op).text());
  put_slot(at, at_a, at_array);
  put_slot(at, at_b, slot_of(value));
  put_slot(at, at_c, at_index);
  if (trace_) describe(at, "s{}, s{}, {}", at_array, at_index, operand_text(value, from));
  consume(value);
  consume(index);
  consume(array);
}

Value Translator::array_len(Walker& w, Value array) {
  if (array.kind == Value::Kind::constant) materialise(array);
  const Src src = source(array);
  const std::uint32_t slot = slot_of(array);
  consume(array);
  open_result(Kind::i32);
  const std::uint32_t at = emit(array_len_handler(src, Dst::acc), through_b, "array.len");
  put_slot(at, at_a, slot);
  if (trace_) describe(at, "{}", operand_text(array, src));
  return finish_in_acc(w, Kind::i32, at, array_len_handler(src, Dst::store));
}

/// Emits an instruction whose operands are brought home, which is where its slots are, and before
/// which nothing is pending.
std::uint32_t Translator::emit_on_slots(Walker& w, Op op, Handler handler, std::uint32_t words,
                                        Operands args) {
  for (Operand& arg : args) materialise(arg.value);
  for (std::size_t i = args.size(); i > 0; --i) pop(args[i - 1].value);
  store_all_pending();
  const std::uint32_t at = emit(handler, words, wasm::info(op).text());
  reach(home(w));
  put_slot(at, at_a, home(w));
  put_slot(at, at_b, home(w));
  describe(at, "s{}", home(w));
  return at;
}

/// One field or element, of a type that fits a slot.
void Translator::access(Walker& w, Op op, const wasm::Immediates& imm, Operands args,
                        Operands results) {
  switch (op) {
    case Op::struct_set:
      return struct_set(op, (*layouts_)[imm.index].offsets[imm.index2], imm.type, args[0].value,
                        args[1].value);
    case Op::array_get:
    case Op::array_get_s:
    case Op::array_get_u:
      results[0].value = array_get(w, op, imm.type, args[0].value, args[1].value);
      return;
    case Op::array_set:
      return array_set(op, imm.type, args[0].value, args[1].value, args[2].value);
    default:
      results[0].value =
          struct_get(w, op, (*layouts_)[imm.index].offsets[imm.index2], imm.type, args[0].value);
  }
}

void Translator::access_vector(Walker& w, Op op, const wasm::Immediates& imm, Operands args,
                               Operands results) {
  const bool of_struct = op == Op::struct_get || op == Op::struct_set;
  const std::uint32_t at = emit_on_slots(w, op, vector_access_handler(op), through_c, args);
  if (of_struct) code_.put(at, at_c, (*layouts_)[imm.index].offsets[imm.index2]);
  take_results(w, results);
}

/// An allocation. Its result is in the accumulator, too.
void Translator::emit_new(Walker& w, Op op, const wasm::Immediates& imm, Operands args,
                          Operands results) {
  const bool is_struct = op == Op::struct_new || op == Op::struct_new_default;
  const auto& fields = module_->types.types[imm.index].fields;
  std::uint32_t top = home(w);
  for (const Operand& arg : args) top += wasm::slot_count(arg.type);
  const std::size_t words = op == Op::struct_new ? struct_new_words(fields.size())
                            : is_struct          ? through_e
                                                 : through_f;
  const std::uint32_t at =
      emit_on_slots(w, op, new_handler(op, options_.fuel), static_cast<std::uint32_t>(words), args);
  code_.put(at, at_c, static_cast<std::uint16_t>(top));
  code_.put(at, at_d, imm.index);
  if (is_struct) {
    code_.put(at, at_e, (*layouts_)[imm.index].bytes);
  } else {
    code_.put(at, at_e, imm.index2);
    code_.put(at, at_f, runtime::width_of(fields[0].storage.kind()));
  }
  if (op == Op::struct_new) {
    code_.put(at, at_f, static_cast<std::uint32_t>(fields.size()));
    for (std::size_t i = 0; i < fields.size(); ++i) {
      code_.put(
          at, static_cast<std::uint32_t>(struct_fields_at + i * 4),
          (*layouts_)[imm.index].offsets[i] << 5 | runtime::width_of(fields[i].storage.kind()));
    }
  }
  take_results(w, results);
  acc(Kind::ref) = {};
  acc(Kind::ref).slot = results[0].value.home;
}

void Translator::emit_array_bulk(Walker& w, Op op, const wasm::Immediates& imm, Operands args) {
  const std::uint32_t at =
      emit_on_slots(w, op, array_bulk_handler(op, options_.fuel), through_d, args);
  code_.put(at, at_c, imm.index2);
  code_.put(at, at_d, runtime::width_of(imm.type.kind()));
}

void Translator::aggregate_op(Walker& w, Op op, const wasm::Immediates& imm, Operands args,
                              Operands results) {
  switch (op) {
    case Op::struct_get:
    case Op::struct_get_s:
    case Op::struct_get_u:
    case Op::struct_set:
    case Op::array_get:
    case Op::array_get_s:
    case Op::array_get_u:
    case Op::array_set:
      return imm.type.kind() == Kind::v128 ? access_vector(w, op, imm, args, results)
                                           : access(w, op, imm, args, results);
    case Op::array_len:
      results[0].value = array_len(w, args[0].value);
      return;
    case Op::array_fill:
    case Op::array_copy:
    case Op::array_init_data:
    case Op::array_init_elem:
      return emit_array_bulk(w, op, imm, args);
    default:
      return emit_new(w, op, imm, args, results);
  }
}

}  // namespace wrun::inline v0::interp
