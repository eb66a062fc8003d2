// Globals, tables and memories without the limits of <wasm.h>, and with errors.

#include <wrun/c/objects.h>

#include <wrun/memory.hpp>

#include "lib/api/c/error.hpp"
#include "lib/api/c/guard.hpp"
#include "lib/api/c/types.hpp"
#include "lib/api/c/values.hpp"
#include "lib/api/held_types.hpp"
#include "lib/api/storage.hpp"
#include "lib/api/types.hpp"
#include "lib/runtime/cells.hpp"
#include "lib/runtime/memory.hpp"
#include "lib/runtime/table.hpp"
#include "lib/runtime/trap.hpp"

using namespace wrun;
using capi::Use;

namespace {

/// body(use, object) with what a reference refers to.
template <class Object, class Body>
wrun_error_t* with(const wasm_ref_t* ref, Body&& body) noexcept {
  return capi::attempt_in(ref->store, [&](Use& use) -> Result<void> {
    Object* object = api::resolve<Object>(use.state(), ref->handle);
    if (!object) return api::stale_handle();
    return body(use, *object);
  });
}

/// The reference of an object of the public API's.
template <class T, class Object, class Handle>
Result<void> adopt(Use& use, Result<Handle>&& made, T** out) {
  if (!made) return std::move(made).error();
  *out = capi::own_handle<T>(use, capi::to_runtime<Object>(use, *made));
  return {};
}

}  // namespace

