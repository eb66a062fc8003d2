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

Error wrong_size(const char* type);

/// A program's structure of options, whose first member is its size; what an older program doesn't
/// know of is as in `defaults`.
template <class T>
Result<T> read_options(const T& from, T defaults) {
  if (from.struct_size < sizeof from.struct_size || from.struct_size > sizeof(T))
    return wrong_size("a structure of options");
  std::memcpy(static_cast<void*>(&defaults), &from, from.struct_size);
  defaults.struct_size = sizeof(T);
  return defaults;
}

/// Answers in a program's structure, as far as it has room. False if its size can't be.
template <class T>
bool write_answers(T answers, T& to) {
  if (to.struct_size < sizeof to.struct_size || to.struct_size > sizeof(T)) return false;
  answers.struct_size = to.struct_size;
  std::memcpy(static_cast<void*>(&to), &answers, to.struct_size);
  return true;
}

/// A NUL-terminated text of the program's; null is empty.
inline std::string_view text(const char* chars) {
  return chars ? std::string_view(chars) : std::string_view();
}

/// A text as a NUL-terminated name; empty, without a NUL, if there is no memory.
void give_text(wasm_name_t* out, const std::string& text) noexcept;

}  // namespace wrun::inline v0::capi
