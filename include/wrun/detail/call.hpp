#pragma once

// The ends of a call into WebAssembly that are compiled in the host's code: failing, and rethrowing
// what a host function threw.

#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <utility>

#include <wrun/detail/handle.hpp>
#include <wrun/export.hpp>
#include <wrun/result.hpp>
#include <wrun/types.hpp>

namespace wrun {
inline namespace v0 {
namespace detail {

struct Slot;

#if defined(__cpp_exceptions)
inline constexpr bool has_exceptions = true;
#else
inline constexpr bool has_exceptions = false;
#endif

/// Why a call failed: one of the two.
struct CallFailure {
  MaybeError error;
  std::exception_ptr exception;  ///< thrown by a host function
};

/// Room for one, which holds nothing yet: most calls don't fail.
union FailureRoom {
  CallFailure failure;
  FailureRoom() {}
  ~FailureRoom() {}
};

/// Calls a function whose types were checked when its TypedFunc was made. `slots` holds the
/// parameters and has room for the results. False: it failed, and `room` holds why.
WRUN_API bool call_slots(Handle function, Slot* slots, FailureRoom& room) noexcept;
/// Nothing if the function has exactly these types.
WRUN_API std::optional<Error> check_signature(Handle function, std::span<const ValType> params,
                                              std::span<const ValType> results) noexcept;
/// What a host without exceptions gets of an exception that another part of the program threw.
WRUN_API Error error_of(const std::exception_ptr& exception) noexcept;
WRUN_API Error foreign_handle_error() noexcept;

/// The error of a failed call; throws if a host function threw. A template, so that hosts compiled
/// with and without exceptions each have their own.
template <bool exceptions>
[[gnu::noinline]] Error take_error(CallFailure& failure) {
  if (!failure.exception) return std::move(*failure.error);
  if constexpr (exceptions) {
    std::rethrow_exception(std::exchange(failure.exception, nullptr));
  } else {
    return error_of(failure.exception);
  }
}

/// The same of a room that holds a failure, which ends here.
template <bool exceptions>
[[gnu::noinline]] Error take_error(FailureRoom& room) {
  CallFailure failure = std::move(room.failure);
  room.failure.~CallFailure();
  return take_error<exceptions>(failure);
}

}  // namespace detail
}  // namespace v0
}  // namespace wrun

/// For members that end in take_error: no copy of them is shared between differently compiled
/// hosts.
#define WRUN_INLINE [[gnu::always_inline]] inline
