#pragma once

// SIGINT and SIGTERM while a guest runs: the first one asks the guest to stop, a second one ends
// the process at once.

#include <signal.h>

namespace wrun::inline v0::tool {

/// What can be stopped from a signal handler: called on any thread, at any moment.
using StopFunction = void (*)(void* context);

/// For as long as it lives, SIGINT and SIGTERM call `stop`. At most one lives at a time.
class SignalGuard {
 public:
  SignalGuard(StopFunction stop, void* context);
  SignalGuard(const SignalGuard&) = delete;
  SignalGuard& operator=(const SignalGuard&) = delete;
  ~SignalGuard();

  /// The signal that came, or 0.
  int received() const;

 private:
  struct sigaction old_interrupt_;
  struct sigaction old_terminate_;
};

}  // namespace wrun::inline v0::tool
