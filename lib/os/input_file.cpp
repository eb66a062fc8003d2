#include "lib/os/input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace wrun::inline v0::os {

InputFile::InputFile(InputFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

InputFile& InputFile::operator=(InputFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

InputFile::~InputFile() {
  if (fd_ >= 0) close(fd_);
}

/// Whoever writes to a FIFO would notice that somebody opened it.
InputFile InputFile::open(const char* path) noexcept {
  struct stat status {};
  if (stat(path, &status) != 0) return {};
  errno = 0;
  if (!S_ISREG(status.st_mode)) return {};
  return InputFile(::open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC));
}

std::optional<std::uint64_t> InputFile::size() const noexcept {
  struct stat status {};
  if (fstat(fd_, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return static_cast<std::uint64_t>(status.st_size);
}

bool InputFile::read(std::span<std::uint8_t> to) noexcept {
  while (!to.empty()) {
    errno = 0;
    const ssize_t done = ::read(fd_, to.data(), to.size());
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    to = to.subspan(static_cast<std::size_t>(done));
  }
  return true;
}

}  // namespace wrun::inline v0::os
