#pragma once

// The edge of the library: what is thrown inside (out of memory, mostly) leaves as an Error.

#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include <wrun/error.hpp>

namespace wrun::inline v0::api {

/// Short enough to need no memory itself.
inline Error out_of_memory() {
  return Error(ErrorKind::limit, "out of memory");
}

/// The Result of body(), or Error{limit} if that throws.
template <class Body>
auto guarded(Body&& body) noexcept -> decltype(body()) {
  try {
    return std::forward<Body>(body)();
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  } catch (const std::length_error&) {
    return out_of_memory();
  } catch (...) {
    return Error(ErrorKind::limit, "system refused");
  }
}

}  // namespace wrun::inline v0::api
