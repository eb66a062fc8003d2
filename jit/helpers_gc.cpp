// Structures and arrays, for compiled code. Whoever calls has its live values in its frame, where a
// collection finds them; those that a helper is given needn't be live any more.

#include <cstring>
#include <new>

#include "jit/helper_calls.hpp"
#include "lib/runtime/casts.hpp"
#include "lib/runtime/heap_access.hpp"
#include "lib/runtime/store.hpp"

namespace wrun::inline v0::jit {

using runtime::Array;
using runtime::Heap;
using runtime::HeapType;
using runtime::Instance;
using runtime::Object;
using runtime::Slot;

namespace {

/// Has a reference below machine code's frames, where a collection finds it, too.
class Kept {
 public:
  Kept(runtime::ExecState& state, Word reference) : state_(state) {
    state.native.sp -= sizeof(reference);
    std::memcpy(state.native.sp, &reference, sizeof(reference));
  }
  ~Kept() { state_.native.sp += sizeof(Word); }
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;

 private:
  runtime::ExecState& state_;
};

wasm::TypeId type_id(Word type) {
  return wasm::TypeId(static_cast<std::uint32_t>(type));
}

/// What is known of a type, once there is room for an object of it; null if there can't be.
const HeapType* make_room(Instance* instance, wasm::TypeId id, Word bytes) {
  runtime::ExecState& state = *instance->state;
  const HeapType* type = state.heap->types().find(id.value);
  if (type != nullptr && Heap::has_room(state.heap->bin_for(bytes), bytes)) return type;
  if (state.store->make_room(id, bytes, state.stack_top, instance))
    return state.heap->types().find(id.value);
  state.wanted_bytes = bytes;
  stop_with(instance, runtime::trap_is_no_room);
  return nullptr;
}

Object* take(Instance* instance, const HeapType& type, Word bytes) {
  Object* object = Heap::take(instance->state->heap->bin_for(bytes));
  *object = Heap::header_of(type, bytes);
  return object;
}

std::uint32_t width_of(const Instance* instance, wasm::TypeId type) {
  const auto& entry = instance->code->data->registry->entry(type).type;
  return runtime::width_of(entry.fields[0].storage.kind());
}
std::uint32_t width_of(const Instance* instance, const Array& array) {
  return instance->state->heap->types().find(array.type)->element_width;
}

/// An array whose elements aren't initialised; null if it can't be had.
template <bool fuel>
Array* make_array(Instance* instance, wasm::TypeId id, Word length) {
  const Word bytes = runtime::array_bytes(length, width_of(instance, id));
  const HeapType* type = make_room(instance, id, bytes);
  if (type == nullptr || !pay<fuel>(instance, length)) return nullptr;
  auto* array = static_cast<Array*>(take(instance, *type, bytes));
  array->length = static_cast<std::uint32_t>(length);
  return array;
}

Word as_word(const Array* array) {
  return array == nullptr ? 0 : runtime::as_ref(array);
}

/// An array that isn't null, and has the elements; else null, after a trap.
Array* find_array(const Instance* instance, Word reference, Word from, Word count) {
  if (reference == runtime::null_ref) {
    trap(instance, TrapCode::null_array_reference);
    return nullptr;
  }
  Array* array = runtime::array_of(reference);
  if (runtime::in_array(*array, from, count)) return array;
  trap(instance, TrapCode::out_of_bounds_array_access);
  return nullptr;
}

void set(Slot (&slots)[2], Word value, Word upper) {
  slots[0].set(value);
  slots[1].set(upper);
}

wasm::DataIdx data_index(Word segment) {
  return wasm::DataIdx(static_cast<std::uint32_t>(segment));
}
wasm::ElemIdx elem_index(Word segment) {
  return wasm::ElemIdx(static_cast<std::uint32_t>(segment));
}

}  // namespace

Word is_instance(const Instance* instance, Word reference, Word type, Word depth) {
  if (reference == runtime::null_ref) return 0;
  return runtime::is_of<runtime::Cast::object>(*instance->state->heap,
                                               *instance->code->data->registry, reference,
                                               type_id(type), static_cast<std::uint32_t>(depth));
}

Word struct_new(Instance* instance, Word id, Word bytes) {
  const HeapType* type = make_room(instance, type_id(id), bytes);
  if (type == nullptr) return 0;
  Object* object = take(instance, *type, bytes);
  std::memset(static_cast<void*>(object + 1), 0, static_cast<std::size_t>(bytes) - sizeof(Object));
  return runtime::as_ref(object);
}

template <bool fuel>
Word array_new(Instance* instance, Word id, Word length, Word value, Word upper) {
  const Kept kept(*instance->state, value);
  Array* array = make_array<fuel>(instance, type_id(id), length);
  if (array == nullptr) return 0;
  Slot slots[2];
  set(slots, value, upper);
  runtime::fill_elements(*array, slots, width_of(instance, *array));
  return as_word(array);
}

template <bool fuel>
Word array_new_default(Instance* instance, Word id, Word length) {
  Array* array = make_array<fuel>(instance, type_id(id), length);
  if (array == nullptr) return 0;
  std::memset(runtime::elements_of(array), 0,
              static_cast<std::size_t>(length) * width_of(instance, *array));
  return as_word(array);
}

template <bool fuel>
Word array_new_data(Instance* instance, Word id, Word segment, Word from, Word length) {
  const std::uint32_t width = width_of(instance, type_id(id));
  if (!runtime::has_data(*instance, data_index(segment), from, length, width))
    return trap(instance, TrapCode::out_of_bounds_memory_access);
  Array* array = make_array<fuel>(instance, type_id(id), length);
  if (array != nullptr) runtime::init_elements(*instance, *array, data_index(segment), from, width);
  return as_word(array);
}

template <bool fuel>
Word array_new_elem(Instance* instance, Word id, Word segment, Word from, Word length) {
  if (!runtime::has_elements(*instance, elem_index(segment), from, length))
    return trap(instance, TrapCode::out_of_bounds_table_access);
  Array* array = make_array<fuel>(instance, type_id(id), length);
  if (array != nullptr) runtime::init_elements(*instance, *array, elem_index(segment), from);
  return as_word(array);
}

template <bool fuel>
void array_fill(Instance* instance, Word reference, Word at, Word value, Word upper, Word count) {
  if (!pay<fuel>(instance, count)) return;
  Array* array = find_array(instance, reference, at, count);
  if (array == nullptr) return;
  Slot slots[2];
  set(slots, value, upper);
  finish_bulk(instance,
              runtime::fill_elements(*instance->state, *array, at, count, slots,
                                     width_of(instance, *array)),
              TrapCode::out_of_bounds_array_access);
}

template <bool fuel>
void array_copy(Instance* instance, Word to, Word at, Word from, Word from_at, Word count) {
  if (!pay<fuel>(instance, count)) return;
  if (to == runtime::null_ref || from == runtime::null_ref) {
    trap(instance, TrapCode::null_array_reference);
    return;
  }
  Array* target = find_array(instance, to, at, count);
  if (target == nullptr) return;
  const Array* source = find_array(instance, from, from_at, count);
  if (source == nullptr) return;
  finish_bulk(instance,
              runtime::copy_elements(*instance->state, *target, at, *source, from_at, count,
                                     width_of(instance, *target)),
              TrapCode::out_of_bounds_array_access);
}

template <bool fuel>
void array_init_data(Instance* instance, Word reference, Word at, Word segment, Word from,
                     Word count) {
  if (!pay<fuel>(instance, count)) return;
  Array* array = find_array(instance, reference, at, count);
  if (array == nullptr) return;
  finish_bulk(instance,
              runtime::init_elements(*instance, *array, at, data_index(segment), from, count,
                                     width_of(instance, *array)),
              TrapCode::out_of_bounds_memory_access);
}

template <bool fuel>
void array_init_elem(Instance* instance, Word reference, Word at, Word segment, Word from,
                     Word count) {
  if (!pay<fuel>(instance, count)) return;
  Array* array = find_array(instance, reference, at, count);
  if (array == nullptr) return;
  finish_bulk(instance,
              runtime::init_elements(*instance, *array, at, elem_index(segment), from, count),
              TrapCode::out_of_bounds_table_access);
}

template Word array_new<false>(Instance*, Word, Word, Word, Word);
template Word array_new<true>(Instance*, Word, Word, Word, Word);
template Word array_new_default<false>(Instance*, Word, Word);
template Word array_new_default<true>(Instance*, Word, Word);
template Word array_new_data<false>(Instance*, Word, Word, Word, Word);
template Word array_new_data<true>(Instance*, Word, Word, Word, Word);
template Word array_new_elem<false>(Instance*, Word, Word, Word, Word);
template Word array_new_elem<true>(Instance*, Word, Word, Word, Word);
template void array_fill<false>(Instance*, Word, Word, Word, Word, Word);
template void array_fill<true>(Instance*, Word, Word, Word, Word, Word);
template void array_copy<false>(Instance*, Word, Word, Word, Word, Word);
template void array_copy<true>(Instance*, Word, Word, Word, Word, Word);
template void array_init_data<false>(Instance*, Word, Word, Word, Word, Word);
template void array_init_data<true>(Instance*, Word, Word, Word, Word, Word);
template void array_init_elem<false>(Instance*, Word, Word, Word, Word, Word);
template void array_init_elem<true>(Instance*, Word, Word, Word, Word, Word);

}  // namespace wrun::inline v0::jit
