#pragma once

// From the host into WebAssembly.

#include <wrun/detail/call.hpp>

#include "lib/api/session.hpp"
#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::api {

/// Calls a function of the store. False when it failed, with `failure` filled in.
bool enter(StoreState& state, const runtime::FuncRef& function, runtime::Slot* slots,
           detail::CallFailure& failure) noexcept;

}  // namespace wrun::inline v0::api
