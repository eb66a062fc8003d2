#include "wasi/posix/reserve.hpp"

#include <sys/eventfd.h>
#include <sys/resource.h>

#include <algorithm>

#include "wasi/posix/unique_fd.hpp"

namespace wrun::inline v0::wasi {

namespace {

constexpr rlim_t most_reserved = 32;
constexpr rlim_t least_share = 8;  ///< of few descriptors, an eighth is kept

}  // namespace

bool is_reserved(int fd) {
  rlimit limit = {};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return false;
  const rlim_t reserved = std::min(most_reserved, limit.rlim_cur / least_share);
  return static_cast<rlim_t>(fd) >= limit.rlim_cur - reserved;
}

bool next_is_reserved() {
  const UniqueFd next(::eventfd(0, EFD_CLOEXEC));
  return !next || is_reserved(next.get());
}

}  // namespace wrun::inline v0::wasi
