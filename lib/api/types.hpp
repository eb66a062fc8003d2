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
MemoryType to_public(const wasm::MemoryType& type);
TableType to_public(const wasm::BasicTableType<wasm::TypeId>& type);
GlobalType to_public(const wasm::BasicGlobalType<wasm::TypeId>& type);
ExternType to_public(const wasm::TypeRegistry& registry, const runtime::ExternType& type);

// Nothing for what a host may not make: types that name a module's types.

std::optional<wasm::CanonType> to_canonical(const ValType& type);
std::optional<wasm::CanonFuncType> to_canonical(const FuncType& type);
wasm::SizeLimits to_canonical(const SizeRange& size);
/// The error for such a type.
Error module_type_error();

}  // namespace wrun::inline v0::api
