// A host's own faults beside those that WebAssembly's traps are made of: faults KIND ends with 0 if
// the host gets what is the host's, and says what went wrong otherwise.

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csetjmp>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include <wrun/wrun.hpp>

namespace {

int fail(const char* what) {
  std::printf("%s\n", what);
  return 1;
}

/// An engine whose machine code has run, and can trap.
class Guest {
 public:
  Guest() : engine_(config()), store_(engine_) { add_instance(); }

  /// Another one: what a host does that takes handlers away doesn't stay unnoticed.
  void add_instance() {
    const auto module = wrun::Module::from_text(engine_, R"((module (memory 1)
      (func (export "load") (param i32) (result i32) (i32.load offset=4 (local.get 0)))))");
    wrun::Linker linker(engine_);
    load_ = linker.instantiate(store_, *module).value().typed<int32_t(int32_t)>("load").value();
  }
  bool has_guards() const { return engine_.info().memory_checks == "guard pages"; }
  bool traps() {
    for (const int32_t address : {-4, -1, 65530, 65536, 0x7fffffff}) {
      const auto result = (*load_)(address);
      if (result || result.error().kind() != wrun::ErrorKind::trap) return false;
    }
    return (*load_)(65528).value() == 0;
  }

 private:
  static wrun::Config config() {
    wrun::Config config;
    config.tier = wrun::Tier::compiler;
    return config;
  }

  wrun::Engine engine_;
  wrun::Store store_;
  std::optional<wrun::TypedFunc<int32_t(int32_t)>> load_;
};

sigjmp_buf back;
volatile sig_atomic_t seen_signal;
void* volatile seen_address;
volatile bool on_signal_stack;
volatile bool blocked_usr1;
volatile bool blocked_itself;
std::array<char, 64 * 1024> signal_stack;

void note(int signal) {
  const char here = 0;
  seen_signal = signal;
  on_signal_stack = &here >= signal_stack.data() && &here < signal_stack.data() + 64 * 1024;
  sigset_t now;
  pthread_sigmask(SIG_BLOCK, nullptr, &now);
  blocked_usr1 = sigismember(&now, SIGUSR1) != 0;
  blocked_itself = sigismember(&now, signal) != 0;
}

void leave(int signal, siginfo_t* info, void*) {
  note(signal);
  seen_address = info->si_addr;
  siglongjmp(back, 1);
}

struct sigaction action(int flags) {
  struct sigaction made {};
  made.sa_sigaction = leave;
  made.sa_flags = SA_SIGINFO | flags;
  sigemptyset(&made.sa_mask);
  sigaddset(&made.sa_mask, SIGUSR1);
  return made;
}

/// Whether it reached the host's handler, just as it would have without any library.
bool touch(volatile int* address, bool itself_blocked) {
  seen_signal = 0;
  if (sigsetjmp(back, 1) == 0) *address = 1;
  return seen_signal == SIGSEGV && seen_address == address && on_signal_stack && blocked_usr1 &&
         blocked_itself == itself_blocked;
}

void use_signal_stack() {
  stack_t stack{};
  stack.ss_sp = signal_stack.data();
  stack.ss_size = signal_stack.size();
  sigaltstack(&stack, nullptr);
}

volatile int* nowhere() {
  static volatile int* const null = nullptr;
  return null;
}

/// The host's handler is there first.
int handler_before() {
  use_signal_stack();
  for (const int flags : {0, static_cast<int>(SA_NODEFER)}) {
    const struct sigaction mine = action(SA_ONSTACK | flags);
    sigaction(SIGSEGV, &mine, nullptr);
    {
      Guest guest;
      if (!guest.has_guards()) return fail("no guard pages");
      void* page = mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      for (int round = 0; round < 3; ++round) {
        if (!guest.traps()) return fail("no trap");
        if (!touch(nowhere(), flags == 0)) return fail("the host's handler missed a null pointer");
        if (!touch(static_cast<int*>(page), flags == 0)) return fail("it missed another address");
      }
      munmap(page, 4096);
    }
    struct sigaction now {};
    sigaction(SIGSEGV, nullptr, &now);
    if (now.sa_sigaction != leave || (now.sa_flags & SA_ONSTACK) == 0)
      return fail("the handler wasn't put back");
  }
  return 0;
}

/// The host's handler comes later, and knows nothing of ours.
int handler_after() {
  use_signal_stack();
  {
    Guest guest;
    if (!guest.traps()) return fail("no trap");
    for (int round = 0; round < 3; ++round) {
      const struct sigaction mine = action(SA_ONSTACK);
      sigaction(SIGSEGV, &mine, nullptr);
      if (!touch(nowhere(), true)) return fail("the host's handler missed a null pointer");
      guest.add_instance();
      if (!guest.traps()) return fail("no trap once the host has a handler");
      if (!touch(nowhere(), true)) return fail("the host's handler was forgotten");
    }
  }
  struct sigaction now {};
  sigaction(SIGSEGV, nullptr, &now);
  return now.sa_sigaction == leave ? 0 : fail("the handler wasn't put back");
}

