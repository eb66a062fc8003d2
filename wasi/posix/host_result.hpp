#pragma once

// What system calls return, as outcomes.

#include <sys/types.h>

#include <cerrno>
#include <cstddef>

#include <wrun/wasi/errno.hpp>

namespace wrun::inline v0::wasi {

inline Outcome<void> check(int result) {
  if (result != 0) return from_host_errno(errno);
  return {};
}

inline Outcome<std::size_t> transferred(ssize_t result) {
  if (result < 0) return errno == EINTR ? Errno::would_block : from_host_errno(errno);
  return static_cast<std::size_t>(result);
}

}  // namespace wrun::inline v0::wasi
