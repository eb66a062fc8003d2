#pragma once

// Pointers that programs hang on objects.

#include "lib/api/c/object.hpp"

namespace wrun::inline v0::capi {

void* get_host_info(const wasm_ref_t& ref) noexcept;
void set_host_info(wasm_ref_t& ref, void* data, HostInfo::Finalizer finalizer) noexcept;

}  // namespace wrun::inline v0::capi
