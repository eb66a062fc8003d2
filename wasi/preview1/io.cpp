// Reading and writing: fd_read, fd_write, fd_pread, fd_pwrite.

#include <wrun/wasi/streams.hpp>

#include "wasi/preview1/call.hpp"

namespace wrun::inline v0::wasi::preview1 {

namespace {

/// Small pieces are written as one, so that others' output doesn't come in between.
constexpr std::size_t join_limit = 65536;

/// A copy of all the pieces' bytes, if there are several and not too many bytes; else empty.
std::vector<std::byte> join(const GuestMemory& memory, const std::vector<GuestRange>& pieces) {
  std::size_t total = 0;
  for (const GuestRange& piece : pieces) total += piece.size();
  std::vector<std::byte> joined;
  if (pieces.size() < 2 || total > join_limit) return joined;
  joined.resize(total);
  std::size_t at = 0;
  for (const GuestRange& piece : pieces) {
    memory.copy_in(joined.data() + at, piece.address(), piece.size());
    at += piece.size();
  }
  return joined;
}

bool is_directory(const Object& object) {
  return get_as<Directory>(object) != nullptr || std::holds_alternative<NoDirectory>(object);
}

/// Whether a transfer with these rights can be tried.
Errno check_transfer(const Descriptor& descriptor, Rights rights, bool positioned) {
  if (is_directory(descriptor.object)) return Errno::isdir;
  const File* file = get_as<File>(descriptor.object);
  if (positioned && (file == nullptr || !file->seekable())) return Errno::spipe;
  return (descriptor.base & rights) == rights ? Errno::success : Errno::badf;
}

}  // namespace

std::unique_ptr<Pollable> readable(const Object& object) {
  if (auto* input = get_as<InputStream>(object)) return input->subscribe();
  if (auto* file = get_as<File>(object)) return file->readable();
  if (auto* connection = get_as<Connection>(object)) return connection->receivable();
  if (auto* listener = get_as<Listener>(object)) return listener->acceptable();
  return nullptr;
}

std::unique_ptr<Pollable> writable(const Object& object) {
  if (auto* output = get_as<OutputStream>(object)) return output->subscribe();
  if (auto* file = get_as<File>(object)) return file->writable();
  if (auto* connection = get_as<Connection>(object)) return connection->sendable();
  return nullptr;
}

Outcome<std::size_t> Call::read_some(Descriptor& descriptor, std::span<std::byte> bytes,
                                     std::optional<u64> offset) {
  if (auto* file = get_as<File>(descriptor.object)) {
    const Outcome<std::size_t> done = file->read_at(offset.value_or(descriptor.offset), bytes);
    if (done && !offset && file->seekable()) descriptor.offset += *done;
    return done;
  }
  if (auto* input = get_as<InputStream>(descriptor.object)) return input->read(bytes);
  if (auto* connection = get_as<Connection>(descriptor.object)) {
    return connection->receive(bytes, false);
  }
  return Errno::badf;
}

Outcome<std::size_t> Call::write_some(Descriptor& descriptor, std::span<const std::byte> bytes,
                                      std::optional<u64> offset) {
  if (auto* output = get_as<OutputStream>(descriptor.object)) return output->write(bytes);
  if (auto* connection = get_as<Connection>(descriptor.object)) return connection->send(bytes);
  auto* file = get_as<File>(descriptor.object);
  if (file == nullptr) return Errno::badf;
  if ((descriptor.flags & fdflag::append) != 0 && !offset) {
    const Outcome<Appended> appended = file->append(bytes);
    if (!appended) return appended.error();
    descriptor.offset = appended->end;
    return appended->written;
  }
  const Outcome<std::size_t> done = file->write_at(offset.value_or(descriptor.offset), bytes);
  if (done && !offset && file->seekable()) descriptor.offset += *done;
  return done;
}

Errno Call::read(Fd fd, Rights rights, Address iovs, Size count, std::optional<u64> offset,
                 Address nread) {
  const auto found = descriptor(fd, right::none);
  if (!found) return found.error();
  Descriptor& from = **found;
  if (const Errno e = check_transfer(from, rights, offset.has_value()); e != Errno::success) {
    return e;
  }
  if (from.ungranted != nullptr) (void)deny_capability("fd_read", from.ungranted, "");
  const Outcome<Buffers> into = buffers(iovs, count);
  if (!into) return into.error();
  if (!memory_.contains(nread, sizeof(Size))) return Errno::fault;
  const auto attempt = [&](const GuestRange& piece) {
    const Outcome<std::size_t> done = memory_.receive(
        piece, [&](std::span<std::byte> bytes) { return read_some(from, bytes, offset); });
    if (done && offset) *offset += *done;
    return done;
  };
  const Outcome<std::size_t> done = transfer(
      from, *into, attempt, [&] { return readable(from.object); }, false);
  if (!done) return done.error();
  context_.bytes_in.fetch_add(*done, std::memory_order_relaxed);
  return memory_.store_number(nread, static_cast<Size>(*done));
}

Errno Call::write(Fd fd, Rights rights, Address iovs, Size count, std::optional<u64> offset,
                  Address nwritten) {
  const auto found = descriptor(fd, right::none);
  if (!found) return found.error();
  Descriptor& to = **found;
  if (const Errno e = check_transfer(to, rights, offset.has_value()); e != Errno::success) {
    return e;
  }
  if (to.ungranted != nullptr) (void)deny_capability("fd_write", to.ungranted, "");
  const Outcome<Buffers> from = buffers(iovs, count);
  if (!from) return from.error();
  if (!memory_.contains(nwritten, sizeof(Size))) return Errno::fault;
  const auto attempt = [&](std::span<const std::byte> bytes) {
    const Outcome<std::size_t> done = write_some(to, bytes, offset);
    if (done && offset) *offset += *done;
    return done;
  };
  const auto attempt_piece = [&](const GuestRange& piece) { return memory_.send(piece, attempt); };
  const auto subscribe = [&] { return writable(to.object); };
  const std::vector<std::byte> joined = join(memory_, *from);
  const Outcome<std::size_t> done =
      joined.empty() ? transfer(to, *from, attempt_piece, subscribe, true)
                     : transfer(to, std::vector{std::span(joined)}, attempt, subscribe, true);
  if (!done) return done.error();
  context_.bytes_out.fetch_add(*done, std::memory_order_relaxed);
  auto* file = get_as<File>(to.object);
  if (file != nullptr && (to.flags & (fdflag::dsync | fdflag::sync)) != 0) {
    const Outcome<void> synced = file->sync((to.flags & fdflag::sync) == 0);
    if (!synced) return synced.error();
  }
  return memory_.store_number(nwritten, static_cast<Size>(*done));
}

Errno Call::fd_read(Fd fd, Address iovs, Size count, Address nread) {
  return read(fd, right::fd_read, iovs, count, std::nullopt, nread);
}

Errno Call::fd_pread(Fd fd, Address iovs, Size count, u64 offset, Address nread) {
  return read(fd, right::fd_read | right::fd_seek, iovs, count, offset, nread);
}

Errno Call::fd_write(Fd fd, Address iovs, Size count, Address nwritten) {
  return write(fd, right::fd_write, iovs, count, std::nullopt, nwritten);
}

Errno Call::fd_pwrite(Fd fd, Address iovs, Size count, u64 offset, Address nwritten) {
  return write(fd, right::fd_write | right::fd_seek, iovs, count, offset, nwritten);
}

}  // namespace wrun::inline v0::wasi::preview1
