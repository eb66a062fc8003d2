#pragma once

// What an externref of a C program's refers to: a foreign object, or another of its references.

#include "lib/api/c/object.hpp"
#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::capi {

/// What a host reference of a C program keeps.
struct HostObject {
  HostInfo info;
  wasm_ref_t* held = nullptr;  ///< the reference that WebAssembly holds, if it isn't a foreign one

  HostObject() = default;
  ~HostObject() {
    if (held) drop_inside(*held);
  }
  HostObject(const HostObject&) = delete;
  HostObject& operator=(const HostObject&) = delete;
};

inline HostObject& host_object(const runtime::HostRef& ref) {
  return *static_cast<HostObject*>(ref.keeper.get());
}

/// The host reference of a foreign object; null if it is gone.
runtime::HostRef* resolve_foreign(Use& use, const wasm_ref_t& ref);

/// A reference as an externref. Throws std::bad_alloc.
runtime::Ref to_externref(Use& use, wasm_ref_t& ref);

}  // namespace wrun::inline v0::capi
