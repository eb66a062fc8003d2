// Structures and arrays.

#include <array>
#include <utility>

#include "lib/interp/bodies_gc.hpp"
#include "lib/interp/translator.hpp"

namespace wrun::inline v0::interp {

using wasm::Kind;
using wasm::Op;

namespace {

/// Storage types as handlers are made for them, in the order of the rows below.
enum class Form : std::uint8_t { i8_s, i8_u, i16_s, i16_u, i32, i64, f32, f64 };

Form form_of(Kind storage, bool is_signed) {
  switch (storage) {
    case Kind::i8:
      return is_signed ? Form::i8_s : Form::i8_u;
    case Kind::i16:
      return is_signed ? Form::i16_s : Form::i16_u;
    case Kind::i32:
      return Form::i32;
    case Kind::f32:
      return Form::f32;
    case Kind::f64:
      return Form::f64;
    default:
      return Form::i64;
  }
}

/// The handlers of one kind of access, a row for each Form.
template <template <class> class Row>
constexpr std::array storage_rows = {
    Row<StoreI8S>::forms, Row<StoreI8U>::forms, Row<StoreI16S>::forms, Row<StoreI16U>::forms,
    Row<StoreI32>::forms, Row<StoreI64>::forms, Row<StoreF32>::forms,  Row<StoreF64>::forms};

template <template <class> class Row>
Handler pick(Form form, std::size_t at) {
  return storage_rows<Row>[static_cast<std::size_t>(form)][at];
}

template <class S>
struct StructGets {  // [src * 2 + dst]
  static constexpr std::array<Handler, 4> forms = {
      &handler<StructGet<S, Src::acc, Dst::acc>>, &handler<StructGet<S, Src::acc, Dst::store>>,
      &handler<StructGet<S, Src::slot, Dst::acc>>, &handler<StructGet<S, Src::slot, Dst::store>>};
};

template <class S>
struct StructSets {  // both in slots, value in the accumulator, object in it
  static constexpr std::array<Handler, 3> forms = {&handler<StructSet<S, Src::slot, Src::slot>>,
                                                   &handler<StructSet<S, Src::slot, Src::acc>>,
                                                   &handler<StructSet<S, Src::acc, Src::slot>>};
};

template <class S, std::size_t... form>
constexpr auto array_gets(std::index_sequence<form...>) {
  return std::array<Handler, sizeof...(form)>{
      &handler<ArrayGet<S, static_cast<Pair>(form / 2), static_cast<Dst>(form % 2)>>...};
}

template <class S>
struct ArrayGets {  // [pair * 2 + dst]
  static constexpr auto forms =
      array_gets<S>(std::make_index_sequence<static_cast<std::size_t>(Pair::count_) * 2>());
};

template <class S>
struct ArraySets {
  static constexpr std::array<Handler, 2> forms = {&handler<ArraySet<S, Src::slot>>,
                                                   &handler<ArraySet<S, Src::acc>>};
};

}  // namespace

Value Translator::struct_get(Walker& w, Op op, std::uint32_t offset, Storage storage,
                             Value object) {
  if (object.kind == Value::Kind::constant) materialise(object);
  const Src src = source(object);
  const std::uint32_t slot = slot_of(object);
  consume(object);
  const Kind type = storage.unpacked().kind();
  open_result(type);
  const Form form = form_of(storage.kind(), op == Op::struct_get_s);
  const std::size_t first = src == Src::acc ? 0 : 2;
  const std::uint32_t at = emit(pick<StructGets>(form, first), through_c, wasm::info(op).text());
  put_slot(at, at_a, slot);
  code_.put(at, at_c, offset);
  if (trace_) describe(at, "[{} + {}]", operand_text(object, src), offset);
  return finish_in_acc(w, type, at, pick<StructGets>(form, first + 1));
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
  const std::size_t which = from == Src::acc ? 1 : to == Src::acc ? 2 : 0;
  const std::uint32_t at = emit(pick<StructSets>(form_of(storage.kind(), false), which), through_c,
                                wasm::info(op).text());
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
  const Form form = form_of(storage.kind(), op == Op::array_get_s);
  const std::size_t first_form = static_cast<std::size_t>(pair.pair) * 2;
  const std::uint32_t at =
      emit(pick<ArrayGets>(form, first_form), through_c, wasm::info(op).text());
  put_slot(at, at_a, pair.a);
  if (second(pair.pair) == Src::imm) {
    code_.put(at, at_c, static_cast<std::uint32_t>(pair.imm));
  } else {
    put_slot(at, at_c, pair.b);
  }
  if (trace_) describe(at, "{}", pair_text(pair));
  return finish_in_acc(w, type, at, pick<ArrayGets>(form, first_form + 1));
}

void Translator::array_set(Op op, Storage storage, Value array, Value index, Value value) {
  if (value.kind == Value::Kind::constant) materialise(value);
  const std::uint32_t at_index = in_slot(index);
  const std::uint32_t at_array = in_slot(array);
  const Src from = source(value);
  const std::uint32_t at =
      emit(pick<ArraySets>(form_of(storage.kind(), false), from == Src::acc ? 1 : 0), through_c,
           wasm::info(op).text());
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
  const bool acc_source = src == Src::acc;
  const std::uint32_t at = emit(
      acc_source ? &handler<ArrayLen<Src::acc, Dst::acc>> : &handler<ArrayLen<Src::slot, Dst::acc>>,
      through_b, "array.len");
  put_slot(at, at_a, slot);
  if (trace_) describe(at, "{}", operand_text(array, src));
  return finish_in_acc(w, Kind::i32, at,
                       acc_source ? &handler<ArrayLen<Src::acc, Dst::store>>
                                  : &handler<ArrayLen<Src::slot, Dst::store>>);
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
  const auto pick_handler = [&]() -> Handler {
    if (op == Op::struct_get) return &handler<StructGetVector>;
    if (op == Op::struct_set) return &handler<StructSetVector>;
    return op == Op::array_get ? &handler<ArrayGetVector> : &handler<ArraySetVector>;
  };
  const std::uint32_t at = emit_on_slots(w, op, pick_handler(), through_c, args);
  if (of_struct) code_.put(at, at_c, (*layouts_)[imm.index].offsets[imm.index2]);
  take_results(w, results);
}

/// An allocation. Its result is in the accumulator, too.
void Translator::emit_new(Walker& w, Op op, const wasm::Immediates& imm, Operands args,
                          Operands results) {
  const bool fuel = options_.fuel;
  const bool is_struct = op == Op::struct_new || op == Op::struct_new_default;
  const auto& fields = module_->types.types[imm.index].fields;
  const auto pick_handler = [&]() -> Handler {
    switch (op) {
      case Op::struct_new:
        return &handler<StructNew>;
      case Op::struct_new_default:
        return &handler<StructNewDefault>;
      case Op::array_new:
        return by_fuel<ArrayNew>(fuel);
      case Op::array_new_default:
        return by_fuel<ArrayNewDefault>(fuel);
      case Op::array_new_fixed:
        return by_fuel<ArrayNewFixed>(fuel);
      case Op::array_new_data:
        return by_fuel<ArrayNewData>(fuel);
      default:
        return by_fuel<ArrayNewElem>(fuel);
    }
  };
  std::uint32_t top = home(w);
  for (const Operand& arg : args) top += wasm::slot_count(arg.type);
  const std::size_t words = op == Op::struct_new ? struct_new_words(fields.size())
                            : is_struct          ? through_e
                                                 : through_f;
  const std::uint32_t at =
      emit_on_slots(w, op, pick_handler(), static_cast<std::uint32_t>(words), args);
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
  const bool fuel = options_.fuel;
  const auto pick_handler = [&]() -> Handler {
    switch (op) {
      case Op::array_fill:
        return by_fuel<ArrayFill>(fuel);
      case Op::array_copy:
        return by_fuel<ArrayCopy>(fuel);
      case Op::array_init_data:
        return by_fuel<ArrayInitData>(fuel);
      default:
        return by_fuel<ArrayInitElem>(fuel);
    }
  };
  const std::uint32_t at = emit_on_slots(w, op, pick_handler(), through_d, args);
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
