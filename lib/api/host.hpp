#pragma once

// Host functions as cells of a store.

#include <wrun/detail/thunk.hpp>

#include "lib/api/state.hpp"
#include "lib/runtime/cells.hpp"
#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::api {

/// Unrooted. Throws std::bad_alloc.
runtime::HostFunction& make_cell(StoreState& state, wasm::TypeId type,
                                 const detail::HostFunc& function);
/// What a cell is made of.
runtime::HostFunctionSpec spec_of(wasm::TypeId type, const detail::HostFunc& function);
/// The same of one whose calls are counted under that name.
runtime::HostFunctionSpec counted_spec_of(CallCounters& counters, wasm::TypeId type,
                                          const detail::HostFunc& function,
                                          const std::string& name);

}  // namespace wrun::inline v0::api
