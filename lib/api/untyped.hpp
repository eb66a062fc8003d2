#pragma once

// Host functions whose type is known at run time only.

#include <wrun/linker.hpp>

namespace wrun::inline v0::api {

/// Errors: usage (no callable; a type that a host can't make).
Result<detail::HostFunc> make_untyped(FuncType type, UntypedFunc callable);

}  // namespace wrun::inline v0::api
