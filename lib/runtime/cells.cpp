#include "lib/runtime/cells.hpp"

#include <utility>

#include "lib/runtime/frame_layout.hpp"
#include "lib/runtime/store.hpp"

namespace wrun::inline v0::runtime {

void retain(wasm::TypeRegistry& registry, wasm::CanonType type) {
  if (type.is_ref() && type.heap().is_concrete()) registry.retain(type.heap().index());
}

void release(wasm::TypeRegistry& registry, wasm::CanonType type) {
  if (type.is_ref() && type.heap().is_concrete()) registry.release(type.heap().index());
}

Global& create_global(Store& store, CanonGlobalType type, const Slot* value) {
  Global& global = store.make<Global>();
  retain(store.types(), type.type);
  global.type = type.type;
  global.is_mutable = type.is_mutable;
  for (std::uint32_t i = 0; i < wasm::slot_count(type.type); ++i) global.value[i] = value[i];
  return global;
}

Tag& create_tag(Store& store, wasm::TypeId type) {
  Tag& tag = store.make<Tag>();
  store.types().retain(type);
  tag.type = type;
  return tag;
}

HostFunction& create_host_function(Store& store, HostFunctionSpec spec) {
  HostFunction& function = store.make<HostFunction>();
  store.types().retain(spec.type);
  fill_in(function, std::move(spec));
  return function;
}

void fill_in(HostFunction& function, HostFunctionSpec spec) {
  const Store& store = *function.store;
  function.ref.type = spec.type;
  function.ref.host = &function;
  function.call = spec.call;
  function.typed = spec.typed;
  function.env = spec.env;
  function.env_owner = std::move(spec.env_owner);
  const wasm::CanonFuncType& type = store.types().entry(spec.type).type.func;
  function.param_slots = slot_count<wasm::TypeId>(type.params);
  function.result_slots = slot_count<wasm::TypeId>(type.results);
  if (store.native() != nullptr) function.ref.cell = store.native()->host_cell(type);
}

HostRef& create_host_ref(Store& store, Keeper keeper) {
  HostRef& host_ref = store.make_host_ref();
  host_ref.place = Place::block;
  host_ref.is_leaf = true;
  host_ref.keeper = std::move(keeper);
  return host_ref;
}

}  // namespace wrun::inline v0::runtime
