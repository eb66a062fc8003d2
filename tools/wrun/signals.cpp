#include "tools/wrun/signals.hpp"

#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "tools/wrun/exit_code.hpp"

namespace wrun::inline v0::tool {
namespace {

// Handlers have no argument of their own, so what they act on is the process's.
std::atomic<StopFunction> stop_function{nullptr};
std::atomic<void*> stop_context{nullptr};
std::atomic<int> received_signal{0};
static_assert(std::atomic<StopFunction>::is_always_lock_free);

extern "C" void on_stop_signal(int number) {
  const int saved = errno;
  if (received_signal.exchange(number) != 0) ::_exit(exit_signal + number);
  if (const StopFunction stop = stop_function.load()) stop(stop_context.load());
  errno = saved;
}

}  // namespace

SignalGuard::SignalGuard(StopFunction stop, void* context) {
  received_signal = 0;
  stop_context = context;
  stop_function = stop;
  struct sigaction action {};
  action.sa_handler = on_stop_signal;
  // Without SA_RESTART, so that a system call that waits comes back and sees the request.
  action.sa_flags = 0;
  ::sigaction(SIGINT, nullptr, &old_interrupt_);
  ::sigaction(SIGTERM, nullptr, &old_terminate_);
  // A process that was told to ignore one (nohup, a shell's background job) goes on ignoring it.
  if (old_interrupt_.sa_handler != SIG_IGN) ::sigaction(SIGINT, &action, nullptr);
  if (old_terminate_.sa_handler != SIG_IGN) ::sigaction(SIGTERM, &action, nullptr);
}

SignalGuard::~SignalGuard() {
  ::sigaction(SIGINT, &old_interrupt_, nullptr);
  ::sigaction(SIGTERM, &old_terminate_, nullptr);
  stop_function = nullptr;
  stop_context = nullptr;
}

int SignalGuard::received() const {
  return received_signal;
}

}  // namespace wrun::inline v0::tool
