#pragma once

// What the command's exit status means when it isn't the guest's own.

#include <wrun/error.hpp>

namespace wrun::inline v0::tool {

inline constexpr int exit_ok = 0;
inline constexpr int exit_failure = 1;    ///< a check found something: validate, wast, inspect
inline constexpr int exit_usage = 2;      ///< the command line makes no sense
inline constexpr int exit_timeout = 124;  ///< --timeout struck
inline constexpr int exit_limit = 125;    ///< fuel or another limit is used up
inline constexpr int exit_refused = 126;  ///< not a valid module, a missing import, ...
inline constexpr int exit_absent = 127;   ///< no such file
inline constexpr int exit_signal = 128;   ///< plus the signal's number
inline constexpr int exit_trap = 134;

/// The status for an error that a running guest ended with.
int exit_code_of(const Error& error);

}  // namespace wrun::inline v0::tool
