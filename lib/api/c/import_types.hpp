#pragma once

// Imports and exports of a module as C programs hold them.

#include <wasm.h>
#include <wrun/c/types.h>
#include <wrun/types.hpp>

struct wasm_importtype_t {
  wasm_name_t module;
  wasm_name_t name;
  wasm_externtype_t* type;

  ~wasm_importtype_t();
};

struct wasm_exporttype_t {
  wasm_name_t name;
  wasm_externtype_t* type;

  ~wasm_exporttype_t();
};

namespace wrun::inline v0::capi {

constexpr wasm_externkind_t to_c(ExternKind kind) {
  switch (kind) {
    case ExternKind::func:
      return WASM_EXTERN_FUNC;
    case ExternKind::global:
      return WASM_EXTERN_GLOBAL;
    case ExternKind::table:
      return WASM_EXTERN_TABLE;
    case ExternKind::memory:
      return WASM_EXTERN_MEMORY;
    default:
      return WRUN_EXTERN_TAG;
  }
}

}  // namespace wrun::inline v0::capi