extern "C" {

wrun_error_t* wrun_global_new(wasm_store_t* store, const wasm_globaltype_t* type,
                              const wrun_val_t* value, wasm_global_t** out) {
  return capi::attempt_in(*store, [&](Use& use) -> Result<void> {
    api::HeldTypes held(use.heap().registry());
    const auto content = held.add(type->content.type);
    if (!content) return api::module_type_error();
    runtime::Slot slots[2] = {};
    auto written = capi::to_slots(use, *value, *content, slots, "a global's value");
    if (!written) return written;
    *out = capi::own_object<wasm_global_t>(
        use, runtime::create_global(use.heap(), {*content, type->is_mutable}, slots));
    return {};
  });
}

wrun_error_t* wrun_global_get(const wasm_global_t* global, wrun_val_t* out) {
  return with<runtime::Global>(global, [&](Use& use, runtime::Global& found) -> Result<void> {
    capi::from_slots(use, found.type, found.value, *out);
    return {};
  });
}

wrun_error_t* wrun_global_set(wasm_global_t* global, const wrun_val_t* value) {
  return with<runtime::Global>(global, [&](Use& use, runtime::Global& found) -> Result<void> {
    if (!found.is_mutable) return Error(ErrorKind::usage, "the global is immutable");
    return capi::to_slots(use, *value, found.type, found.value, "a global's value");
  });
}

wrun_error_t* wrun_table_new(wasm_store_t* store, const wasm_tabletype_t* type, wasm_ref_t* init,
                             wasm_table_t** out) {
  return capi::attempt_in(*store, [&](Use& use) -> Result<void> {
    api::HeldTypes held(use.heap().registry());
    const auto element = held.add(type->element.type);
    if (!element) return api::module_type_error();
    if (!element->is_ref()) return Error(ErrorKind::usage, "a table's elements are references");
    if (type->size.max && *type->size.max < type->size.min)
      return Error(ErrorKind::usage, "a table's minimum is above its maximum");
    runtime::Slot slot;
    auto written = capi::ref_to_slots(use, init, *element, &slot, "a table's initial value");
    if (!written) return written;
    auto made = runtime::create_table(use.heap(), {*element, api::to_canonical(type->size)},
                                      slot.get<runtime::Ref>());
    if (!made) return std::move(made).error();
    *out = capi::own_object<wasm_table_t>(use, **made);
    return {};
  });
}

wrun_error_t* wrun_table_size(const wasm_table_t* table, uint64_t* out) {
  return with<runtime::Table>(table, [&](Use&, runtime::Table& found) -> Result<void> {
    *out = found.size;
    return {};
  });
}

wrun_error_t* wrun_table_get(const wasm_table_t* table, uint64_t index, wasm_ref_t** out) {
  return with<runtime::Table>(table, [&](Use& use, runtime::Table& found) -> Result<void> {
    runtime::Ref ref = runtime::null_ref;
    if (!runtime::get(found, index, ref))
      return runtime::make_trap(TrapCode::out_of_bounds_table_access);
    *out = capi::own_ref(use, found.element, ref);
    return {};
  });
}

wrun_error_t* wrun_table_set(wasm_table_t* table, uint64_t index, wasm_ref_t* ref) {
  return with<runtime::Table>(table, [&](Use& use, runtime::Table& found) -> Result<void> {
    runtime::Slot slot;
    auto written = capi::ref_to_slots(use, ref, found.element, &slot, "a table's element");
    if (!written) return written;
    if (runtime::set(found, index, slot.get<runtime::Ref>())) return {};
    return runtime::make_trap(TrapCode::out_of_bounds_table_access);
  });
}

wrun_error_t* wrun_table_grow(wasm_table_t* table, uint64_t count, wasm_ref_t* init,
                              uint64_t* out) {
  return with<runtime::Table>(table, [&](Use& use, runtime::Table& found) -> Result<void> {
    runtime::Slot slot;
    auto written = capi::ref_to_slots(use, init, found.element, &slot, "a table's element");
    if (!written) return written;
    const auto former = runtime::grow(found, count, slot.get<runtime::Ref>());
    if (!former) return api::growth_refused("table");
    if (out) *out = *former;
    return {};
  });
}

wrun_error_t* wrun_memory_new(wasm_store_t* store, const wasm_memorytype_t* type,
                              wasm_memory_t** out) {
  return capi::attempt_in(*store, [&](Use& use) {
    return adopt<wasm_memory_t, runtime::Memory>(use, Memory::make(use.facade(), type->type), out);
  });
}

wrun_error_t* wrun_memory_size(const wasm_memory_t* memory, uint64_t* out) {
  return capi::attempt([&] { return capi::give(memory->as<Memory>().size(), out); });
}

wrun_error_t* wrun_memory_grow(wasm_memory_t* memory, uint64_t pages, uint64_t* out) {
  return capi::attempt([&] { return capi::give(memory->as<Memory>().grow(pages), out); });
}

wrun_error_t* wrun_memory_read(const wasm_memory_t* memory, uint64_t address, void* to,
                               size_t size) {
  return capi::attempt([&] {
    return memory->as<Memory>().copy_out(address, {static_cast<std::uint8_t*>(to), size});
  });
}

wrun_error_t* wrun_memory_write(wasm_memory_t* memory, uint64_t address, const void* from,
                                size_t size) {
  return capi::attempt([&] {
    return memory->as<Memory>().copy_in(address, {static_cast<const std::uint8_t*>(from), size});
  });
}

wrun_error_t* wrun_memory_span(wasm_memory_t* memory, uint64_t address, uint64_t size, void** out) {
  return capi::attempt([&]() -> Result<void> {
    auto span = memory->as<Memory>().span(address, size);
    if (!span) return std::move(span).error();
    *out = span->data();
    return {};
  });
}

wrun_error_t* wrun_tag_new(wasm_store_t* store, const wrun_tagtype_t* type, wrun_tag_t** out) {
  return capi::attempt_in(*store, [&](Use& use) {
    auto made = Tag::make(use.facade(), TagType{capi::to_list(type->params)});
    return adopt<wrun_tag_t, runtime::Tag>(use, std::move(made), out);
  });
}

wrun_tagtype_t* wrun_tag_type(const wrun_tag_t* tag) {
  return capi::guarded<wrun_tagtype_t*>(nullptr, [&]() -> wrun_tagtype_t* {
    Use use(tag->store);
    const auto type = tag->as<Tag>().type();
    return use && type ? capi::make_type(use.heap().types(), *type) : nullptr;
  });
}

}  // extern "C"
