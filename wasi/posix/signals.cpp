#include "wasi/posix/signals.hpp"

#include <cerrno>
#include <ctime>

namespace wrun::inline v0::wasi {

namespace {

sigset_t write_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  sigaddset(&set, SIGXFSZ);
  return set;
}

}  // namespace

WriteSignalGuard::WriteSignalGuard() {
  const sigset_t set = write_signals();
  pthread_sigmask(SIG_BLOCK, &set, &old_mask_);
}

void WriteSignalGuard::failed() {
  failed_ = true;
}

WriteSignalGuard::~WriteSignalGuard() {
  const int saved_errno = errno;
  if (failed_) {
    // Both signals are sent to the thread that wrote. Where the host itself blocks one, a pending
    // one of its own is taken too; it couldn't be told apart later either.
    const sigset_t set = write_signals();
    const timespec now = {0, 0};
    while (sigtimedwait(&set, nullptr, &now) > 0) {
    }
  }
  pthread_sigmask(SIG_SETMASK, &old_mask_, nullptr);
  errno = saved_errno;
}

}  // namespace wrun::inline v0::wasi
