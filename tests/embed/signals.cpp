// A host's handlers of signals that come at any moment, as profilers have them: on whatever stack
// the guest runs, which may be nearly used up. Ends with 0 if neither notices the other.

#include <sys/time.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include <wrun/wrun.hpp>

namespace {

int fail(const char* what) {
  std::printf("%s\n", what);
  return 1;
}

/// What handlers may take, besides what the system puts on the stack for them.
constexpr std::size_t handlers_bytes = 40 << 10;

std::uintptr_t own_stack;
std::atomic<int> strikes{0};
std::atomic<int> strikes_elsewhere{0};  // on a stack that isn't the thread's own

void strike(int) {
  volatile char room[handlers_bytes];
  for (std::size_t i = 0; i < handlers_bytes; i += 64) room[i] = static_cast<char>(i);
  const auto here = reinterpret_cast<std::uintptr_t>(room);
  constexpr std::uintptr_t thread_stack = 8 << 20;
  ++strikes;
  if (own_stack - here > thread_stack) ++strikes_elsewhere;
}

void strike_every(std::chrono::microseconds period) {
  struct sigaction action {};
  action.sa_handler = strike;
  action.sa_flags = SA_RESTART;
  sigaction(SIGALRM, &action, nullptr);
  const timeval interval{0, static_cast<suseconds_t>(period.count())};
  const itimerval timer{interval, interval};
  setitimer(ITIMER_REAL, &timer, nullptr);
}

int run(wrun::Tier tier, wrun::MemoryChecks checks) {
  wrun::Config config;
  config.tier = tier;
  config.hot_after = 3;
  config.memory_checks = checks;
  wrun::Engine engine(config);
  wrun::Store store(engine);
  const auto module = wrun::Module::from_text(engine, R"((module
    (memory 1) (data (i32.const 8) "data")
    (func $deep (export "deep") (param i32) (result i32)
      (i32.add (i32.const 1) (call $deep (i32.add (local.get 0) (i32.const 1)))))
    (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
    (func (export "sum") (param i32) (result i32) (local i32)
      (loop
        (local.set 1 (i32.add (local.get 1) (i32.load8_u (i32.const 8))))
        (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
      (local.get 1))))");
  if (!module) return fail(module.error().message().c_str());
  const auto instance = wrun::Linker(engine).instantiate(store, *module);
  if (!instance) return fail(instance.error().message().c_str());
  const auto deep = instance->typed<int32_t(int32_t)>("deep").value();
  const auto load = instance->typed<int32_t(int32_t)>("load").value();
  const auto sum = instance->typed<int32_t(int32_t)>("sum").value();
  const int before = strikes;
  while (strikes < before + 300) {
    const auto used_up = deep(0);
    if (used_up || used_up.error().kind() != wrun::ErrorKind::exhaustion)
      return fail("no end of the stack");
    const auto trapped = load(-4);
    if (trapped || trapped.error().kind() != wrun::ErrorKind::trap) return fail("no trap");
    if (sum(20'000).value() != 20'000 * 'd') return fail("a wrong result");
  }
  return 0;
}

}  // namespace

int main() {
  char here = 0;
  own_stack = reinterpret_cast<std::uintptr_t>(&here);
  strike_every(std::chrono::microseconds(300));
  for (const auto tier : {wrun::Tier::interpreter, wrun::Tier::automatic, wrun::Tier::compiler})
    for (const auto checks : {wrun::MemoryChecks::automatic, wrun::MemoryChecks::explicit_checks})
      if (run(tier, checks) != 0) return 1;
  const bool compiles = wrun::Engine().info().tier != "interpreter";
  if (compiles && strikes_elsewhere == 0) return fail("no handler ran on a guest's stack");
  return 0;
}
