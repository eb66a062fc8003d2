// Threads of a guest: what they share, and how they end.

#include <wrun/wasi/threads.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <new>
#include <thread>

#include <wrun/wasi/wasi.hpp>
#include <wrun/wrun.hpp>

#include "tests/support/sanitized.hpp"

namespace wrun::test {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

// What a thread does is what it is given: 0 counts at 0 and returns; 1 exits with 7; 2 traps; 3
// waits for ever; 4 spins; 5 reads from standard input; 6 starts another that counts.
constexpr std::string_view spawner_text = R"((module
  (import "env" "memory" (memory 1 4 shared))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_read"
    (func $read (param i32 i32 i32 i32) (result i32)))
  (export "memory" (memory 0))
  (func $count (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1))))
  (func (export "wasi_thread_start") (param $id i32) (param $what i32)
    (if (i32.eqz (local.get $what)) (then (call $count) (return)))
    (if (i32.eq (local.get $what) (i32.const 1)) (then (call $exit (i32.const 7))))
    (if (i32.eq (local.get $what) (i32.const 2)) (then unreachable))
    (if (i32.eq (local.get $what) (i32.const 3))
      (then (drop (memory.atomic.wait32 (i32.const 8) (i32.const 0) (i64.const -1)))))
    (if (i32.eq (local.get $what) (i32.const 4)) (then (loop (br 0))))
    (if (i32.eq (local.get $what) (i32.const 5))
      (then
        (i32.store (i32.const 100) (i32.const 200))
        (i32.store (i32.const 104) (i32.const 1))
        (drop (call $read (i32.const 0) (i32.const 100) (i32.const 1) (i32.const 300)))))
    (if (i32.eq (local.get $what) (i32.const 6))
      (then (drop (call $spawn (i32.const 0))) (call $count))))
  (func (export "spawn") (param i32) (result i32) (call $spawn (local.get 0)))
  (func (export "exit") (call $exit (i32.const 9)))
  (func (export "wait_until") (param $count i32)
    (loop (br_if 0 (i32.ne (i32.atomic.load (i32.const 0)) (local.get $count)))))))";

/// A standard input on which nothing ever comes.
class Silence final : public wasi::InputStream {
 public:
  wasi::Outcome<std::size_t> read(std::span<std::byte>) override {
    return wasi::Errno::would_block;
  }
  std::unique_ptr<wasi::Pollable> subscribe() override { return std::make_unique<Never>(); }

 private:
  struct Never final : wasi::Pollable {
    bool ready() override { return false; }
    Source source() override { return {}; }
  };
};

class NoThreads final : public wasi::Threads {
 public:
  std::unique_ptr<wasi::RunningThread> start(std::function<void()>) override { return nullptr; }
};

class ThrowingThreads final : public wasi::Threads {
 public:
  std::unique_ptr<wasi::RunningThread> start(std::function<void()>) override {
    throw std::bad_alloc();
  }
};

class ThreadGroups : public testing::Test {
 protected:
  static Config config(bool fuel) {
    Config config;
    config.features = Features::all();
    config.fuel = fuel;
    return config;
  }

  void start(wasi::ThreadOptions options = {}) {
    engine.emplace(config(options.limits.fuel.has_value()));
    store.emplace(*engine, budget);
    ASSERT_TRUE(store->limits(options.limits));
    Linker linker(*engine);
    const auto input = std::make_shared<Silence>();
    ASSERT_TRUE(wasi::add_to(linker, wasi::Config{}.stdin_(input)));
    const auto module = Module::from_text(*engine, spawner_text);
    ASSERT_TRUE(module) << module.error().message();
    auto made = wasi::ThreadGroup::add_to(linker, *module, budget, options);
    ASSERT_TRUE(made);
    group = *made;
    const auto prepared = linker.prepare(*module);
    ASSERT_TRUE(prepared) << prepared.error().message();
    const auto first = group->start(*store, *prepared);
    ASSERT_TRUE(first) << first.error().message();
    instance = *first;
  }
  Result<int> try_spawn(int what) { return instance.typed<int(int)>("spawn").value()(what); }
  int spawn(int what) { return try_spawn(what).value(); }
  Result<void> wait_until(int count) {
    return instance.typed<void(int)>("wait_until").value()(count);
  }
  /// What ends the first thread, which starts another that ends all, perhaps at once, and waits for
  /// what never comes.
  Error end_by(int what) {
    const auto spawned = try_spawn(what);
    if (!spawned) return spawned.error();
    EXPECT_GT(*spawned, 0);
    const auto waited = wait_until(-1);
    EXPECT_FALSE(waited);
    return waited ? Error(ErrorKind::host, "no error") : waited.error();
  }
  /// What interrupted it.
  Error interruption_by(int what) {
    EXPECT_EQ(end_by(what).kind(), ErrorKind::interrupted);
    const auto ended = group->finish();
    EXPECT_FALSE(ended);
    return ended ? Error(ErrorKind::host, "no error") : ended.error();
  }

  Budget budget;
  std::optional<Engine> engine;
  std::optional<Store> store;
  std::shared_ptr<wasi::ThreadGroup> group;
  Instance instance;
};

TEST_F(ThreadGroups, ThreadsShareTheMemoryAndAreJoined) {
  start();
  for (int i = 1; i <= 8; ++i) EXPECT_GT(spawn(0), 0);
  EXPECT_TRUE(wait_until(8));
  EXPECT_TRUE(group->finish());
  EXPECT_TRUE(group->finish());
  EXPECT_EQ(budget.usage().instances, 1u);
}

