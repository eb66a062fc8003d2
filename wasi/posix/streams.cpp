// Standard streams over descriptors of the host. They may be shared with other processes, so their
// flags stay as they are: instead of O_NONBLOCK, each read or write is asked not to wait. Where the
// kernel can't do that (terminals), it is made only as large as poll(2) promised.

#include <wrun/wasi/streams.hpp>

#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "wasi/posix/fd_pollable.hpp"
#include "wasi/posix/signals.hpp"

namespace wrun::inline v0::wasi {

bool fd_is_ready(int fd, short events) {
  pollfd entry = {fd, events, 0};
  return ::poll(&entry, 1, 0) > 0;
}

bool fd_is_hung_up(int fd) {
  pollfd entry = {fd, POLLRDHUP, 0};
  return ::poll(&entry, 1, 0) > 0 && (entry.revents & (POLLHUP | POLLRDHUP)) != 0;
}

namespace {

enum class Kind { file, socket, other };

Kind kind_of(int fd) {
  struct stat status = {};
  if (::fstat(fd, &status) != 0) return Kind::other;
  if (S_ISREG(status.st_mode) || S_ISBLK(status.st_mode)) return Kind::file;
  return S_ISSOCK(status.st_mode) ? Kind::socket : Kind::other;
}

Outcome<std::size_t> done(ssize_t result) {
  if (result < 0) return errno == EINTR ? Errno::would_block : from_host_errno(errno);
  return static_cast<std::size_t>(result);
}

/// Whether the kernel refused to try without waiting.
bool cannot_promise(ssize_t result) {
  return result < 0 && (errno == EOPNOTSUPP || errno == EINVAL || errno == ENOSYS);
}

class FdInput final : public InputStream {
 public:
  explicit FdInput(int fd) : fd_(fd), kind_(kind_of(fd)), terminal_(::isatty(fd) == 1) {}

  Outcome<std::size_t> read(std::span<std::byte> bytes) override {
    if (kind_ == Kind::socket) {
      return done(::recv(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT));
    }
    if (kind_ == Kind::file) return done(::read(fd_, bytes.data(), bytes.size()));
    const iovec vector = {bytes.data(), bytes.size()};
    const ssize_t result = ::preadv2(fd_, &vector, 1, -1, RWF_NOWAIT);
    if (!cannot_promise(result)) return done(result);
    if (!fd_is_ready(fd_, POLLIN)) return Errno::would_block;
    return done(::read(fd_, bytes.data(), bytes.size()));
  }
  std::unique_ptr<Pollable> subscribe() override {
    return std::make_unique<FdPollable>(fd_, static_cast<short>(POLLIN));
  }
  bool is_terminal() const override { return terminal_; }

 private:
  int fd_;
  Kind kind_;
  bool terminal_;
};

class FdOutput final : public OutputStream {
 public:
  explicit FdOutput(int fd) : fd_(fd), kind_(kind_of(fd)), terminal_(::isatty(fd) == 1) {}

  Outcome<std::size_t> write(std::span<const std::byte> bytes) override {
    WriteSignalGuard guard;
    const Outcome<std::size_t> result = attempt(bytes);
    if (result.error() == Errno::pipe || result.error() == Errno::fbig) guard.failed();
    return result;
  }
  std::unique_ptr<Pollable> subscribe() override {
    return std::make_unique<FdPollable>(fd_, static_cast<short>(POLLOUT));
  }
  bool is_terminal() const override { return terminal_; }

 private:
  Outcome<std::size_t> attempt(std::span<const std::byte> bytes) const {
    if (kind_ == Kind::file) return done(::write(fd_, bytes.data(), bytes.size()));
    if (kind_ == Kind::socket) {
      return done(::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
    }
    const iovec vector = {const_cast<std::byte*>(bytes.data()), bytes.size()};
    const ssize_t result = ::pwritev2(fd_, &vector, 1, -1, RWF_NOWAIT);
    if (!cannot_promise(result)) return done(result);
    if (!fd_is_ready(fd_, POLLOUT)) return Errno::would_block;
    // A writable pipe takes PIPE_BUF bytes without waiting.
    return done(::write(fd_, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF)));
  }

  int fd_;
  Kind kind_;
  bool terminal_;
};

}  // namespace

std::shared_ptr<InputStream> input_from_fd(int fd) {
  return std::make_shared<FdInput>(fd);
}
std::shared_ptr<OutputStream> output_to_fd(int fd) {
  return std::make_shared<FdOutput>(fd);
}
std::shared_ptr<InputStream> host_stdin() {
  return input_from_fd(STDIN_FILENO);
}
std::shared_ptr<OutputStream> host_stdout() {
  return output_to_fd(STDOUT_FILENO);
}
std::shared_ptr<OutputStream> host_stderr() {
  return output_to_fd(STDERR_FILENO);
}

}  // namespace wrun::inline v0::wasi
