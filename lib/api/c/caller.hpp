#pragma once

// Callbacks that are told of their caller.

#include <memory>

#include <wrun/c/linker.h>
#include <wrun/detail/thunk.hpp>

#include "lib/api/c/callback.hpp"

struct wrun_caller_t {
  wrun::capi::Use& use;
  wrun::runtime::CallContext* context;
  bool pauses = false;  ///< the call is set aside when the callback returns
};

namespace wrun::inline v0::capi {

/// A host function that calls a program's callback. Errors: usage (no callback; a type that isn't
/// there any more).
Result<detail::HostFunc> make_host_func(const std::shared_ptr<wasm::TypeRegistry>& types,
                                        const wasm_functype_t& type, wrun_callback_t callback,
                                        std::shared_ptr<Environment> env);

}  // namespace wrun::inline v0::capi
