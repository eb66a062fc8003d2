#pragma once

// What memories of a store and shared ones have in common.

#include <wrun/result.hpp>
#include <wrun/types.hpp>

#include "lib/wasm/types.hpp"

namespace wrun::inline v0::api {

/// Error{usage} if there is no memory of that type.
Result<void> check_type(const MemoryType& type);
wasm::MemoryType to_canonical(const MemoryType& type);
Error growth_refused(const char* what);

}  // namespace wrun::inline v0::api
