#pragma once

// Context: one guest's state: its open files, its capabilities, what it used. Made from a Config;
// kept alive by the linker or store that it was added to. Thread-safe.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include <wrun/export.hpp>
#include <wrun/result.hpp>
#include <wrun/wasi/config.hpp>
#include <wrun/wasi/poll.hpp>

namespace wrun {
inline namespace v0 {
namespace wasi {

struct ContextState;

/// What a call of the guest's is about.
enum class CallKind : std::uint8_t {
  arguments,
  environment,
  clocks,
  random,
  streams,
  files,
  sockets,
  polling,
  process
};
inline constexpr std::size_t call_kinds = 9;
/// The kind's name, for a person.
WRUN_API std::string_view text(CallKind kind);

/// What a guest used of its host, since it started.
struct HostUsage {
  std::uint64_t calls = 0;
  std::array<std::uint64_t, call_kinds> calls_by_kind = {};
  /// Spent in the host, and that part of it that was sleep. Absent: not measured
  /// (Config::measure_time).
  std::optional<std::chrono::nanoseconds> time = {};
  std::optional<std::chrono::nanoseconds> time_asleep = {};
  std::uint64_t bytes_in = 0;   ///< read by the guest
  std::uint64_t bytes_out = 0;  ///< written by the guest
  std::uint32_t open_files = 0;
};

class Context {
 public:
  /// Errors: the config's own; limit.
  WRUN_API static Result<std::shared_ptr<Context>> create(const Config& config);
  WRUN_API explicit Context(std::unique_ptr<ContextState> state);
  WRUN_API ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  /// Set it to end the guest's blocking call at once, with ErrorKind::interrupted. Any thread, also
  /// a signal handler.
  WRUN_API Event& interrupt();
  /// What calls in this context used so far. Any thread.
  WRUN_API HostUsage usage() const;

  /// For the library's own code.
  ContextState& state() { return *state_; }

 private:
  friend struct ContextState;
  std::unique_ptr<ContextState> state_;
};

}  // namespace wasi
}  // namespace v0
}  // namespace wrun
