#pragma once

// FunctionWalker: references, structures and arrays.
//
// https://webassembly.github.io/spec/core/valid/instructions.html#reference-instructions

#include "lib/wasm/walker.hpp"

namespace wrun::inline v0::wasm {

template <class C, Trust trust>
void FunctionWalker<C, trust>::reference(Op op, const Immediates& imm, Types params,
                                         Types results) {
  operate(span_of(params), span_of(results),
          [&](Operands args, Operands out) { client_.reference_op(*this, op, imm, args, out); });
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::aggregate(Op op, const Immediates& imm,
                                         std::span<const ValType> params,
                                         std::span<const ValType> results) {
  operate(params, results,
          [&](Operands args, Operands out) { client_.aggregate_op(*this, op, imm, args, out); });
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::ref_null(Op op) {
  const ValType type = ValType::ref(types().heap_type(), true);
  if (ok()) reference(op, {0, 0, type}, {}, {type});
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::ref_is_null(Op op) {
  const ValType type = pop_ref()->type;
  unpop();
  reference(op, {}, {type}, {Kind::i32});
}

/// https://webassembly.github.io/spec/core/valid/instructions.html#valid-ref-func
template <class C, Trust trust>
void FunctionWalker<C, trust>::ref_func(Op op) {
  FuncIdx func;
  if (!read_func(func)) return;
  if (trust == Trust::no && !constant_only_ &&
      (func.value >= module_->declared_functions.size() ||
       !module_->declared_functions[func.value]))
    return invalid("undeclared function reference: function {}", func.value);
  const ValType type = ValType::ref(HeapType(module_->functions[func.value].type), false);
  reference(op, {func.value, 0, type}, {}, {type});
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::ref_as_non_null(Op op) {
  const ValType type = pop_ref()->type;
  unpop();
  reference(op, {}, {type}, {type.with_null(false)});
}

/// The greatest heap type above `heap`: casts stay below it.
template <class C, Trust trust>
HeapType FunctionWalker<C, trust>::top_of(HeapType heap) const {
  if (heap.is_concrete())
    return type_at(heap.index()).kind == CompositeKind::func ? AbstractHeap::func
                                                             : AbstractHeap::any;
  switch (heap.abstract()) {
    case AbstractHeap::func:
    case AbstractHeap::nofunc:
      return AbstractHeap::func;
    case AbstractHeap::extern_:
    case AbstractHeap::noextern:
      return AbstractHeap::extern_;
    case AbstractHeap::exn:
    case AbstractHeap::noexn:
      return AbstractHeap::exn;
    default:
      return AbstractHeap::any;
  }
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::ref_test(Op op) {
  const HeapType heap = types().heap_type();
  if (!ok()) return;
  const bool nullable = op == Op::ref_test_null || op == Op::ref_cast_null;
  const bool is_test = op == Op::ref_test || op == Op::ref_test_null;
  const ValType type = ValType::ref(heap, nullable);
  const ValType operand = ValType::ref(top_of(heap), true);
  reference(op, {0, 0, type}, {operand}, {is_test ? ValType(Kind::i32) : type});
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::convert_extern(Op op) {
  const bool to_any = op == Op::any_convert_extern;
  const HeapType from = to_any ? AbstractHeap::extern_ : AbstractHeap::any;
  const HeapType to = to_any ? AbstractHeap::any : AbstractHeap::extern_;
  const ValType found = pop_ref()->type;
  unpop();
  reference(op, {}, {ValType::ref(from, true)}, {ValType::ref(to, found.is_nullable())});
}

/// https://webassembly.github.io/spec/core/valid/instructions.html#aggregate-reference-instructions
template <class C, Trust trust>
void FunctionWalker<C, trust>::struct_new(Op op) {
  TypeIdx index;
  if (!read_type(index, CompositeKind::struct_, "a struct")) return;
  types_.clear();
  for (const FieldType& field : type_at(index).fields) {
    if (op == Op::struct_new)
      types_.push_back(field.storage.unpacked());
    else if (trust == Trust::no && !field.storage.is_defaultable())
      return invalid("type mismatch: a field of struct {} has no default value", index.value);
  }
  const ValType result = ValType::ref(HeapType(index), false);
  aggregate(op, {index.value, 0, {}}, types_, std::span(&result, 1));
}

/// Whether an instruction with or without sign suits a storage type.
template <class C, Trust trust>
bool FunctionWalker<C, trust>::check_packed(ValType storage, bool plain) {
  if (trust == Trust::yes || storage.is_packed() != plain) return true;
  invalid("type mismatch: storage type is {}, so a read must {}say how to extend it",
          to_text(storage), plain ? "" : "not ");
  return false;
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::struct_access(Op op) {
  TypeIdx index;
  if (!read_type(index, CompositeKind::struct_, "a struct")) return;
  const auto& fields = type_at(index).fields;
  FieldIdx field;
  if (!read_index(field, fields.size(), "field")) return;
  const FieldType& type = fields[field.value];
  const ValType object = ValType::ref(HeapType(index), true);
  const ValType value = type.storage.unpacked();
  const Immediates imm{index.value, field.value, type.storage};
  if (op != Op::struct_set) {
    if (!check_packed(type.storage, op == Op::struct_get)) return;
    return aggregate(op, imm, {object}, {value});
  }
  if (trust == Trust::no && !type.is_mutable) return invalid("immutable field {}", field.value);
  aggregate(op, imm, {object, value}, {});
}

/// The element of the array type that follows, or null after an error.
template <class C, Trust trust>
const FieldType* FunctionWalker<C, trust>::read_array(TypeIdx& index, bool written) {
  if (!read_type(index, CompositeKind::array, "an array")) return nullptr;
  const FieldType& element = type_at(index).fields[0];
  if (trust == Trust::yes || !written || element.is_mutable) return &element;
  invalid("immutable array {}", index.value);
  return nullptr;
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::array_new(Op op) {
  TypeIdx index;
  const FieldType* element = read_array(index);
  if (!element) return;
  const Immediates imm{index.value, 0, element->storage};
  const ValType result = ValType::ref(HeapType(index), false);
  if (op == Op::array_new)
    return aggregate(op, imm, {element->storage.unpacked(), Kind::i32}, {result});
  if (trust == Trust::no && !element->storage.is_defaultable())
    return invalid("type mismatch: array {} has no default value", index.value);
  aggregate(op, imm, {Kind::i32}, {result});
}

/// The JS embedding API's limit on operands of array.new_fixed.
inline constexpr std::uint32_t max_fixed_elements = 10'000;

template <class C, Trust trust>
void FunctionWalker<C, trust>::array_new_fixed(Op op) {
  TypeIdx index;
  const FieldType* element = read_array(index);
  const std::uint32_t count = reader_.u32();
  if (!element || !ok()) return;
  if (trust == Trust::no && count > max_fixed_elements)
    return errors_->limit(offset(), "array.new_fixed of {} elements; at most {} are allowed", count,
                          max_fixed_elements);
  types_.assign(count, element->storage.unpacked());
  const ValType result = ValType::ref(HeapType(index), false);
  aggregate(op, {index.value, count, element->storage}, types_, std::span(&result, 1));
}

/// The segment that an array is made or filled from: of data or of elements.
template <class C, Trust trust>
bool FunctionWalker<C, trust>::read_array_segment(bool is_data, const FieldType& element,
                                                  std::uint32_t& segment) {
  if (is_data) {
    DataIdx data;
    if (!read_data(data)) return false;
    segment = data.value;
    if (trust == Trust::yes || !element.storage.is_ref()) return true;
    invalid("array type is not numeric or vector: {}", to_text(element.storage));
    return false;
  }
  ElemIdx elem;
  if (!read_elem(elem)) return false;
  segment = elem.value;
  const ValType found = module_->elements[segment].type;
  if (trust == Trust::yes || is_a(found, element.storage)) return true;
  invalid("type mismatch: array of {} from a segment of {}", to_text(element.storage),
          to_text(found));
  return false;
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::array_new_segment(Op op) {
  TypeIdx index;
  const FieldType* element = read_array(index);
  std::uint32_t segment = 0;
  if (!element || !read_array_segment(op == Op::array_new_data, *element, segment)) return;
  aggregate(op, {index.value, segment, element->storage}, {Kind::i32, Kind::i32},
            {ValType::ref(HeapType(index), false)});
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::array_get(Op op) {
  TypeIdx index;
  const FieldType* element = read_array(index);
  if (!element || !check_packed(element->storage, op == Op::array_get)) return;
  aggregate(op, {index.value, 0, element->storage},
            {ValType::ref(HeapType(index), true), Kind::i32}, {element->storage.unpacked()});
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::array_set(Op op) {
  TypeIdx index;
  const FieldType* element = read_array(index, true);
  if (!element) return;
  const ValType array = ValType::ref(HeapType(index), true);
  const ValType value = element->storage.unpacked();
  const Immediates imm{index.value, 0, element->storage};
  if (op == Op::array_set) return aggregate(op, imm, {array, Kind::i32, value}, {});
  aggregate(op, imm, {array, Kind::i32, value, Kind::i32}, {});
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::array_copy(Op op) {
  TypeIdx to;
  TypeIdx from;
  const FieldType* target = read_array(to, true);
  if (!target) return;
  const FieldType* source = read_array(from);
  if (!source) return;
  if (trust == Trust::no && !is_a(source->storage, target->storage))
    return invalid("array types do not match: {} and {}", to_text(source->storage),
                   to_text(target->storage));
  aggregate(op, {to.value, from.value, target->storage},
            {ValType::ref(HeapType(to), true), Kind::i32, ValType::ref(HeapType(from), true),
             Kind::i32, Kind::i32},
            {});
}

template <class C, Trust trust>
void FunctionWalker<C, trust>::array_init(Op op) {
  TypeIdx index;
  const FieldType* element = read_array(index, true);
  std::uint32_t segment = 0;
  if (!element || !read_array_segment(op == Op::array_init_data, *element, segment)) return;
  aggregate(op, {index.value, segment, element->storage},
            {ValType::ref(HeapType(index), true), Kind::i32, Kind::i32, Kind::i32}, {});
}

}  // namespace wrun::inline v0::wasm
