#pragma once

// Between Val and slots.

#include <span>
#include <vector>

#include <wrun/result.hpp>
#include <wrun/value.hpp>

#include "lib/api/session.hpp"
#include "lib/runtime/slot.hpp"
#include "lib/wasm/types.hpp"

namespace wrun::inline v0::api {

/// Writes a value of type `type` (one or two slots). Error{usage} if it is of another type or a
/// stale handle; `what` names it in the message, for example "argument 2".
Result<void> to_slots(StoreState& state, const Val& value, wasm::CanonType type,
                      runtime::Slot* slots, std::string_view what);
/// The value in those slots. Throws std::bad_alloc.
Val from_slots(StoreState& state, wasm::CanonType type, const runtime::Slot* slots);

/// The default value of a type: zero, or null.
Val default_value(wasm::CanonType type);

/// A function's reference as a handle: kept by its instance's handle.
Func func_handle(StoreState& state, const runtime::FuncRef& function);

}  // namespace wrun::inline v0::api
