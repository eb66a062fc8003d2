#pragma once

// What a guest is granted. Everything not named here is denied: without clock() there is no time,
// without dir() there are no files, without stdout_() what is written goes nowhere.
//
// The objects given here are used within the guest's calls, one call at a time: they must not call
// the guest that calls them.
//
//   wasi::Config{}.args({"prog", "-v"}).env("HOME", "/").stdout_(wasi::host_stdout)
//       .dir("data", "/data", wasi::read_only).clock(wasi::system_clock)

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wrun/error.hpp>
#include <wrun/export.hpp>
#include <wrun/wasi/clocks.hpp>
#include <wrun/wasi/denial.hpp>
#include <wrun/wasi/filesystem.hpp>
#include <wrun/wasi/process.hpp>
#include <wrun/wasi/random.hpp>
#include <wrun/wasi/sockets.hpp>
#include <wrun/wasi/streams.hpp>

namespace wrun {
inline namespace v0 {
namespace wasi {

/// A directory that the guest finds open when it starts.
struct Mount {
  std::string guest_path;
  std::shared_ptr<Directory> directory;
  Access access = read_only;
  std::string host_path = {};  ///< where it is a directory of the host: named in denials
};

/// Bounds of what one guest may hold or ask at once; beyond them it gets an errno.
struct Bounds {
  std::uint32_t open_files = 1024;
  std::uint32_t subscriptions = 16384;                   ///< of one poll_oneoff
  std::uint64_t random_bytes = std::uint64_t{16} << 20;  ///< of one random_get
};

/// A value type; copies share the capabilities' objects.
class Config {
 public:
  /// The guest's arguments, its own name first; what isn't set is denied.
  Config& args(std::vector<std::string> arguments) {
    return args(fixed_arguments(std::move(arguments)));
  }
  Config& args(std::shared_ptr<Arguments> arguments) {
    arguments_ = std::move(arguments);
    return *this;
  }
  /// Adds a variable.
  WRUN_API Config& env(std::string name, std::string value);
  /// All variables, instead of those added before; without any, asking for them is denied.
  Config& env(std::shared_ptr<Environment> environment) {
    environment_ = std::move(environment);
    return *this;
  }

  /// What the guest reads; what isn't set is denied.
  Config& stdin_(std::shared_ptr<InputStream> stream) { return set(stdin_stream_, stream); }
  Config& stdin_(std::shared_ptr<InputStream> (*make)()) { return stdin_(make()); }
  /// Reads from that text.
  Config& stdin_(std::string text) {
    return stdin_(std::make_shared<StringInput>(std::move(text)));
  }
  /// What the guest writes; what isn't set is denied. One object may be set for both.
  Config& stdout_(std::shared_ptr<OutputStream> stream) { return set(stdout_stream_, stream); }
  Config& stdout_(std::shared_ptr<OutputStream> (*make)()) { return stdout_(make()); }
  /// As stdout_().
  Config& stderr_(std::shared_ptr<OutputStream> stream) { return set(stderr_stream_, stream); }
  Config& stderr_(std::shared_ptr<OutputStream> (*make)()) { return stderr_(make()); }

  /// Its clocks; what isn't set is denied.
  Config& clock(std::shared_ptr<Clocks> clocks) { return set(clocks_, clocks); }
  Config& clock(std::shared_ptr<Clocks> (*make)()) { return clock(make()); }
  /// Its random bytes; what isn't set is denied.
  Config& random(std::shared_ptr<Random> random) { return set(random_, random); }
  Config& random(std::shared_ptr<Random> (*make)()) { return random(make()); }

  /// A directory of the host's. If it can't be opened, error() says so and add_to() fails.
  WRUN_API Config& dir(const std::string& host_path, std::string guest_path, Access access,
                       const HostDirectoryOptions& options = {});
  Config& dir(std::shared_ptr<Directory> directory, std::string guest_path, Access access) {
    mounts_.push_back({std::move(guest_path), std::move(directory), access, {}});
    return *this;
  }
  /// Sockets follow the mounts in the guest's descriptors.
  Config& listener(std::shared_ptr<Listener> listener) {
    listeners_.push_back(std::move(listener));
    return *this;
  }
  /// A connected socket; connections follow the listeners.
  Config& connection(std::shared_ptr<Connection> connection) {
    connections_.push_back(std::move(connection));
    return *this;
  }

  /// What proc_exit ends the call with, instead of ErrorKind::exit.
  Config& exit(std::shared_ptr<ProcessExit> exit) { return set(exit_, exit); }
  /// What one guest may hold.
  Config& bounds(const Bounds& bounds) { return set(bounds_, bounds); }
  /// Measures the time that calls take, for HostUsage.
  Config& measure_time(bool measure = true) { return set(measure_time_, measure); }
  /// Called on the guest's thread for each denied call. With it set and nothing mounted on `/` or
  /// `.`, the guest sees a directory `/` in which everything is denied, so that a program whose
  /// libc looks through the mounts first still asks.
  Config& on_denied(std::function<void(const Denial&)> callback) {
    on_denied_ = std::move(callback);
    return *this;
  }

  /// The first thing that went wrong in a setter.
  const std::optional<Error>& error() const { return error_; }

 private:
  friend struct ContextState;

  template <class T>
  Config& set(T& member, T value) {
    member = std::move(value);
    return *this;
  }
  WRUN_API static std::shared_ptr<Arguments> fixed_arguments(std::vector<std::string> arguments);

  std::shared_ptr<Arguments> arguments_;
  std::shared_ptr<Environment> environment_;
  std::vector<std::pair<std::string, std::string>> variables_;
  std::shared_ptr<InputStream> stdin_stream_;
  std::shared_ptr<OutputStream> stdout_stream_;
  std::shared_ptr<OutputStream> stderr_stream_;
  std::shared_ptr<Clocks> clocks_;
  std::shared_ptr<Random> random_;
  std::vector<Mount> mounts_;
  std::vector<std::shared_ptr<Listener>> listeners_;
  std::vector<std::shared_ptr<Connection>> connections_;
  std::shared_ptr<ProcessExit> exit_;
  Bounds bounds_;
  bool measure_time_ = false;
  std::function<void(const Denial&)> on_denied_;
  std::optional<Error> error_;
};

}  // namespace wasi
}  // namespace v0
}  // namespace wrun
