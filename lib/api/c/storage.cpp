// Globals, tables and memories.

#include <algorithm>

#include <wrun/memory.hpp>

#include "lib/api/c/guard.hpp"
#include "lib/api/c/object.hpp"
#include "lib/api/c/types.hpp"
#include "lib/api/c/values.hpp"
#include "lib/api/held_types.hpp"
#include "lib/api/storage.hpp"
#include "lib/api/types.hpp"
#include "lib/runtime/cells.hpp"
#include "lib/runtime/extern.hpp"
#include "lib/runtime/memory.hpp"
#include "lib/runtime/table.hpp"

using namespace wrun;
using capi::Use;

namespace {

/// body(use, object) with what a reference refers to; `fallback` if it can't be used.
template <class Object, class T, class Body>
T with(const wasm_ref_t* ref, T fallback, Body&& body) noexcept {
  return capi::guarded(fallback, [&]() -> T {
    Use use(ref->store);
    Object* object = use ? api::resolve<Object>(use.state(), ref->handle) : nullptr;
    return object ? body(use, *object) : fallback;
  });
}

/// The type of an object as a C type.
template <class Object, class CType>
CType* type_of(const wasm_ref_t* ref) noexcept {
  return with<Object, CType*>(ref, nullptr, [](Use& use, Object& object) -> CType* {
    wasm::TypeRegistry& types = use.heap().types();
    const ExternType type = api::to_public(types, runtime::type_of(runtime::Extern(&object)));
    return static_cast<CType*>(capi::make_type(types, type));
  });
}

std::uint32_t saturate(std::uint64_t size) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(size, 0xffff'ffff));
}

}  // namespace

extern "C" {

wasm_global_t* wasm_global_new(wasm_store_t* store, const wasm_globaltype_t* type,
                               const wasm_val_t* value) {
  return capi::guarded<wasm_global_t*>(nullptr, [&]() -> wasm_global_t* {
    Use use(*store);
    if (!use) return nullptr;
    api::HeldTypes held(use.heap().registry());
    const auto content = held.add(type->content.type);
    if (!content) return nullptr;
    runtime::Slot slots[2] = {};
    if (!capi::to_slots(use, *value, *content, slots, "value")) return nullptr;
    return capi::own_object<wasm_global_t>(
        use, runtime::create_global(use.heap(), {*content, type->is_mutable}, slots));
  });
}

wasm_globaltype_t* wasm_global_type(const wasm_global_t* global) {
  return type_of<runtime::Global, wasm_globaltype_t>(global);
}

void wasm_global_get(const wasm_global_t* global, wasm_val_t* out) {
  *out = WASM_INIT_VAL;
  with<runtime::Global>(global, false, [&](Use& use, runtime::Global& found) {
    return capi::from_slots(use, found.type, found.value, *out), true;
  });
}

void wasm_global_set(wasm_global_t* global, const wasm_val_t* value) {
  with<runtime::Global>(global, false, [&](Use& use, runtime::Global& found) {
    return found.is_mutable &&
           capi::to_slots(use, *value, found.type, found.value, "value").has_value();
  });
}

wasm_table_t* wasm_table_new(wasm_store_t* store, const wasm_tabletype_t* type, wasm_ref_t* init) {
  return capi::guarded<wasm_table_t*>(nullptr, [&]() -> wasm_table_t* {
    Use use(*store);
    if (!use) return nullptr;
    api::HeldTypes held(use.heap().registry());
    const auto element = held.add(type->element.type);
    if (!element || !element->is_ref()) return nullptr;
    if (type->size.max && *type->size.max < type->size.min) return nullptr;
    runtime::Slot slot;
    if (!capi::ref_to_slots(use, init, *element, &slot, "initial value")) return nullptr;
    auto made = runtime::create_table(use.heap(), {*element, api::to_canonical(type->size)},
                                      slot.get<runtime::Ref>());
    return made ? capi::own_object<wasm_table_t>(use, **made) : nullptr;
  });
}

wasm_tabletype_t* wasm_table_type(const wasm_table_t* table) {
  return type_of<runtime::Table, wasm_tabletype_t>(table);
}

wasm_ref_t* wasm_table_get(const wasm_table_t* table, wasm_table_size_t index) {
  return with<runtime::Table, wasm_ref_t*>(
      table, nullptr, [&](Use& use, runtime::Table& found) -> wasm_ref_t* {
        runtime::Ref ref = runtime::null_ref;
        return runtime::get(found, index, ref) ? capi::own_ref(use, found.element, ref) : nullptr;
      });
}

bool wasm_table_set(wasm_table_t* table, wasm_table_size_t index, wasm_ref_t* ref) {
  return with<runtime::Table>(table, false, [&](Use& use, runtime::Table& found) {
    runtime::Slot slot;
    return capi::ref_to_slots(use, ref, found.element, &slot, "element").has_value() &&
           runtime::set(found, index, slot.get<runtime::Ref>());
  });
}

wasm_table_size_t wasm_table_size(const wasm_table_t* table) {
  return with<runtime::Table>(table, std::uint32_t{0},
                              [](Use&, runtime::Table& found) { return saturate(found.size); });
}

bool wasm_table_grow(wasm_table_t* table, wasm_table_size_t delta, wasm_ref_t* init) {
  return with<runtime::Table>(table, false, [&](Use& use, runtime::Table& found) {
    runtime::Slot slot;
    return capi::ref_to_slots(use, init, found.element, &slot, "element").has_value() &&
           runtime::grow(found, delta, slot.get<runtime::Ref>()).has_value();
  });
}

wasm_memory_t* wasm_memory_new(wasm_store_t* store, const wasm_memorytype_t* type) {
  return capi::guarded<wasm_memory_t*>(nullptr, [&]() -> wasm_memory_t* {
    Use use(*store);
    if (!use || !api::check_type(type->type)) return nullptr;
    auto made = runtime::create_memory(use.heap(), api::to_canonical(type->type));
    return made ? capi::own_object<wasm_memory_t>(use, **made) : nullptr;
  });
}

wasm_memorytype_t* wasm_memory_type(const wasm_memory_t* memory) {
  return type_of<runtime::Memory, wasm_memorytype_t>(memory);
}

byte_t* wasm_memory_data(wasm_memory_t* memory) {
  return with<runtime::Memory, byte_t*>(memory, nullptr, [](Use&, runtime::Memory& found) {
    return found.shared ? nullptr : reinterpret_cast<byte_t*>(found.base);
  });
}

size_t wasm_memory_data_size(const wasm_memory_t* memory) {
  return with<runtime::Memory>(memory, std::size_t{0}, [](Use&, runtime::Memory& found) {
    return static_cast<std::size_t>(runtime::size_in_bytes(found));
  });
}

wasm_memory_pages_t wasm_memory_size(const wasm_memory_t* memory) {
  return with<runtime::Memory>(memory, std::uint32_t{0}, [](Use&, runtime::Memory& found) {
    return saturate(runtime::size_in_pages(found));
  });
}

bool wasm_memory_grow(wasm_memory_t* memory, wasm_memory_pages_t delta) {
  return with<runtime::Memory>(memory, false, [&](Use&, runtime::Memory& found) {
    return runtime::grow(found, delta).has_value();
  });
}

}  // extern "C"
