#include "lib/interp/handlers_gc.hpp"

#include <array>
#include <utility>

#include "lib/interp/bodies_gc.hpp"

namespace wrun::inline v0::interp {

using wasm::Kind;
using wasm::Op;

namespace {

/// Storage types as handlers are made for them: rows of tables.
std::size_t row_of(StorageForm form) {
  switch (form.kind) {
    case Kind::i8:
      return form.is_signed ? 0 : 1;
    case Kind::i16:
      return form.is_signed ? 2 : 3;
    case Kind::i32:
      return 4;
    case Kind::f32:
      return 6;
    case Kind::f64:
      return 7;
    default:
      return 5;
  }
}

/// The handlers of one kind of access, in that order.
template <template <class> class Row>
constexpr std::array storage_rows = {
    Row<StoreI8S>::forms, Row<StoreI8U>::forms, Row<StoreI16S>::forms, Row<StoreI16U>::forms,
    Row<StoreI32>::forms, Row<StoreI64>::forms, Row<StoreF32>::forms,  Row<StoreF64>::forms};

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

/// The handlers of a body template with a parameter for the cast, among others.
template <template <Cast> class Row, std::size_t... cast>
constexpr auto cast_rows(std::index_sequence<cast...>) {
  return std::array{Row<static_cast<Cast>(cast)>::forms...};
}
using AllCasts = std::make_index_sequence<static_cast<std::size_t>(Cast::count_)>;

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

constexpr auto tests = cast_rows<Tests>(AllCasts());
constexpr auto casts = cast_rows<Casts>(AllCasts());

/// The place in a row of an operand in the accumulator or a slot, and a result.
std::size_t place(Src src, Dst dst) {
  return (src == Src::acc ? 0 : 2) + static_cast<std::size_t>(dst);
}

template <Src src, Dst dst>
Handler pick_i31(Op op) {
  if (op == Op::ref_i31) return &handler<RefI31<src, dst>>;
  return op == Op::i31_get_s ? &handler<I31Get<true, src, dst>> : &handler<I31Get<false, src, dst>>;
}

}  // namespace

Handler struct_get_handler(StorageForm form, Src object, Dst dst) {
  return storage_rows<StructGets>[row_of(form)][place(object, dst)];
}

Handler struct_set_handler(StorageForm form, Src object, Src value) {
  const std::size_t which = value == Src::acc ? 1 : object == Src::acc ? 2 : 0;
  return storage_rows<StructSets>[row_of(form)][which];
}

Handler array_get_handler(StorageForm form, Pair pair, Dst dst) {
  return storage_rows<ArrayGets>[row_of(form)][static_cast<std::size_t>(pair) * 2 +
                                               static_cast<std::size_t>(dst)];
}

Handler array_set_handler(StorageForm form, Src value) {
  return storage_rows<ArraySets>[row_of(form)][value == Src::acc ? 1 : 0];
}

Handler array_len_handler(Src array, Dst dst) {
  if (array == Src::acc)
    return dst == Dst::acc ? &handler<ArrayLen<Src::acc, Dst::acc>>
                           : &handler<ArrayLen<Src::acc, Dst::store>>;
  return dst == Dst::acc ? &handler<ArrayLen<Src::slot, Dst::acc>>
                         : &handler<ArrayLen<Src::slot, Dst::store>>;
}

Handler vector_access_handler(Op op) {
  switch (op) {
    case Op::struct_get:
      return &handler<StructGetVector>;
    case Op::struct_set:
      return &handler<StructSetVector>;
    case Op::array_get:
      return &handler<ArrayGetVector>;
    default:
      return &handler<ArraySetVector>;
  }
}

Handler new_handler(Op op, bool fuel) {
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
}

Handler array_bulk_handler(Op op, bool fuel) {
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
}

Handler ref_test_handler(Cast cast, Src reference, Dst dst) {
  return tests[static_cast<std::size_t>(cast)][place(reference, dst)];
}

Handler ref_cast_handler(Cast cast, Src reference) {
  return casts[static_cast<std::size_t>(cast)][reference == Src::acc ? 0 : 1];
}

Handler ref_as_non_null_handler(Src reference) {
  return reference == Src::acc ? &handler<RefAsNonNull<Src::acc>>
                               : &handler<RefAsNonNull<Src::slot>>;
}

Handler i31_handler(Op op, Src src, Dst dst) {
  if (src == Src::acc)
    return dst == Dst::acc ? pick_i31<Src::acc, Dst::acc>(op) : pick_i31<Src::acc, Dst::store>(op);
  return dst == Dst::acc ? pick_i31<Src::slot, Dst::acc>(op) : pick_i31<Src::slot, Dst::store>(op);
}

}  // namespace wrun::inline v0::interp
