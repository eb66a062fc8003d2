// Sockets made from addresses.

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include <wrun/wasi/network.hpp>

#include "wasi/posix/unique_fd.hpp"

namespace wrun::inline v0::wasi {

namespace {

struct SocketAddress {
  sockaddr_storage storage = {};
  socklen_t size = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

SocketAddress to_socket_address(const IpAddress& address, std::uint16_t port) {
  SocketAddress result;
  if (address.is_v6) {
    sockaddr_in6 v6 = {};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&v6.sin6_addr, address.bytes.data(), sizeof v6.sin6_addr);
    std::memcpy(&result.storage, &v6, result.size = sizeof v6);
  } else {
    sockaddr_in v4 = {};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, address.bytes.data(), sizeof v4.sin_addr);
    std::memcpy(&result.storage, &v4, result.size = sizeof v4);
  }
  return result;
}

Outcome<std::uint16_t> local_port(int fd) {
  sockaddr_storage storage = {};
  socklen_t size = sizeof storage;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) {
    return from_host_errno(errno);
  }
  sockaddr_in v4 = {};
  sockaddr_in6 v6 = {};
  if (storage.ss_family == AF_INET6) {
    std::memcpy(&v6, &storage, sizeof v6);
    return ntohs(v6.sin6_port);
  }
  std::memcpy(&v4, &storage, sizeof v4);
  return ntohs(v4.sin_port);
}

UniqueFd stream_socket(const IpAddress& address) {
  return UniqueFd(
      ::socket(address.is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

}  // namespace

Outcome<std::shared_ptr<Listener>> listen_on(Endpoint& endpoint) {
  if (!endpoint.address) return Errno::inval;
  UniqueFd fd = stream_socket(*endpoint.address);
  if (!fd) return from_host_errno(errno);
  const int on = 1;
  const SocketAddress address = to_socket_address(*endpoint.address, endpoint.port);
  // A listener on :: that took IPv4 as well would be more than the rules were asked about.
  const bool only_v6 = !endpoint.address->is_v6 ||
                       ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) == 0;
  if (!only_v6 || ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(fd.get(), address.get(), address.size) != 0 || ::listen(fd.get(), SOMAXCONN) != 0) {
    return from_host_errno(errno);
  }
  const Outcome<std::uint16_t> port = local_port(fd.get());
  if (!port) return port.error();
  endpoint.port = *port;
  return listener_from_fd(fd.release());
}

Outcome<std::shared_ptr<Connection>> connect_to(const Endpoint& endpoint) {
  if (!endpoint.address) return Errno::inval;
  UniqueFd fd = stream_socket(*endpoint.address);
  if (!fd) return from_host_errno(errno);
  const SocketAddress address = to_socket_address(*endpoint.address, endpoint.port);
  if (::connect(fd.get(), address.get(), address.size) != 0 && errno != EINPROGRESS) {
    return from_host_errno(errno);
  }
  return connection_from_fd(fd.release());
}

}  // namespace wrun::inline v0::wasi
