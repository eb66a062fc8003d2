// Which function may be called from which thread: the first table of
// docs/threads-and-reentrancy.md.

#include <atomic>
#include <chrono>
#include <csignal>
#include <latch>
#include <thread>
#include <vector>

#include <pthread.h>

#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

TEST(Threads, ModulesAndPreparedAreShared) {
  Engine engine;
  const Module module = take(Module::from_text(engine, R"((module
    (import "host" "f" (func $f (param i32) (result i32)))
    (func $fib (export "fib") (param i32) (result i32)
      (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
        (then (call $f (local.get 0)))
        (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))
                       (call $fib (i32.sub (local.get 0) (i32.const 2)))))))))"));
  Linker linker(engine);
  std::atomic<int> calls{0};
  linker.func("host", "f", [&](int x) { return calls.fetch_add(1, std::memory_order_relaxed), x; });
  const Prepared prepared = take(linker.prepare(module));
  std::latch start(4);
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      Store store(engine);
      const Instance instance = take(prepared.instantiate(store));
      if (take(take(instance.typed<int(int)>("fib"))(15)) == 610) ++right;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 4);
  EXPECT_EQ(calls, 4 * 987);
}

TEST(Threads, StoresMoveBetweenThreads) {
  World world;
  const auto add = take(world.instance(add_text).typed<int(int, int)>("add"));
  for (int i = 0; i < 4; ++i) {
    std::thread([&] { EXPECT_EQ(take(add(i, 1)), i + 1); }).join();
  }
  Store store(std::move(world.store));
  std::thread([held = std::move(store), add] { EXPECT_EQ(take(add(2, 2)), 4); }).join();
  EXPECT_EQ(kind_of(add(1, 1)), ErrorKind::usage);
}

/// Runs body() while another thread is inside the world's store.
template <class Body>
void while_another_is_inside(World& world, Body&& body) {
  std::latch inside(1);
  std::latch done(1);
  const auto wait = take(Func::make(world.store, [&] {
    inside.count_down();
    done.wait();
  }));
  std::thread other([&] { take(wait.call()); });
  inside.wait();
  body();
  done.count_down();
  other.join();
}

TEST(Threads, UseWhileAnotherThreadIsInsideIsAnError) {
  World world;
  const Instance instance = world.instance(add_text);
  const auto add = take(instance.typed<int(int, int)>("add"));
  const Memory memory = take(Memory::make(world.store, {{1, {}, false}, false, 16}));
  const Global global = take(Global::make(world.store, {ValType::i32(), true}, 1));
  const Table table = take(
      Table::make(world.store, {ValType::funcref(), {1, {}, false}}, Val::null(HeapKind::func)));
  const Prepared prepared = take(world.linker.prepare(world.module(add_text)));
  while_another_is_inside(world, [&] {
    EXPECT_EQ(kind_of(add(1, 2)), ErrorKind::usage);
    EXPECT_EQ(kind_of(add.func().call({1, 2})), ErrorKind::usage);
    EXPECT_EQ(kind_of(add.func().type()), ErrorKind::usage);
    EXPECT_EQ(kind_of(instance.get("add")), ErrorKind::usage);
    EXPECT_EQ(kind_of(instance.release()), ErrorKind::usage);
    EXPECT_EQ(kind_of(memory.span()), ErrorKind::usage);
    EXPECT_EQ(kind_of(memory.read<int>(0)), ErrorKind::usage);
    EXPECT_EQ(kind_of(memory.grow(1)), ErrorKind::usage);
    EXPECT_EQ(kind_of(global.get()), ErrorKind::usage);
    EXPECT_EQ(kind_of(global.set(1)), ErrorKind::usage);
    EXPECT_EQ(kind_of(table.get(0)), ErrorKind::usage);
    EXPECT_EQ(kind_of(table.grow(1, Val::null(HeapKind::func))), ErrorKind::usage);
    EXPECT_EQ(kind_of(prepared.instantiate(world.store)), ErrorKind::usage);
    EXPECT_EQ(kind_of(Func::make(world.store, [] {})), ErrorKind::usage);
    EXPECT_EQ(kind_of(world.store.limits({})), ErrorKind::usage);
    EXPECT_EQ(kind_of(world.store.usage()), ErrorKind::usage);
    EXPECT_EQ(kind_of(world.store.collect()), ErrorKind::usage);
    // What touches no store works.
    EXPECT_EQ(take(Module::from_text(world.engine, add_text)).exports().size(), 1u);
  });
  EXPECT_EQ(take(add(1, 2)), 3);
}

