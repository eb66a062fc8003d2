#pragma once

// A native function as a host function.

#include <wrun/detail/thunk.hpp>
#include <wrun/result.hpp>

#include "lib/native/library.hpp"
#include "lib/native/signature.hpp"

namespace wrun::inline v0::native {

/// Errors: usage (libffi can't call it). Throws std::bad_alloc.
Result<detail::HostFunc> make_host_func(Signature signature, Found found);

}  // namespace wrun::inline v0::native
