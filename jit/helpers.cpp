#include "jit/helpers.hpp"

#include <optional>

#include <wrun/error.hpp>

#include "jit/helper_calls.hpp"
#include "jit/stubs.hpp"
#include "lib/runtime/exec_state.hpp"
#include "lib/runtime/memory.hpp"
#include "lib/runtime/shared_memory.hpp"
#include "lib/runtime/store.hpp"
#include "lib/runtime/table.hpp"

namespace wrun::inline v0::jit {

namespace {

using runtime::Instance;
void finish_memory(const Instance* instance, runtime::Bulk result) {
  finish_bulk(instance, result, TrapCode::out_of_bounds_memory_access);
}
void finish_table(const Instance* instance, runtime::Bulk result) {
  finish_bulk(instance, result, TrapCode::out_of_bounds_table_access);
}

/// A size or -1, in the width of the address type.
Word size_or_minus_one(std::optional<Word> size, bool is_64) {
  const Word value = size.value_or(~Word{0});
  return is_64 ? value : static_cast<std::uint32_t>(value);
}

Word memory_grow(Instance* instance, Word memory, Word pages) {
  runtime::Memory& grown = *instance->memories[memory];
  return size_or_minus_one(runtime::grow(grown, pages), grown.type.limits.is_64);
}

template <bool fuel>
void memory_fill(Instance* instance, Word memory, Word at, Word value, Word count) {
  if (!pay<fuel>(instance, count)) return;
  finish_memory(instance, runtime::fill(*instance->memories[memory], at,
                                        static_cast<std::uint8_t>(value), count));
}

template <bool fuel>
void memory_copy(Instance* instance, Word target, Word source, Word at, Word from, Word count) {
  if (!pay<fuel>(instance, count)) return;
  finish_memory(instance, runtime::copy(*instance->memories[target], at,
                                        *instance->memories[source], from, count));
}

template <bool fuel>
void memory_init(Instance* instance, Word memory, Word segment, Word at, Word from, Word count) {
  if (!pay<fuel>(instance, count)) return;
  const wasm::DataIdx data(static_cast<std::uint32_t>(segment));
  finish_memory(instance,
                runtime::init(*instance, *instance->memories[memory], data, at, from, count));
}

void data_drop(Instance* instance, Word segment) {
  runtime::drop(*instance, wasm::DataIdx(static_cast<std::uint32_t>(segment)));
}

void table_set(Instance* instance, Word table, Word at, Word reference) {
  if (!runtime::set(*instance->tables[table], at, reference))
    trap(instance, TrapCode::out_of_bounds_table_access);
}

template <bool fuel>
Word table_grow(Instance* instance, Word table, Word reference, Word count) {
  if (!pay<fuel>(instance, count)) return 0;
  runtime::Table& grown = *instance->tables[table];
  return size_or_minus_one(runtime::grow(grown, count, reference), grown.limits.is_64);
}

template <bool fuel>
void table_fill(Instance* instance, Word table, Word at, Word reference, Word count) {
  if (!pay<fuel>(instance, count)) return;
  finish_table(instance, runtime::fill(*instance->tables[table], at, reference, count));
}

template <bool fuel>
void table_copy(Instance* instance, Word target, Word source, Word at, Word from, Word count) {
  if (!pay<fuel>(instance, count)) return;
  finish_table(instance, runtime::copy(*instance->tables[target], at, *instance->tables[source],
                                       from, count));
}

template <bool fuel>
void table_init(Instance* instance, Word table, Word segment, Word at, Word from, Word count) {
  if (!pay<fuel>(instance, count)) return;
  const wasm::ElemIdx elements(static_cast<std::uint32_t>(segment));
  finish_table(instance,
               runtime::init(*instance, *instance->tables[table], elements, at, from, count));
}

void elem_drop(Instance* instance, Word segment) {
  runtime::drop(*instance, wasm::ElemIdx(static_cast<std::uint32_t>(segment)));
}

Word memory_size(const Instance* instance, Word memory) {
  runtime::Memory& shared = *instance->memories[memory];
  runtime::refresh_size(shared);
  return runtime::size_in_pages(shared);
}

/// Nobody waits at an unshared memory.
Word memory_notify(const Instance* instance, Word memory, Word address, Word count) {
  runtime::SharedMemory* shared = instance->memories[memory]->shared.get();
  return shared ? shared->notify(address, static_cast<std::uint32_t>(count)) : 0;
}

void memory_check(const Instance* instance, Word memory, Word index, Word offset, Word end) {
  runtime::Memory& shared = *instance->memories[memory];
  runtime::refresh_size(shared);
  if (end <= shared.size && index <= shared.size - end) return;
  instance->state->address = index + offset;
  trap(instance, TrapCode::out_of_bounds_memory_access);
  instance->state->native.trap += runtime::trap_has_address;
}

Word is_subtype(const Instance* instance, Word type, Word super) {
  return instance->code->data->registry->is_subtype(
      wasm::TypeId(static_cast<std::uint32_t>(type)),
      wasm::TypeId(static_cast<std::uint32_t>(super)));
}

template <class Function>
const void* address_of(Function* function) {
  return reinterpret_cast<const void*>(function);
}

}  // namespace

const void* const helper_functions[] = {
    address_of(memory_grow), address_of(memory_fill<false>), address_of(memory_copy<false>),
    address_of(memory_init<false>), address_of(data_drop), address_of(table_set),
    address_of(table_grow<false>), address_of(table_fill<false>), address_of(table_copy<false>),
    address_of(table_init<false>), address_of(elem_drop), address_of(memory_size),
    address_of(memory_notify), address_of(memory_check), address_of(is_subtype),
    address_of(is_instance), address_of(struct_new), address_of(array_new<false>),
    address_of(array_new_default<false>), address_of(array_new_data<false>),
    address_of(array_new_elem<false>), address_of(array_fill<false>), address_of(array_copy<false>),
    address_of(array_init_data<false>), address_of(array_init_elem<false>),
    address_of(exception_new), address_of(throw_), address_of(memory_wait32),
    address_of(memory_wait64), address_of(fma_f32x2), address_of(fma_f64),
    // The same, charging fuel
    address_of(memory_grow), address_of(memory_fill<true>), address_of(memory_copy<true>),
    address_of(memory_init<true>), address_of(data_drop), address_of(table_set),
    address_of(table_grow<true>), address_of(table_fill<true>), address_of(table_copy<true>),
    address_of(table_init<true>), address_of(elem_drop), address_of(memory_size),
    address_of(memory_notify), address_of(memory_check), address_of(is_subtype),
    address_of(is_instance), address_of(struct_new), address_of(array_new<true>),
    address_of(array_new_default<true>), address_of(array_new_data<true>),
    address_of(array_new_elem<true>), address_of(array_fill<true>), address_of(array_copy<true>),
    address_of(array_init_data<true>), address_of(array_init_elem<true>), address_of(exception_new),
    address_of(throw_), address_of(memory_wait32), address_of(memory_wait64), address_of(fma_f32x2),
    address_of(fma_f64)};
static_assert(sizeof(helper_functions) / sizeof(void*) ==
              2 * static_cast<unsigned>(Helper::count_));

}  // namespace wrun::inline v0::jit
