#pragma once

// Waiting. No method of a capability blocks: what can't be done now answers Errno::would_block and
// offers a Pollable that says when to try again. wait() is the only place in WASI that sleeps, and
// an Interrupt ends it from any thread.

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>

#include <wrun/export.hpp>

namespace wrun {
inline namespace v0 {
namespace wasi {

/// Nanoseconds of some clock.
using Timestamp = std::uint64_t;

/// Nanoseconds of the clock that wait()'s deadlines are of: the host's steady one.
WRUN_API Timestamp steady_now();

/// Something that will become ready. Used by one thread at a time.
class Pollable {
 public:
  /// What to sleep on until ready() may have changed. With none, only another pollable, the
  /// deadline or the interrupt ends the sleep.
  struct Source {
    int fd = -1;                       ///< a descriptor of the host, borrowed
    short events = 0;                  ///< as for poll(2)
    std::optional<Timestamp> at = {};  ///< steady_now() when it is worth looking again
  };

  virtual ~Pollable() = default;
  /// Whether it is ready. Never blocks.
  virtual bool ready() = 0;
  /// What to sleep on, until it is called again. Never blocks.
  virtual Source source() = 0;
  /// Whether the other side has gone, of a pipe or connection. Never blocks.
  virtual bool hung_up() { return false; }
};

/// What ends a wait() early.
class Interrupt {
 public:
  virtual ~Interrupt() = default;
  /// Whether it is set. Any thread.
  virtual bool is_set() const noexcept = 0;
  /// Readable once it is set. -1: the host has no descriptor for it, sleepers look now and then.
  virtual int fd() const noexcept = 0;
};

/// A flag that wakes sleepers; `set` may be called from any thread, and from signal handlers.
class Event final : public Interrupt {
 public:
  /// The flag is lowered.
  WRUN_API Event();
  WRUN_API ~Event() override;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  /// Raises the flag.
  WRUN_API void set() noexcept;
  /// Lowers the flag. Any thread.
  WRUN_API void clear() noexcept;
  bool is_set() const noexcept override { return set_.load(std::memory_order_acquire); }
  int fd() const noexcept override { return fd_; }

 private:
  std::atomic<bool> set_{false};
  int fd_ = -1;
};

enum class WaitResult : std::uint8_t { ready, timed_out, interrupted };

/// Sleeps until a pollable is ready, steady_now() reaches the deadline, or an interrupt is set.
WRUN_API WaitResult wait(std::span<Pollable* const> pollables, std::optional<Timestamp> deadline,
                         std::span<const Interrupt* const> interrupts);

}  // namespace wasi
}  // namespace v0
}  // namespace wrun
