#pragma once

// Host functions as cells of a store.

#include <wrun/detail/thunk.hpp>

#include "lib/api/state.hpp"
#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::api {

/// Unrooted. Throws std::bad_alloc.
runtime::HostFunction& make_cell(StoreState& state, wasm::TypeId type,
                                 const detail::HostFunc& function);
/// The same; its calls are counted under that name if the store wants to know.
runtime::HostFunction& make_counted_cell(StoreState& state, wasm::TypeId type,
                                         const detail::HostFunc& function, const std::string& name);

}  // namespace wrun::inline v0::api
