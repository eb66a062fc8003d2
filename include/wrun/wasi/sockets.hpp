#pragma once

// Sockets that the host opened or accepts for the guest. A guest can't make an address of its own:
// which hosts and ports there are is decided by whoever makes these objects.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <wrun/export.hpp>
#include <wrun/wasi/errno.hpp>
#include <wrun/wasi/poll.hpp>

namespace wrun {
inline namespace v0 {
namespace wasi {

/// A stream connection.
class Connection {
 public:
  virtual ~Connection() = default;
  /// 0 is the end; would_block if nothing is there. `peek` leaves the bytes in place.
  virtual Outcome<std::size_t> receive(std::span<std::byte> bytes, bool peek) = 0;
  /// Sends a first part of the bytes, and says how many; would_block if none fit, pipe if the other
  /// side has gone.
  virtual Outcome<std::size_t> send(std::span<const std::byte> bytes) = 0;
  /// Ends one direction, or both: the other side sees the end, or receive() answers 0.
  virtual Outcome<void> shutdown(bool receiving, bool sending) = 0;
  /// Ready when receive() wouldn't answer would_block.
  virtual std::unique_ptr<Pollable> receivable() = 0;
  /// Ready when send() wouldn't answer would_block.
  virtual std::unique_ptr<Pollable> sendable() = 0;
};

/// Where connections come in.
class Listener {
 public:
  virtual ~Listener() = default;
  /// would_block if no one knocks.
  virtual Outcome<std::shared_ptr<Connection>> accept() = 0;
  /// Ready when accept() wouldn't answer would_block.
  virtual std::unique_ptr<Pollable> acceptable() = 0;
};

/// A listening stream socket of the host's, made non-blocking; closed with the last reference.
WRUN_API Outcome<std::shared_ptr<Listener>> listener_from_fd(int fd);
/// A connected stream socket of the host's, made non-blocking; closed with the last reference.
WRUN_API Outcome<std::shared_ptr<Connection>> connection_from_fd(int fd);

}  // namespace wasi
}  // namespace v0
}  // namespace wrun
