#pragma once

// Host functions whose type is known at run time only.

#include <memory>

#include <wrun/linker.hpp>

#include "lib/wasm/canonical_types.hpp"

namespace wrun::inline v0::api {

/// Errors: usage (no callable; a type that isn't there any more).
Result<detail::HostFunc> make_untyped(const std::shared_ptr<wasm::TypeRegistry>& types,
                                      FuncType type, UntypedFunc callable);

}  // namespace wrun::inline v0::api
