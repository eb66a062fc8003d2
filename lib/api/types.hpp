#pragma once

// Between the types that hosts see and those of the engine's registry.

#include <optional>

#include <wrun/error.hpp>
#include <wrun/types.hpp>

#include "lib/runtime/extern.hpp"
#include "lib/wasm/canonical_types.hpp"
#include "lib/wasm/types.hpp"

namespace wrun::inline v0::api {

ValType to_public(wasm::CanonType type);
FuncType to_public(const wasm::CanonFuncType& type);
/// With its id, where that is needed to name it. Throws std::bad_alloc.
FuncType to_public(wasm::TypeRegistry& registry, wasm::TypeId id);
MemoryType to_public(const wasm::MemoryType& type);
TableType to_public(const wasm::BasicTableType<wasm::TypeId>& type);
GlobalType to_public(const wasm::BasicGlobalType<wasm::TypeId>& type);
ExternType to_public(wasm::TypeRegistry& registry, const runtime::ExternType& type);

/// Nothing for types that name a module's: see held_types.hpp.
std::optional<wasm::CanonType> to_canonical(const ValType& type);
wasm::SizeLimits to_canonical(const SizeRange& size);
/// The error for a type that names one that isn't there.
Error module_type_error();

}  // namespace wrun::inline v0::api
