#pragma once

// Structures and arrays: fields, elements, allocation. What allocates finds its operands in slots,
// and nothing pending in accumulators: a collection may come before it.

#include "lib/interp/bodies_bulk.hpp"
#include "lib/interp/operands.hpp"
#include "lib/interp/traps.hpp"
#include "lib/runtime/heap.hpp"
#include "lib/runtime/heap_access.hpp"

namespace wrun::inline v0::interp {

using runtime::Heap;
using runtime::HeapType;
using runtime::Object;
using runtime::Ref;

/// Makes the room that the state's wanted_... ask for, and repeats the instruction.
extern const StaticInstr allocate_instr;

/// A storage type as an instruction reads it: what lies in the heap, and
/// what it becomes.
template <class S, class V>
struct Storage {
  using Stored = S;
  using Value = V;
};
using StoreI8S = Storage<std::int8_t, std::uint32_t>;
using StoreI8U = Storage<std::uint8_t, std::uint32_t>;
using StoreI16S = Storage<std::int16_t, std::uint32_t>;
using StoreI16U = Storage<std::uint16_t, std::uint32_t>;
using StoreI32 = Storage<std::uint32_t, std::uint32_t>;
using StoreI64 = Storage<std::uint64_t, std::uint64_t>;
using StoreF32 = Storage<float, float>;
using StoreF64 = Storage<double, double>;

/// The value of a field or element.
template <class S>
typename S::Value load_storage(const Object* object, std::size_t offset) {
  return static_cast<typename S::Value>(runtime::load_at<typename S::Stored>(object, offset));
}

///    a  structure    b  result    c  offset
template <class S, Src src, Dst dst>
struct StructGet {
  static void run(Regs& r) {
    const Ref ref = read<Ref, src>(r, at_a);
    if (ref == runtime::null_ref) [[unlikely]]
      return trap(r, TrapCode::null_struct_reference);
    write<dst>(r, load_storage<S>(runtime::object_of(ref), operand<std::uint32_t>(r.pc, at_c)));
    r.pc += through_c;
  }
};

///    a  structure    b  value    c  offset
template <class S, Src object, Src value>
struct StructSet {
  static void run(Regs& r) {
    const Ref ref = read<Ref, object>(r, at_a);
    if (ref == runtime::null_ref) [[unlikely]]
      return trap(r, TrapCode::null_struct_reference);
    const auto v = read<typename S::Value, value>(r, at_b);
    runtime::store_at(runtime::object_of(ref), operand<std::uint32_t>(r.pc, at_c),
                      static_cast<typename S::Stored>(v));
    r.pc += through_c;
  }
};

/// The array in a reference, or null after a trap.
inline runtime::Array* array_in(Regs& r, Ref ref) {
  if (ref != runtime::null_ref) [[likely]]
    return runtime::array_of(ref);
  trap(r, TrapCode::null_array_reference);
  return nullptr;
}

///    a  array    b  result    c  index
template <class S, Pair pair, Dst dst>
struct ArrayGet {
  static void run(Regs& r) {
    const auto* array = array_in(r, read<Ref, first(pair)>(r, at_a));
    if (array == nullptr) [[unlikely]]
      return;
    const auto index = read<std::uint32_t, second(pair)>(r, at_c);
    if (index >= array->length) [[unlikely]]
      return trap(r, TrapCode::out_of_bounds_array_access);
    const std::size_t offset = std::size_t{index} * sizeof(typename S::Stored);
    write<dst>(r, load_storage<S>(array, runtime::first_element + offset));
    r.pc += through_c;
  }
};

///    a  array    b  value    c  index
template <class S, Src value>
struct ArraySet {
  static void run(Regs& r) {
    auto* array = array_in(r, slot(r, at_a).template get<Ref>());
    if (array == nullptr) [[unlikely]]
      return;
    const auto index = slot(r, at_c).template get<std::uint32_t>();
    if (index >= array->length) [[unlikely]]
      return trap(r, TrapCode::out_of_bounds_array_access);
    const auto v = read<typename S::Value, value>(r, at_b);
    const std::size_t offset = std::size_t{index} * sizeof(typename S::Stored);
    runtime::store_at(array, runtime::first_element + offset, static_cast<typename S::Stored>(v));
    r.pc += through_c;
  }
};

///    a  array    b  result
template <Src src, Dst dst>
struct ArrayLen {
  static void run(Regs& r) {
    const auto* array = array_in(r, read<Ref, src>(r, at_a));
    if (array == nullptr) [[unlikely]]
      return;
    write<dst>(r, array->length);
    r.pc += through_b;
  }
};

// Vectors: everything in slots.

///    a  structure    b  result    c  offset
struct StructGetVector {
  static void run(Regs& r) {
    const Ref ref = slot(r, at_a).get<Ref>();
    if (ref == runtime::null_ref) return trap(r, TrapCode::null_struct_reference);
    const auto* at = reinterpret_cast<const char*>(ref) + operand<std::uint32_t>(r.pc, at_c);
    std::memcpy(&slot(r, at_b), at, 16);
    r.pc += through_c;
  }
};

///    a  structure, and the value after it    c  offset
struct StructSetVector {
  static void run(Regs& r) {
    const Ref ref = slot(r, at_a).get<Ref>();
    if (ref == runtime::null_ref) return trap(r, TrapCode::null_struct_reference);
    auto* at = reinterpret_cast<char*>(ref) + operand<std::uint32_t>(r.pc, at_c);
    std::memcpy(at, &slot(r, at_a) + 1, 16);
    r.pc += through_c;
  }
};

/// The element that an instruction's operands name: array and index.
inline std::uint8_t* vector_element(Regs& r) {
  auto* array = array_in(r, reference(r, 0));
  if (array == nullptr) return nullptr;
  const auto index = (&slot(r, at_a))[1].get<std::uint32_t>();
  if (index < array->length) return runtime::elements_of(array) + std::size_t{index} * 16;
  trap(r, TrapCode::out_of_bounds_array_access);
  return nullptr;
}

///    a  array, and the index after it    b  result
struct ArrayGetVector {
  static void run(Regs& r) {
    const std::uint8_t* at = vector_element(r);
    if (at == nullptr) return;
    std::memcpy(&slot(r, at_b), at, 16);
    r.pc += through_c;
  }
};

///    a  array, and the index and the value after it
struct ArraySetVector {
  static void run(Regs& r) {
    std::uint8_t* at = vector_element(r);
    if (at == nullptr) return;
    std::memcpy(at, &slot(r, at_a) + 2, 16);
    r.pc += through_c;
  }
};

// Allocation
//
//    a  operands: consecutive    b  result    c  first slot above the operands    d  type index

/// Where an object of a size can be made now, and its type.
struct Room {
  Heap::Bin* bin = nullptr;
  const HeapType* type = nullptr;
};

/// Without a bin, on the way to a collection, after which the instruction is repeated.
inline Room room_for(Regs& r, Heap::Bin& bin, std::uint64_t bytes) {
  runtime::ExecState& state = *r.inst->state;
  const wasm::TypeId id = r.inst->type_ids[operand<std::uint32_t>(r.pc, at_d)];
  const HeapType* type = state.heap->types().find(id.value);
  if (type != nullptr && Heap::has_room(bin, bytes)) [[likely]]
    return {&bin, type};
  state.wanted_bytes = bytes;
  state.wanted_type = id;
  state.wanted_top = &slot(r, at_c);
  go_slow(r, allocate_instr);
  return {};
}

inline Object* make_object(const Room& room, std::uint64_t bytes) {
  Object* object = Heap::take(*room.bin);
  *object = Heap::header_of(*room.type, bytes);
  return object;
}

/// The result goes to the accumulator as well.
inline void write_object(Regs& r, const Object* object, std::size_t words) {
  const Ref ref = runtime::as_ref(object);
  slot(r, at_b).set(ref);
  r.i = ref;
  r.pc += words;
}

/// Words of a struct.new: an entry (u32) for each field from byte struct_fields_at on, with its
/// offset and, in the low 5 bits, its width.
inline constexpr std::size_t struct_fields_at = 24;
constexpr std::size_t struct_new_words(std::size_t fields) {
  return through_f + fields;
}

///    e  bytes    f  fields
struct StructNew {
  static void run(Regs& r) {
    const std::uint64_t bytes = operand<std::uint32_t>(r.pc, at_e);
    const Room room = room_for(r, r.inst->state->heap->bin_for(bytes), bytes);
    if (room.bin == nullptr) [[unlikely]]
      return;
    Object* object = make_object(room, bytes);
    auto* base = reinterpret_cast<std::uint8_t*>(object);
    const auto fields = operand<std::uint32_t>(r.pc, at_f);
    const Slot* value = &slot(r, at_a);
    for (std::uint32_t i = 0; i < fields; ++i) {
      const auto field = operand<std::uint32_t>(r.pc, struct_fields_at + std::size_t{i} * 4);
      const std::uint32_t width = field & 31;
      runtime::write_storage(base + (field >> 5), value, width);
      value += width == 16 ? 2 : 1;
    }
    write_object(r, object, struct_new_words(fields));
  }
};

///    e  bytes
struct StructNewDefault {
  static void run(Regs& r) {
    const std::uint64_t bytes = operand<std::uint32_t>(r.pc, at_e);
    const Room room = room_for(r, r.inst->state->heap->bin_for(bytes), bytes);
    if (room.bin == nullptr) [[unlikely]]
      return;
    Object* object = make_object(room, bytes);
    std::memset(static_cast<void*>(object + 1), 0,
                static_cast<std::size_t>(bytes) - sizeof(Object));
    write_object(r, object, through_e);
  }
};

/// Pays for an array of `length` elements and makes it; null on the way elsewhere. Elements aren't
/// initialised.
///    f  bytes of an element
template <bool fuel>
runtime::Array* new_array(Regs& r, std::uint32_t length) {
  const std::uint64_t bytes = runtime::array_bytes(length, operand<std::uint32_t>(r.pc, at_f));
  const Room room = room_for(r, r.inst->state->heap->bin_for(bytes), bytes);
  if (room.bin == nullptr) [[unlikely]]
    return nullptr;
  if (!pay<fuel>(r, length)) return nullptr;
  auto* array = static_cast<runtime::Array*>(make_object(room, bytes));
  array->length = length;
  return array;
}

/// Operands: value (one or two slots), length.
template <bool fuel>
struct ArrayNew {
  static void run(Regs& r) {
    const auto width = operand<std::uint32_t>(r.pc, at_f);
    const Slot* value = &slot(r, at_a);
    const auto length = value[width == 16 ? 2 : 1].get<std::uint32_t>();
    runtime::Array* array = new_array<fuel>(r, length);
    if (array == nullptr) return;
    runtime::fill_elements(*array, value, width);
    write_object(r, array, through_f);
  }
};

/// Operand: length.
template <bool fuel>
struct ArrayNewDefault {
  static void run(Regs& r) {
    const auto length = slot(r, at_a).get<std::uint32_t>();
    runtime::Array* array = new_array<fuel>(r, length);
    if (array == nullptr) return;
    std::memset(runtime::elements_of(array), 0,
                std::size_t{length} * operand<std::uint32_t>(r.pc, at_f));
    write_object(r, array, through_f);
  }
};

/// Operands: the elements.
///    e  their number
template <bool fuel>
struct ArrayNewFixed {
  static void run(Regs& r) {
    const auto length = operand<std::uint32_t>(r.pc, at_e);
    runtime::Array* array = new_array<fuel>(r, length);
    if (array == nullptr) return;
    runtime::write_elements(*array, &slot(r, at_a), length, operand<std::uint32_t>(r.pc, at_f));
    write_object(r, array, through_f);
  }
};

/// Operands: offset in the segment, length.
///    e  segment
template <bool fuel>
struct ArrayNewData {
  static void run(Regs& r) {
    const wasm::DataIdx segment(operand<std::uint32_t>(r.pc, at_e));
    const auto width = operand<std::uint32_t>(r.pc, at_f);
    const std::uint64_t from = address(r, 0, false);
    const auto length = static_cast<std::uint32_t>(address(r, 1, false));
    if (!runtime::has_data(*r.inst, segment, from, length, width))
      return trap(r, TrapCode::out_of_bounds_memory_access);
    runtime::Array* array = new_array<fuel>(r, length);
    if (array == nullptr) return;
    runtime::init_elements(*r.inst, *array, segment, from, width);
    write_object(r, array, through_f);
  }
};

template <bool fuel>
struct ArrayNewElem {
  static void run(Regs& r) {
    const wasm::ElemIdx segment(operand<std::uint32_t>(r.pc, at_e));
    const std::uint64_t from = address(r, 0, false);
    const auto length = static_cast<std::uint32_t>(address(r, 1, false));
    if (!runtime::has_elements(*r.inst, segment, from, length))
      return trap(r, TrapCode::out_of_bounds_table_access);
    runtime::Array* array = new_array<fuel>(r, length);
    if (array == nullptr) return;
    runtime::init_elements(*r.inst, *array, segment, from);
    write_object(r, array, through_f);
  }
};

// Bulk instructions on arrays
//
//    a  operands: consecutive    c  segment    d  bytes of an element

/// Whether the elements are there; else on the way to a trap.
inline bool reach(Regs& r, const runtime::Array& array, std::uint64_t from, std::uint64_t count) {
  if (runtime::in_array(array, from, count)) return true;
  trap(r, TrapCode::out_of_bounds_array_access);
  return false;
}

/// Operands: array, index, value (one or two slots), count.
template <bool fuel>
struct ArrayFill {
  static void run(Regs& r) {
    const auto width = operand<std::uint32_t>(r.pc, at_d);
    const Slot* args = &slot(r, at_a);
    const std::uint64_t count = args[width == 16 ? 4 : 3].get<std::uint32_t>();
    if (!pay<fuel>(r, count)) return;
    runtime::Array* array = array_in(r, reference(r, 0));
    const std::uint64_t from = address(r, 1, false);
    if (array == nullptr || !reach(r, *array, from, count)) return;
    finish_bulk(r, runtime::fill_elements(*r.inst->state, *array, from, count, args + 2, width),
                TrapCode::out_of_bounds_array_access);
  }
};

/// Operands: target, index, source, index, count.
template <bool fuel>
struct ArrayCopy {
  static void run(Regs& r) {
    const std::uint64_t count = address(r, 4, false);
    if (!pay<fuel>(r, count)) return;
    runtime::Array* target = array_in(r, reference(r, 0));
    if (target == nullptr) return;
    const runtime::Array* source = array_in(r, reference(r, 2));
    if (source == nullptr) return;
    const std::uint64_t to = address(r, 1, false);
    const std::uint64_t from = address(r, 3, false);
    if (!reach(r, *target, to, count) || !reach(r, *source, from, count)) return;
    finish_bulk(r,
                runtime::copy_elements(*r.inst->state, *target, to, *source, from, count,
                                       operand<std::uint32_t>(r.pc, at_d)),
                TrapCode::out_of_bounds_array_access);
  }
};

/// Operands: array, index, offset in the segment, count.
template <bool fuel>
struct ArrayInitData {
  static void run(Regs& r) {
    const std::uint64_t count = address(r, 3, false);
    if (!pay<fuel>(r, count)) return;
    runtime::Array* array = array_in(r, reference(r, 0));
    const std::uint64_t to = address(r, 1, false);
    if (array == nullptr || !reach(r, *array, to, count)) return;
    const wasm::DataIdx segment(operand<std::uint32_t>(r.pc, at_c));
    finish_bulk(r,
                runtime::init_elements(*r.inst, *array, to, segment, address(r, 2, false), count,
                                       operand<std::uint32_t>(r.pc, at_d)),
                TrapCode::out_of_bounds_memory_access);
  }
};

template <bool fuel>
struct ArrayInitElem {
  static void run(Regs& r) {
    const std::uint64_t count = address(r, 3, false);
    if (!pay<fuel>(r, count)) return;
    runtime::Array* array = array_in(r, reference(r, 0));
    const std::uint64_t to = address(r, 1, false);
    if (array == nullptr || !reach(r, *array, to, count)) return;
    const wasm::ElemIdx segment(operand<std::uint32_t>(r.pc, at_c));
    finish_bulk(r,
                runtime::init_elements(*r.inst, *array, to, segment, address(r, 2, false), count),
                TrapCode::out_of_bounds_table_access);
  }
};

}  // namespace wrun::inline v0::interp
