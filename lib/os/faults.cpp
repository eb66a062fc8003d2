#include "lib/os/faults.hpp"

#include <dlfcn.h>
#include <signal.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <mutex>

#include "lib/os/fault_registers.hpp"
#include "lib/os/fork.hpp"

namespace wrun::inline v0::os {

constinit thread_local FaultCatcher* fault_catcher = nullptr;

namespace {

constexpr std::size_t most_levels = 16;

/// Whoever handled a signal before us: first of all, and again each time somebody else's handler
/// had taken our place. A handler reads it on any thread, so that it only ever grows.
struct Former {
  std::array<struct sigaction, most_levels> actions;
  std::array<std::atomic<bool>, most_levels> is_spent{};  // by SA_RESETHAND
  std::atomic<unsigned> count{0};
};

std::mutex formers_mutex;
std::size_t holders = 0;
[[maybe_unused]] const bool is_held_over_fork = hold_over_fork(formers_mutex);

Former of_segv;
Former of_bus;

/// What this thread is about to hand on, and to whom: a handler that hands it on in turn may hand
/// it to us.
struct Passing {
  const void* context = nullptr;
  const void* frame = nullptr;
  unsigned level = 0;
};
[[gnu::tls_model("initial-exec")]] constinit thread_local Passing passing;

bool is_sent(const siginfo_t& info) {
  return info.si_code <= 0;
}

/// Has the signal do what it does without any handler, as soon as this one returns.
void leave_to_system(int signal, const siginfo_t& info) {
  struct sigaction fallback {};
  fallback.sa_handler = SIG_DFL;
  sigaction(signal, &fallback, nullptr);
  if (is_sent(info)) raise(signal);
}

void call(const struct sigaction& action, int signal, siginfo_t* info, void* context) {
  sigset_t before;
  pthread_sigmask(SIG_BLOCK, &action.sa_mask, &before);
  if ((action.sa_flags & SA_NODEFER) != 0 && sigismember(&action.sa_mask, signal) == 0) {
    sigset_t itself;
    sigemptyset(&itself);
    sigaddset(&itself, signal);
    pthread_sigmask(SIG_UNBLOCK, &itself, nullptr);
  }
  if ((action.sa_flags & SA_SIGINFO) != 0) {
    action.sa_sigaction(signal, info, context);
  } else {
    action.sa_handler(signal);
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void hand_on(int signal, siginfo_t* info, void* context) {
  Former& former = signal == SIGBUS ? of_bus : of_segv;
  const Passing outer = passing;
  const char here = 0;
  // A jump out of a handler leaves `passing` behind; its frame is above a later one's only if that
  // comes from inside it.
  const bool is_inner = outer.context == context && static_cast<const void*>(&here) < outer.frame;
  const unsigned level = is_inner ? outer.level : former.count.load(std::memory_order_acquire);
  if (level == 0) return leave_to_system(signal, *info);
  const struct sigaction& action = former.actions[level - 1];
  const bool has_handler = (action.sa_flags & SA_SIGINFO) != 0 ||
                           (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN);
  if (!has_handler || former.is_spent[level - 1].load(std::memory_order_relaxed)) {
    const bool is_ignored = (action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == SIG_IGN;
    // The system doesn't ignore faults either.
    if (is_ignored && is_sent(*info)) return;
    return leave_to_system(signal, *info);
  }
  if ((action.sa_flags & static_cast<int>(SA_RESETHAND)) != 0) former.is_spent[level - 1] = true;
  passing = {context, &here, level - 1};
  call(action, signal, info, context);
  passing = outer;
}

void on_fault(int signal, siginfo_t* info, void* context) {
  const int error = errno;
  FaultCatcher* const catcher = fault_catcher;
  if (catcher != nullptr && !is_sent(*info) && info->si_code != SI_KERNEL) {
    Fault fault(info->si_addr, context);
    if (catcher->resolve(catcher->data, fault)) {
      errno = error;
      return;
    }
  }
  hand_on(signal, info, context);
  errno = error;
}

bool is_ours(const struct sigaction& action) {
  return (action.sa_flags & SA_SIGINFO) != 0 && action.sa_sigaction == on_fault;
}

bool is_same(const struct sigaction& a, const struct sigaction& b) {
  if (((a.sa_flags ^ b.sa_flags) & SA_SIGINFO) != 0) return false;
  return (a.sa_flags & SA_SIGINFO) != 0 ? a.sa_sigaction == b.sa_sigaction
                                        : a.sa_handler == b.sa_handler;
}

/// Goes before whoever is there, unless that is us.
bool go_first(int signal, Former& former) {
  struct sigaction now {};
  if (sigaction(signal, nullptr, &now) != 0) return false;
  if (is_ours(now)) return true;
  const unsigned count = former.count.load(std::memory_order_relaxed);
  const bool is_known = count != 0 && is_same(former.actions[count - 1], now);
  const unsigned level = is_known ? count - 1 : count;
  if (level == most_levels) return false;
  former.actions[level] = now;
  former.is_spent[level] = false;
  former.count.store(level + 1, std::memory_order_release);
  struct sigaction ours {};
  ours.sa_sigaction = on_fault;
  // A host whose threads have stacks for signals expects them to be used.
  ours.sa_flags = static_cast<int>(SA_SIGINFO | SA_ONSTACK | SA_RESTART);
  sigemptyset(&ours.sa_mask);
  return sigaction(signal, &ours, nullptr) == 0;
}

/// Keeps the code of the handler where it is until the process ends.
void stay_loaded() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&on_fault), &info) == 0 || info.dli_fname == nullptr)
    return;
  dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
}

/// Puts back who was there; false if somebody may call us still.
bool put_back(int signal, Former& former) {
  const unsigned count = former.count.load(std::memory_order_relaxed);
  struct sigaction now {};
  if (count == 0 || sigaction(signal, nullptr, &now) != 0 || !is_ours(now)) return count == 0;
  struct sigaction before = former.actions[count - 1];
  if (former.is_spent[count - 1]) {
    before.sa_handler = SIG_DFL;
    before.sa_flags = 0;
  }
  if (sigaction(signal, &before, nullptr) != 0) return false;
  if (count > 1) return false;
  former.count.store(0, std::memory_order_release);
  return true;
}

}  // namespace

FaultHandling FaultHandling::acquire() noexcept {
  if (!fault_registers_are_known) return {};
  const std::lock_guard lock(formers_mutex);
  if (!go_first(SIGSEGV, of_segv) || !go_first(SIGBUS, of_bus)) {
    if (holders == 0) {
      put_back(SIGSEGV, of_segv);
      put_back(SIGBUS, of_bus);
    }
    return {};
  }
  ++holders;
  return FaultHandling(true);
}

FaultHandling::~FaultHandling() {
  if (!held_) return;
  const std::lock_guard lock(formers_mutex);
  if (--holders != 0) return;
  const bool segv = put_back(SIGSEGV, of_segv);
  const bool bus = put_back(SIGBUS, of_bus);
  if (!segv || !bus) stay_loaded();
}

void keep_fault_handling() noexcept {
  const std::lock_guard lock(formers_mutex);
  if (holders == 0) return;
  go_first(SIGSEGV, of_segv);
  go_first(SIGBUS, of_bus);
}

}  // namespace wrun::inline v0::os
