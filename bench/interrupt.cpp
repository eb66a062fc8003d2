// How long after Store::interrupt(), or after a deadline, a call returns: for each kind of work and
// each tier the median, the 99th percentile and the longest of many rounds, in microseconds.
//
//   build/release/bin/bench_interrupt [ROUNDS]        1000 unless given
//
// The guest fills a memory of 4 GiB again and again: as much must be free.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <wrun/wasi/wasi.hpp>
#include <wrun/wrun.hpp>

namespace {

using Clock = std::chrono::steady_clock;
using Microseconds = std::chrono::duration<double, std::micro>;

constexpr std::string_view guest = R"((module
  (import "wasi_snapshot_preview1" "poll_oneoff"
    (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory $small (export "memory") 1)
  (memory $large 65536)
  (memory $shared 1 1 shared)
  (func (export "loop") (loop (br 0)))
  (func $fib (param i32) (result i32)
    (if (i32.lt_u (local.get 0) (i32.const 2)) (then (return (local.get 0))))
    (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))
      (call $fib (i32.sub (local.get 0) (i32.const 2)))))
  (func (export "recursion") (drop (call $fib (i32.const 60))))
  (func (export "memory.fill") (loop
    (memory.fill $large (i32.const 0) (i32.const 1) (i32.const 0xffffffff)) (br 0)))
  (func (export "memory.atomic.wait32")
    (drop (memory.atomic.wait32 $shared (i32.const 0) (i32.const 0) (i64.const -1))))
  ;; a clock's subscription of 1000 seconds
  (data $small (i32.const 24) "\00\10\a5\d4\e8")
  (func (export "poll_oneoff")
    (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 96))))))";

constexpr const char* kinds[] = {"loop", "recursion", "memory.fill", "memory.atomic.wait32",
                                 "poll_oneoff"};

/// Microseconds from the request to the end of the call.
double interrupted(wrun::Store& store, const wrun::TypedFunc<void()>& run, int round) {
  std::atomic<bool> is_called{false};
  Clock::time_point asked;
  std::thread other([&] {
    while (!is_called.load()) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::microseconds(100 + round % 97));
    asked = Clock::now();
    store.interrupt();
  });
  is_called = true;
  const auto result = run();
  const auto end = Clock::now();
  other.join();
  if (result || result.error().kind() != wrun::ErrorKind::interrupted)
    std::printf("%s\n", result ? "returned" : result.error().message().c_str()), std::exit(1);
  return Microseconds(end - asked).count();
}

double timed_out(wrun::Store& store, const wrun::TypedFunc<void()>& run, int round) {
  const auto deadline = Clock::now() + std::chrono::microseconds(200 + round % 97);
  store.limits({.deadline = deadline}).value();
  const auto result = run();
  const auto end = Clock::now();
  store.limits({}).value();
  if (result) std::abort();
  return Microseconds(end - deadline).count();
}

void measure(const char* tier, const char* kind, const char* way, int rounds,
             const wrun::Instance& instance, wrun::Store& store) {
  const auto run = instance.typed<void()>(kind).value();
  std::vector<double> times;
  for (int round = 0; round < rounds; ++round)
    times.push_back(way[0] == 'i' ? interrupted(store, run, round) : timed_out(store, run, round));
  std::sort(times.begin(), times.end());
  const auto at = [&](int percent) {
    return times[(times.size() - 1) * static_cast<std::size_t>(percent) / 100];
  };
  std::printf("%-12s %-22s %-10s %9.1f %9.1f %9.1f\n", tier, kind, way, at(50), at(99), at(100));
  std::fflush(stdout);
}

void measure_tier(wrun::Tier tier, const char* name, int rounds) {
  wrun::Config config;
  config.tier = tier;
  config.features = wrun::Features::all();
  const wrun::Engine engine(config);
  wrun::Linker linker(engine);
  wrun::wasi::add_to(linker, wrun::wasi::Config{}.clock(wrun::wasi::system_clock)).value();
  wrun::Store store(engine);
  const auto module = wrun::Module::from_text(engine, guest).value();
  const auto instance = linker.instantiate(store, module).value();
  for (const char* kind : kinds)
    for (const char* way : {"interrupt", "deadline"})
      measure(name, kind, way, rounds, instance, store);
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 1000;
  std::printf("%-12s %-22s %-10s %9s %9s %9s\n", "tier", "kind", "way", "median", "p99", "max");
  measure_tier(wrun::Tier::interpreter, "interpreter", rounds);
  measure_tier(wrun::Tier::compiler, "compiler", rounds);
  measure_tier(wrun::Tier::automatic, "automatic", rounds);
}
