#pragma once

// Modules as C programs hold them.

#include <wrun/module.hpp>

#include "lib/api/c/object.hpp"

struct wasm_module_t : wasm_ref_t {
  static constexpr auto kind_of_ref = wrun::capi::RefKind::module;
  wrun::Module module;

  wasm_module_t(wasm_store_t& where, wrun::Module code)
      : wasm_ref_t(kind_of_ref, where), module(std::move(code)) {}
};

struct wasm_shared_module_t {
  wrun::Module module;
};

namespace wrun::inline v0::capi {

/// Throws std::bad_alloc.
inline wasm_module_t* make_module(wasm_store_t& store, Module module) {
  auto* made = new wasm_module_t(store, std::move(module));
  store.retain();
  return made;
}

// Empty without memory.

void give_imports(const Module& module, wasm_importtype_vec_t* out) noexcept;
void give_exports(const Module& module, wasm_exporttype_vec_t* out) noexcept;

}  // namespace wrun::inline v0::capi
