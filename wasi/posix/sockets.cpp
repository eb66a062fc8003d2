#include <wrun/wasi/sockets.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

#include "wasi/posix/fd_pollable.hpp"
#include "wasi/posix/host_result.hpp"
#include "wasi/posix/reserve.hpp"
#include "wasi/posix/unique_fd.hpp"

namespace wrun::inline v0::wasi {

namespace {

/// Takes the descriptor over if it is a stream socket; leaves it alone if not.
Outcome<UniqueFd> take_socket(int fd) {
  int type = 0;
  socklen_t size = sizeof type;
  if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0) return from_host_errno(errno);
  if (type != SOCK_STREAM) return Errno::prototype;
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) return from_host_errno(errno);
  return UniqueFd(fd);
}

class HostConnection final : public Connection,
                             public std::enable_shared_from_this<HostConnection> {
 public:
  explicit HostConnection(UniqueFd fd) : fd_(std::move(fd)) {}

  Outcome<std::size_t> receive(std::span<std::byte> bytes, bool peek) override {
    return transferred(
        ::recv(fd_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | (peek ? MSG_PEEK : 0)));
  }
  Outcome<std::size_t> send(std::span<const std::byte> bytes) override {
    return transferred(::send(fd_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
  }
  Outcome<void> shutdown(bool receiving, bool sending) override {
    const int how = receiving ? (sending ? SHUT_RDWR : SHUT_RD) : SHUT_WR;
    if (::shutdown(fd_.get(), how) != 0) return from_host_errno(errno);
    return {};
  }
  std::unique_ptr<Pollable> receivable() override { return pollable(POLLIN); }
  std::unique_ptr<Pollable> sendable() override { return pollable(POLLOUT); }

 private:
  std::unique_ptr<Pollable> pollable(int events) {
    return std::make_unique<FdPollable>(fd_.get(), static_cast<short>(events), shared_from_this());
  }
  UniqueFd fd_;
};

class HostListener final : public Listener, public std::enable_shared_from_this<HostListener> {
 public:
  explicit HostListener(UniqueFd fd) : fd_(std::move(fd)) {}

  Outcome<std::shared_ptr<Connection>> accept() override {
    // Asked before, so that who knocks is left waiting and not turned away.
    if (next_is_reserved()) return Errno::mfile;
    UniqueFd fd(::accept4(fd_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd) return std::shared_ptr<Connection>(std::make_shared<HostConnection>(std::move(fd)));
    // A caller that gave up meanwhile is as none.
    const bool none = errno == EINTR || errno == ECONNABORTED;
    return none ? Errno::would_block : from_host_errno(errno);
  }
  std::unique_ptr<Pollable> acceptable() override {
    return std::make_unique<FdPollable>(fd_.get(), static_cast<short>(POLLIN), shared_from_this());
  }

 private:
  UniqueFd fd_;
};

}  // namespace

Outcome<std::shared_ptr<Listener>> listener_from_fd(int fd) {
  Outcome<UniqueFd> socket = take_socket(fd);
  if (!socket) return socket.error();
  return std::shared_ptr<Listener>(std::make_shared<HostListener>(*std::move(socket)));
}

Outcome<std::shared_ptr<Connection>> connection_from_fd(int fd) {
  Outcome<UniqueFd> socket = take_socket(fd);
  if (!socket) return socket.error();
  return std::shared_ptr<Connection>(std::make_shared<HostConnection>(*std::move(socket)));
}

}  // namespace wrun::inline v0::wasi
