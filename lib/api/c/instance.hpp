#pragma once

// Instances as C programs make them.

#include <span>

#include <wrun/detail/call.hpp>

#include "lib/api/c/module.hpp"
#include "lib/api/c/object.hpp"

namespace wrun::inline v0::capi {

/// Instantiates a module with imports in its order and runs its start function. Null, with
/// `failure` filled in, if that failed. Throws std::bad_alloc.
wasm_instance_t* instantiate(Use& use, const Module& module,
                             std::span<wasm_extern_t* const> imports, detail::CallFailure& failure);

/// The export of that name. Errors: usage. Throws std::bad_alloc.
Result<void> give_export(Use& use, runtime::Instance& instance, std::string_view name,
                         wasm_extern_t** out);

}  // namespace wrun::inline v0::capi
