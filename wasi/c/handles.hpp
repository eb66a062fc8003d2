#pragma once

// Capabilities as C programs hold them, and how what they return becomes an error.

#include <memory>
#include <string>

#include <wrun/c/wasi.h>
#include <wrun/wasi/archive.hpp>
#include <wrun/wasi/memory_files.hpp>
#include <wrun/wasi/network.hpp>
#include <wrun/wasi/wasi.hpp>

#include "lib/api/c/callback.hpp"
#include "lib/api/c/error.hpp"
#include "lib/api/c/guard.hpp"
#include "lib/api/c/sized.hpp"

struct wrun_wasi_config_t {
  wrun::wasi::Config config;
};
struct wrun_wasi_input_t {
  std::shared_ptr<wrun::wasi::InputStream> stream;
};
struct wrun_wasi_output_t {
  std::shared_ptr<wrun::wasi::OutputStream> stream;
  // The same, if it is one of these.
  std::shared_ptr<wrun::wasi::StringOutput> buffer = nullptr;
  std::shared_ptr<wrun::wasi::RingOutput> ring = nullptr;
};
struct wrun_wasi_directory_t {
  std::shared_ptr<wrun::wasi::Directory> directory;
};
struct wrun_wasi_files_t {
  std::shared_ptr<wrun::wasi::MemoryFiles> files;
};
struct wrun_wasi_clock_t {
  std::shared_ptr<wrun::wasi::Clocks> clock;
  std::shared_ptr<wrun::wasi::ManualClock> manual = nullptr;  ///< the same, if it is one
};
struct wrun_wasi_connection_t {
  std::shared_ptr<wrun::wasi::Connection> connection;
};
struct wrun_wasi_context_t {
  std::shared_ptr<wrun::wasi::Context> context;
};
struct wrun_wasi_threads_t {
  std::shared_ptr<wrun::wasi::ThreadGroup> group;
};
struct wrun_wasi_socket_rules_t {
  wrun::wasi::SocketRules rules;
};

namespace wrun::inline v0::wasi {

/// Error{io}: "/srv: noent".
inline Error io_error(std::string_view what, Errno error) {
  return Error(ErrorKind::io, std::string(what) + ": " + std::string(text(error)));
}

/// make() gives a handle, or null.
template <class T, class Make>
T* make_handle(Make&& make) noexcept {
  return capi::guarded<T*>(nullptr, [&]() -> T* { return new T{make()}; });
}

/// Puts what an Outcome has into a handle.
template <class T, class Value>
Result<void> give_handle(Outcome<Value>&& made, std::string_view what, T** out) {
  if (!made) return io_error(what, made.error());
  *out = new T{std::move(*made)};
  return {};
}
template <class T, class Value>
Result<void> give_handle(Result<Value>&& made, T** out) {
  if (!made) return std::move(made).error();
  *out = new T{std::move(*made)};
  return {};
}

/// Bytes as a vector of the program's; Error{limit} without memory.
Result<void> give_bytes(std::string_view bytes, wasm_byte_vec_t* out);

/// What a callback answered: an errno, or how many bytes.
inline Outcome<std::size_t> to_outcome(wrun_wasi_errno_t error, std::size_t done,
                                       std::size_t most) {
  if (error > static_cast<wrun_wasi_errno_t>(Errno::notcapable)) return Errno::io;
  if (error != 0) return static_cast<Errno>(error);
  return std::min(done, most);
}

}  // namespace wrun::inline v0::wasi
