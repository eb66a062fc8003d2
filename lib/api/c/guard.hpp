#pragma once

// The edge to C: no exception passes it.

#include <utility>

namespace wrun::inline v0::capi {

/// body(), or `fallback` if that throws.
template <class T, class Body>
T guarded(T fallback, Body&& body) noexcept {
  try {
    return std::forward<Body>(body)();
  } catch (...) {
    return fallback;
  }
}
template <class Body>
void guarded(Body&& body) noexcept {
  try {
    std::forward<Body>(body)();
  } catch (...) {
  }
}

}  // namespace wrun::inline v0::capi
