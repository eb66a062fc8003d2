#pragma once

// What a numeric operation returns that may trap.

#include <wrun/error.hpp>

namespace wrun::inline v0::wasm {

/// A value, or the reason why there is none.
template <class T>
class Trapping {
 public:
  using value_type = T;

  constexpr Trapping(T value) : value_(value), ok_(true) {}
  constexpr Trapping(TrapCode code) : code_(code) {}

  constexpr bool ok() const { return ok_; }
  /// Only if ok().
  constexpr T value() const { return value_; }
  /// Only if not ok().
  constexpr TrapCode trap() const { return code_; }

  friend constexpr bool operator==(Trapping, Trapping) = default;

 private:
  T value_{};
  TrapCode code_ = TrapCode::unreachable;
  bool ok_ = false;
};

}  // namespace wrun::inline v0::wasm
