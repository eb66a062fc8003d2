#include "lib/os/wake.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace wrun::inline v0::os {

Wake::~Wake() {
  const int fd = fd_.load();
  if (fd >= 0) ::close(fd);
}

int Wake::fd() noexcept {
  if (fd_.load() < 0) fd_.store(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  return fd_.load();
}

void Wake::set() noexcept {
  const int fd = fd_.load();
  if (fd < 0) return;
  const int saved_errno = errno;
  const std::uint64_t one = 1;
  // It fails only when the counter is at its end, and then it is readable.
  [[maybe_unused]] const ssize_t written = ::write(fd, &one, sizeof one);
  errno = saved_errno;
}

void Wake::clear() noexcept {
  const int fd = fd_.load();
  if (fd < 0) return;
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t read = ::read(fd, &count, sizeof count);
}

}  // namespace wrun::inline v0::os
