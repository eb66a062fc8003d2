#pragma once

// Making the small cells: globals, tags, host functions and host references. Each holds a
// reference to the canonical type that it names. All throw std::bad_alloc.

#include <memory>

#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::runtime {

using CanonGlobalType = wasm::BasicGlobalType<wasm::TypeId>;

/// `value` holds slot_count(type.type) slots.
Global& create_global(Store& store, CanonGlobalType type, const Slot* value);
Tag& create_tag(Store& store, wasm::TypeId type);

struct HostFunctionSpec {
  wasm::TypeId type;  ///< canonical; the new function takes a reference of its own
  SlotThunk call = nullptr;
  void* typed = nullptr;
  void* env = nullptr;
  std::shared_ptr<void> env_owner;
};
HostFunction& create_host_function(Store& store, HostFunctionSpec spec);
/// Makes a new cell such a function; the caller holds the reference to its type.
void fill_in(HostFunction& function, HostFunctionSpec spec);

/// A reference to something of the host's, as externref; freed with the cell.
HostRef& create_host_ref(Store& store, Keeper keeper);

inline Ref as_ref(HostRef& host_ref) {
  return reinterpret_cast<Ref>(static_cast<Cell*>(&host_ref));
}

/// What takes or gives the registry's references to the defined types that a cell names.
void retain(wasm::TypeRegistry& registry, wasm::CanonType type);
void release(wasm::TypeRegistry& registry, wasm::CanonType type);

}  // namespace wrun::inline v0::runtime