TEST(Threads, DestroyWhileAnotherThreadIsInside) {
  Engine engine;
  const auto token = std::make_shared<int>(1);
  std::optional<Store> store(engine);
  std::latch inside(1);
  std::latch destroyed(1);
  const auto wait = take(Func::make(*store, [&, token] {
    inside.count_down();
    destroyed.wait();
    EXPECT_GT(token.use_count(), 1);
  }));
  std::thread other([&] { take(wait.call()); });
  inside.wait();
  store.reset();
  destroyed.count_down();
  other.join();
  EXPECT_EQ(token.use_count(), 1);
  EXPECT_EQ(kind_of(wait.call()), ErrorKind::usage);
}

// How soon, bench_interrupt tells.
TEST(Threads, InterruptStopsALoop) {
  World world;
  const auto run = take(world.instance(forever_text).typed<void()>("run"));
  for (int i = 0; i < 20; ++i) {
    std::thread other([&] {
      std::this_thread::sleep_for(2ms);
      world.store.interrupt();
    });
    const auto result = run();
    other.join();
    EXPECT_EQ(kind_of(result), ErrorKind::interrupted);
    EXPECT_EQ(result.error().trap(), TrapCode::interrupted);
  }
}

TEST(Threads, InterruptWaitsForTheNextCall) {
  World world;
  const auto add = take(world.instance(add_text).typed<int(int, int)>("add"));
  world.store.interrupt();
  EXPECT_EQ(kind_of(add(1, 2)), ErrorKind::interrupted);
  EXPECT_EQ(take(add(1, 2)), 3);
  world.store.interrupt();
  world.store.clear_interrupt();
  EXPECT_EQ(take(add(1, 2)), 3);
  Store fresh(world.engine);
  fresh.interrupt();
  const Func first = take(Func::make(fresh, [] {}));
  EXPECT_EQ(kind_of(first.call()), ErrorKind::interrupted);
  take(first.call());
}

Store* signalled = nullptr;

TEST(Threads, InterruptFromASignalHandler) {
  World world;
  const auto run = take(world.instance(forever_text).typed<void()>("run"));
  signalled = &world.store;
  struct sigaction action {};
  struct sigaction former {};
  action.sa_handler = [](int) { signalled->interrupt(); };
  ASSERT_EQ(sigaction(SIGUSR1, &action, &former), 0);
  const pthread_t runner = pthread_self();
  std::thread other([&] {
    std::this_thread::sleep_for(5ms);
    pthread_kill(runner, SIGUSR1);
  });
  EXPECT_EQ(kind_of(run()), ErrorKind::interrupted);
  other.join();
  sigaction(SIGUSR1, &former, nullptr);
}

TEST(Threads, DeadlinesStopLoops) {
  World world;
  const auto run = take(world.instance(forever_text).typed<void()>("run"));
  const auto start = Clock::now();
  take(world.store.limits({.deadline = start + 20ms}));
  const auto result = run();
  EXPECT_GE(Clock::now() - start, 20ms);
  ASSERT_EQ(kind_of(result), ErrorKind::limit);
  EXPECT_EQ(result.error().trap(), TrapCode::deadline);
  // Past the deadline nothing starts, until it is lifted.
  const auto add = take(world.instance(add_text).typed<int(int, int)>("add"));
  EXPECT_EQ(add(1, 2).error().trap(), TrapCode::deadline);
  take(world.store.limits({}));
  EXPECT_EQ(take(add(1, 2)), 3);
  take(world.store.limits({.deadline = Clock::now() + 1h}));
  EXPECT_EQ(take(add(1, 2)), 3);
}

struct SmallThread {
  World world;
  Instance instance;
  std::uint64_t counted = 0;
  ErrorKind deep = ErrorKind::host;

  void run() {
    counted = take(take(instance.typed<uint64_t(uint64_t)>("count"))(1'000'000));
    deep = kind_of(take(instance.typed<void()>("deep"))());
  }
};

TEST(Threads, HostThreadsMayHaveSmallStacks) {
  SmallThread job;
  job.world.linker.func("host", "again", [&](Caller& caller) -> Result<void> {
    auto result = take(caller.func("deep")).call();
    if (!result) return result.error();
    return {};
  });
  job.instance = job.world.instance(R"((module
    (import "host" "again" (func $again))
    (func (export "count") (param i64) (result i64)
      (local i64)
      (loop $next
        (local.set 1 (i64.add (local.get 1) (i64.const 1)))
        (br_if $next (i64.lt_u (local.get 1) (local.get 0))))
      (local.get 1))
    (func (export "deep") (call $again))))");
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, 128 * 1024), 0);
  pthread_t thread;
  const auto entry = [](void* argument) -> void* {
    static_cast<SmallThread*>(argument)->run();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, entry, &job), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  EXPECT_EQ(job.counted, 1'000'000u);
  EXPECT_EQ(job.deep, ErrorKind::exhaustion);
}

}  // namespace
}  // namespace wrun::test