TEST_F(ThreadGroups, ThreadsStartThreads) {
  start();
  EXPECT_GT(spawn(6), 0);
  EXPECT_TRUE(wait_until(2));
  EXPECT_TRUE(group->finish());
}

TEST_F(ThreadGroups, ATrapEndsAll) {
  start();
  for (const int what : {3, 4, 5}) EXPECT_GT(spawn(what), 0);
  EXPECT_EQ(interruption_by(2).trap(), TrapCode::unreachable);
}

TEST_F(ThreadGroups, AnExitEndsAll) {
  start();
  for (const int what : {3, 4, 5}) EXPECT_GT(spawn(what), 0);
  EXPECT_EQ(interruption_by(1).exit_status(), 7);
}

TEST_F(ThreadGroups, TheFirstThreadsReturnEndsAll) {
  start();
  for (const int what : {3, 4, 5, 3, 4, 5}) EXPECT_GT(spawn(what), 0);
  std::this_thread::sleep_for(20ms);
  const auto before = Clock::now();
  EXPECT_TRUE(group->finish());
  EXPECT_LT(Clock::now() - before, 2s);
  EXPECT_EQ(spawn(0), -static_cast<int>(wasi::Errno::again));
}

TEST_F(ThreadGroups, TheFirstThreadsExitEndsAll) {
  start();
  for (const int what : {3, 4, 5}) EXPECT_GT(spawn(what), 0);
  const auto result = instance.typed<void()>("exit").value()();
  EXPECT_EQ(result.error().exit_status(), 9);
  EXPECT_TRUE(group->finish());
}

TEST_F(ThreadGroups, TheirNumberIsLimited) {
  wasi::ThreadOptions options;
  options.most = 2;
  start(options);
  EXPECT_EQ(spawn(3), 1);
  EXPECT_EQ(spawn(3), 2);
  EXPECT_EQ(spawn(3), -static_cast<int>(wasi::Errno::again));
  EXPECT_TRUE(group->finish());
}

TEST_F(ThreadGroups, ThoseThatEndedMakeRoom) {
  wasi::ThreadOptions options;
  options.most = 3;
  start(options);
  const int wanted = sanitized ? 200 : 1000;
  for (int started = 0; started < wanted;) {
    if (spawn(0) > 0) {
      ++started;
    } else {
      std::this_thread::yield();
    }
  }
  EXPECT_TRUE(wait_until(wanted));
  EXPECT_TRUE(group->finish());
}

TEST_F(ThreadGroups, AHostMayHaveNone) {
  wasi::ThreadOptions options;
  options.threads = std::make_shared<NoThreads>();
  start(options);
  EXPECT_EQ(spawn(0), -static_cast<int>(wasi::Errno::again));
  EXPECT_TRUE(group->finish());
}

TEST_F(ThreadGroups, AStartThatThrowsStartsNone) {
  wasi::ThreadOptions options;
  options.threads = std::make_shared<ThrowingThreads>();
  start(options);
  EXPECT_EQ(spawn(0), -static_cast<int>(wasi::Errno::again));
  EXPECT_TRUE(group->finish());
}

TEST_F(ThreadGroups, FuelIsTheGroups) {
  wasi::ThreadOptions options;
  options.limits.fuel = 1'000'000;
  start(options);
  EXPECT_GT(spawn(3), 0);
  EXPECT_LE(store->fuel().value(), 500'000u);
  const Error end = end_by(4);
  EXPECT_LE(store->fuel().value(), 250'000u);
  const auto ended = group->finish();
  const TrapCode why = (ended ? end : ended.error()).trap().value();
  EXPECT_EQ(why, TrapCode::out_of_fuel);
  EXPECT_LE(budget.usage().instructions.value(), 1'000'000u);
}

TEST_F(ThreadGroups, ADeadlineEndsAll) {
  wasi::ThreadOptions options;
  options.limits.deadline = Clock::now() + 300ms;
  start(options);
  for (const int what : {3, 5}) EXPECT_GT(spawn(what), 0);
  const Error end = end_by(4);
  const auto ended = group->finish();
  EXPECT_EQ((ended ? end : ended.error()).trap(), TrapCode::deadline);
}

TEST_F(ThreadGroups, TheLimitOfInstancesIsAnErrno) {
  wasi::ThreadOptions options;
  start(options);
  const Budget small({.instances = 1});
  Linker linker(*engine);
  ASSERT_TRUE(wasi::add_to(linker, wasi::Config{}));
  const Module module = Module::from_text(*engine, spawner_text).value();
  const auto other = wasi::ThreadGroup::add_to(linker, module, small).value();
  Store first(*engine, small);
  const Instance made = other->start(first, linker.prepare(module).value()).value();
  EXPECT_EQ(made.typed<int(int)>("spawn").value()(0).value(),
            -static_cast<int>(wasi::Errno::again));
  EXPECT_TRUE(other->finish());
}

TEST_F(ThreadGroups, NobodyHasThemUnasked) {
  const Engine plain(config(false));
  Linker linker(plain);
  ASSERT_TRUE(wasi::add_to(linker, wasi::Config{}));
  const auto prepared = linker.prepare(Module::from_text(plain, spawner_text).value());
  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.error().kind(), ErrorKind::unlinkable);
}

}  // namespace
}  // namespace wrun::test