struct sigaction before_mine;
int handed_on;

void hand_on(int signal, siginfo_t* info, void* context) {
  if (++handed_on > 100) _exit(9);
  if ((before_mine.sa_flags & SA_SIGINFO) != 0)
    return before_mine.sa_sigaction(signal, info, context);
  note(signal);
  siglongjmp(back, 1);
}

/// The host's handler comes later, and hands on what isn't its own.
int chained() {
  {
    Guest guest;
    if (!guest.traps()) return fail("no trap");
    struct sigaction mine {};
    mine.sa_sigaction = hand_on;
    mine.sa_flags = SA_SIGINFO;
    sigaction(SIGSEGV, &mine, &before_mine);
    if (!guest.traps() || handed_on == 0) return fail("no trap by way of the host's handler");
    // Now ours is before and behind it.
    guest.add_instance();
    if (!guest.traps()) return fail("no trap");
  }
  const pid_t child = fork();
  if (child == 0) {
    Guest guest;
    *nowhere() = 1;
    _exit(8);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child || !WIFSIGNALED(status) || WTERMSIG(status) != SIGSEGV)
    return fail("a fault went round in circles");
  return 0;
}

/// How a child ends that does this with an engine at hand.
template <class Do>
int status_of(Do act) {
  const pid_t child = fork();
  if (child == 0) {
    Guest guest;
    if (!guest.traps()) _exit(3);
    act();
    _exit(guest.traps() ? 0 : 4);
  }
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

bool dies_by(int status, int signal) {
  return WIFSIGNALED(status) && WTERMSIG(status) == signal;
}

/// Without a handler of the host's it is as if there were none at all.
int no_handler() {
  for (const int signal : {SIGSEGV, SIGBUS}) std::signal(signal, SIG_DFL);
  if (!dies_by(status_of([] { *nowhere() = 1; }), SIGSEGV))
    return fail("it survived a null pointer");
  for (const int signal : {SIGSEGV, SIGBUS})
    if (!dies_by(status_of([&] { kill(getpid(), signal); }), signal)) return fail("or a signal");
  std::signal(SIGSEGV, SIG_IGN);
  if (!dies_by(status_of([] { *nowhere() = 1; }), SIGSEGV)) return fail("or an ignored fault");
  if (status_of([] { kill(getpid(), SIGSEGV); }) != 0) return fail("a signal wasn't ignored");
  return 0;
}

/// A host function that is called from machine code has faults of its own, too.
int in_host_function() {
  use_signal_stack();
  const struct sigaction mine = action(SA_ONSTACK);
  sigaction(SIGSEGV, &mine, nullptr);
  wrun::Config config;
  config.tier = wrun::Tier::compiler;
  wrun::Engine engine(config);
  wrun::Store store(engine);
  wrun::Linker linker(engine);
  linker.func("host", "fault", [] { return static_cast<int32_t>(touch(nowhere(), true)); });
  const auto module = wrun::Module::from_text(engine, R"((module
    (import "host" "fault" (func $fault (result i32))) (memory 1)
    (func (export "run") (param i32) (result i32)
      (drop (call $fault))
      (i32.store (i32.const 8) (call $fault))
      (i32.add (i32.load (local.get 0)) (i32.load (i32.const 8))))))");
  const auto run =
      linker.instantiate(store, *module).value().typed<int32_t(int32_t)>("run").value();
  if (run(16).value() != 1) return fail("the host's handler missed a fault of a host function");
  const auto trapped = run(-16);
  if (trapped || trapped.error().kind() != wrun::ErrorKind::trap) return fail("no trap");
  return run(16).value() == 1 ? 0 : fail("not after a trap");
}

/// Threads trap at the same time.
int threads() {
  std::vector<std::thread> all;
  std::array<bool, 4> works{};
  for (bool& works_here : works)
    all.emplace_back([&works_here] {
      works_here = true;
      for (int i = 0; i < 50; ++i) works_here = Guest().traps() && works_here;
    });
  for (std::thread& thread : all) thread.join();
  for (const bool works_there : works)
    if (!works_there) return fail("no trap");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view kind = argc > 1 ? argv[1] : "";
  if (kind == "handler-before") return handler_before();
  if (kind == "handler-after") return handler_after();
  if (kind == "handler-chained") return chained();
  if (kind == "no-handler") return no_handler();
  if (kind == "host-function") return in_host_function();
  if (kind == "threads") return threads();
  return fail("which kind?");
}
