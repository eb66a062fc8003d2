#pragma once

// Errno: how every WASI capability says what went wrong, with the names and numbers of preview 1;
// Outcome<T>: a T or an Errno. Neither allocates.

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include <wrun/export.hpp>

namespace wrun {
inline namespace v0 {
namespace wasi {

/// Numbered as in wasi_snapshot_preview1. `again` is also "would block".
enum class Errno : std::uint16_t {
  success,
  too_big,
  acces,
  addrinuse,
  addrnotavail,
  afnosupport,
  again,
  already,
  badf,
  badmsg,
  busy,
  canceled,
  child,
  connaborted,
  connrefused,
  connreset,
  deadlk,
  destaddrreq,
  dom,
  dquot,
  exist,
  fault,
  fbig,
  hostunreach,
  idrm,
  ilseq,
  inprogress,
  intr,
  inval,
  io,
  isconn,
  isdir,
  loop,
  mfile,
  mlink,
  msgsize,
  multihop,
  nametoolong,
  netdown,
  netreset,
  netunreach,
  nfile,
  nobufs,
  nodev,
  noent,
  noexec,
  nolck,
  nolink,
  nomem,
  nomsg,
  noprotoopt,
  nospc,
  nosys,
  notconn,
  notdir,
  notempty,
  notrecoverable,
  notsock,
  notsup,
  notty,
  nxio,
  overflow,
  ownerdead,
  perm,
  pipe,
  proto,
  protonosupport,
  prototype,
  range,
  rofs,
  spipe,
  srch,
  stale,
  timedout,
  txtbsy,
  xdev,
  notcapable,
  would_block = again
};

/// "noent", "badf", ...; "2big" for too_big.
WRUN_API std::string_view text(Errno error);
/// The Errno for a value of the host's `errno`; `io` where there is no better one.
WRUN_API Errno from_host_errno(int host_errno);

/// A T, or why there is none.
template <class T>
class [[nodiscard]] Outcome {
 public:
  /// A value, or why there is none.
  Outcome(T value) : value_(std::move(value)) {}
  Outcome(Errno error) : error_(error) {}

  /// Whether there is a value.
  explicit operator bool() const { return value_.has_value(); }
  /// The value, which must be there.
  T& operator*() & { return *value_; }
  const T& operator*() const& { return *value_; }
  T&& operator*() && { return *std::move(value_); }
  /// A member of the value, which must be there.
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }
  /// `success` where there is a value.
  Errno error() const { return error_; }

 private:
  std::optional<T> value_;
  Errno error_ = Errno::success;
};

template <>
class [[nodiscard]] Outcome<void> {
 public:
  /// Success, or why not.
  Outcome() = default;
  /// Why not. Errno::success is success.
  Outcome(Errno error) : error_(error) {}

  /// Whether it succeeded.
  explicit operator bool() const { return error_ == Errno::success; }
  /// Why not; `success` if it succeeded.
  Errno error() const { return error_; }

 private:
  Errno error_ = Errno::success;
};

}  // namespace wasi
}  // namespace v0
}  // namespace wrun
