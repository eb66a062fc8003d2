// sock_*: on sockets that the host gave.

#include "wasi/preview1/call.hpp"

namespace wrun::inline v0::wasi::preview1 {

namespace {

template <class T>
Outcome<std::shared_ptr<T>> socket(const Outcome<std::shared_ptr<Descriptor>>& found) {
  if (!found) return found.error();
  if (const auto* typed = std::get_if<std::shared_ptr<T>>(&(*found)->object)) return *typed;
  const bool other_socket = std::holds_alternative<std::shared_ptr<Listener>>((*found)->object) ||
                            std::holds_alternative<std::shared_ptr<Connection>>((*found)->object);
  return other_socket ? Errno::notsup : Errno::notsock;
}

}  // namespace

Errno Call::sock_accept(Fd fd, u32 flags, Address accepted) {
  if ((flags & ~u32{fdflag::nonblock}) != 0) return Errno::inval;
  const auto found = descriptor(fd, right::none);
  if (!found) (void)deny_capability("sock_accept", "such socket", "--listen ADDRESS:PORT");
  const auto listener = socket<Listener>(found);
  if (!listener) return listener.error();
  if (((*found)->base & right::sock_accept) == 0) return Errno::notcapable;
  if (!memory_.contains(accepted, sizeof(Fd))) return Errno::fault;
  const auto connection = until_done(
      **found, [&] { return (*listener)->accept(); }, [&] { return (*listener)->acceptable(); });
  if (!connection) return connection.error();
  auto opened = std::make_shared<Descriptor>();
  opened->object = *connection;
  opened->base = (*found)->inheriting & ~right::sock_accept;
  opened->flags = static_cast<std::uint16_t>(flags);
  const Outcome<Fd> place = context_.insert(std::move(opened));
  return place ? memory_.store_number(accepted, *place) : place.error();
}

Errno Call::sock_recv(Fd fd, Address iovs, Size count, u32 flags, Address nread,
                      Address out_flags) {
  if ((flags & ~(recv_peek | recv_waitall)) != 0) return Errno::inval;
  const auto found = descriptor(fd, right::none);
  const auto connection = socket<Connection>(found);
  if (!connection) return connection.error();
  if (((*found)->base & right::fd_read) == 0) return Errno::notcapable;
  const Outcome<Buffers> into = buffers(iovs, count);
  if (!into) return into.error();
  if (!memory_.contains(nread, 4) || !memory_.contains(out_flags, 2)) return Errno::fault;
  const bool peek = (flags & recv_peek) != 0;
  // A peek leaves the bytes in place: the second buffer would get the same ones.
  const Buffers first(into->begin(), into->begin() + (peek && !into->empty() ? 1 : 0));
  const Outcome<std::size_t> done = transfer(
      **found, peek ? first : *into,
      [&](const GuestRange& piece) {
        return memory_.receive(
            piece, [&](std::span<std::byte> bytes) { return (*connection)->receive(bytes, peek); });
      },
      [&] { return (*connection)->receivable(); }, !peek && (flags & recv_waitall) != 0);
  if (!done) return done.error();
  context_.bytes_in.fetch_add(*done, std::memory_order_relaxed);
  const Errno e = memory_.store_number(nread, static_cast<Size>(*done));
  return e != Errno::success ? e : memory_.store_number(out_flags, std::uint16_t{0});
}

Errno Call::sock_send(Fd fd, Address iovs, Size count, u32 flags, Address nwritten) {
  if (flags != 0) return Errno::inval;
  const auto found = descriptor(fd, right::none);
  const auto connection = socket<Connection>(found);
  if (!connection) return connection.error();
  return write(fd, right::fd_write, iovs, count, std::nullopt, nwritten);
}

Errno Call::sock_shutdown(Fd fd, u32 how) {
  const auto found = descriptor(fd, right::none);
  const auto connection = socket<Connection>(found);
  if (!connection) return connection.error();
  if (how == 0 || (how & ~(shutdown_read | shutdown_write)) != 0) return Errno::inval;
  if (((*found)->base & right::sock_shutdown) == 0) return Errno::notcapable;
  return (*connection)->shutdown((how & shutdown_read) != 0, (how & shutdown_write) != 0).error();
}

}  // namespace wrun::inline v0::wasi::preview1
