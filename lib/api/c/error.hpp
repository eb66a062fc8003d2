#pragma once

// Errors as C programs hold them, and the edge at which they are made.

#include <cstring>
#include <utility>

#include <wrun/c/base.h>
#include <wrun/detail/call.hpp>
#include <wrun/error.hpp>
#include <wrun/result.hpp>

#include "lib/api/boundary.hpp"
#include "lib/api/c/object.hpp"

struct wrun_error_t {
  wrun::Error error;
};

namespace wrun::inline v0::capi {

/// Without memory, one that needs none.
wrun_error_t* to_c(Error error) noexcept;

/// Null if body() succeeds; else its error.
template <class Body>
wrun_error_t* attempt(Body&& body) noexcept {
  auto done = api::guarded(std::forward<Body>(body));
  return done ? nullptr : to_c(std::move(done).error());
}

/// The same with a use of a store: body(use).
template <class Body>
wrun_error_t* attempt_in(wasm_store_t& store, Body&& body) noexcept {
  return attempt([&]() -> Result<void> {
    Use use(store);
    if (!use) return use.error();
    return body(use);
  });
}

/// The error of a call that failed.
Error take_error(Use& use, detail::CallFailure& failure) noexcept;

/// Writes the value of a Result where the program wants it, if it does.
template <class T, class Out>
Result<void> give(Result<T>&& result, Out* out) {
  if (!result) return std::move(result).error();
  if (out) *out = static_cast<Out>(*result);
  return {};
}

/// A NUL-terminated text of the program's; null is empty.
inline std::string_view text(const char* chars) {
  return chars ? std::string_view(chars) : std::string_view();
}

/// A text as a NUL-terminated name; empty, without a NUL, if there is no memory.
void give_text(wasm_name_t* out, const std::string& text) noexcept;

}  // namespace wrun::inline v0::capi
