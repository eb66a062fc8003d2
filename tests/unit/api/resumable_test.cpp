#include <atomic>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

/// run(n) adds up what host.next gives, n times; the others do one thing each.
constexpr std::string_view pausing_text = R"((module
  (import "host" "next" (func $next (param i32) (result i32)))
  (import "host" "wait" (func $wait))
  (import "host" "many" (func $many (param i64) (result i64 f64)))
  (import "host" "keep" (func $keep (param externref) (result externref)))
  (tag $e (export "e") (param i32))
  (memory (export "memory") 1 4)
  (global $done (export "done") (mut i32) (i32.const 0))
  (func $deep (param $depth i32) (param $n i32) (result i32)
    (if (result i32) (local.get $depth)
      (then (i32.add (i32.const 1)
        (call $deep (i32.sub (local.get $depth) (i32.const 1)) (local.get $n))))
      (else (call $next (local.get $n)))))
  (func $run (export "run") (param $n i32) (result i32) (local $sum i32)
    (loop $l
      (local.set $sum (i32.add (local.get $sum) (call $next (local.get $n))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (global.set $done (i32.add (global.get $done) (i32.const 1)))
    (local.get $sum))
  (func (export "deep") (param i32) (result i32) (call $deep (local.get 0) (i32.const 7)))
  (func (export "tail") (param i32) (result i32) (return_call $next (local.get 0)))
  (func (export "tail_inside") (param i32) (result i32)
    (i32.add (i32.const 100) (call $again (local.get 0))))
  (func $again (export "again") (param i32) (result i32) (return_call $next (local.get 0)))
  (func (export "wait") (call $wait) (global.set $done (i32.const 77)))
  (func (export "many") (param i64) (result i64 f64) (call $many (local.get 0)))
  (func (export "keep") (param externref) (result externref) (call $keep (local.get 0)))
  (func (export "grow") (result i32)
    (drop (memory.grow (i32.const 2)))
    (call $wait)
    (i32.store (i32.const 131072) (i32.const 5))
    (i32.load (i32.const 131072)))
  (func (export "trap") (call $wait) (unreachable))
  (func (export "spin") (call $wait) (loop (br 0)))
  (func (export "catch") (result i32)
    (block $h (result i32)
      (try_table (catch $e $h) (call $wait))
      (i32.const -1)))))";

struct Pausing : testing::TestWithParam<Tier> {
  World world{hot_config(GetParam())};
  Instance instance;
  int asked = 0;
  int32_t last = 0;
  bool is_ready = false;

  void SetUp() override { load(pausing_text); }
  void load(std::string_view text) {
    world.linker.func("host", "next", [this](int32_t n) -> Pausable<int32_t> {
      ++asked;
      last = n;
      if (is_ready) return n;
      return pending;
    });
    world.linker.func("host", "wait", [this]() -> Pausable<void> {
      ++asked;
      if (is_ready) return {};
      return pending;
    });
    world.linker.func("host", "many", [](int64_t) -> Result<Pausable<std::tuple<int64_t, double>>> {
      return Pausable<std::tuple<int64_t, double>>(pending);
    });
    world.linker.func(
        "host", "keep",
        [](std::optional<ExternRef>) -> Pausable<std::optional<ExternRef>> { return pending; });
    instance = world.instance(text);
  }
  template <class Signature>
  TypedFunc<Signature> typed(std::string_view name) {
    return take(instance.typed<Signature>(name));
  }
};

INSTANTIATE_TEST_SUITE_P(All, Pausing,
                         testing::Values(Tier::interpreter, Tier::automatic, Tier::compiler));

TEST_P(Pausing, GoesOnWithAValue) {
  auto call = take(typed<int32_t(int32_t)>("run").start(3));
  EXPECT_TRUE(call.is_paused());
  EXPECT_EQ(kind_of(call.result()), ErrorKind::usage);
  int32_t sum = 0;
  for (const int32_t each : {5, 70, 900}) {
    ASSERT_TRUE(call.is_paused());
    take(call.resume(each));
    sum += each;
  }
  ASSERT_TRUE(call.is_finished());
  EXPECT_EQ(take(call.result()), sum);
  EXPECT_EQ(kind_of(call.result()), ErrorKind::usage);
  EXPECT_EQ(kind_of(call.resume(1)), ErrorKind::usage);
  EXPECT_EQ(asked, 3);
}

TEST_P(Pausing, MovedFromIsEmpty) {
  auto call = take(typed<int32_t(int32_t)>("run").start(1));
  Resumable<int32_t> moved = std::move(call);
  EXPECT_FALSE(call.is_paused() || call.is_finished());
  EXPECT_TRUE(moved.is_paused());
  for (const auto& refused : {call.resume(1), call.fail(Error(ErrorKind::host, "no"))}) {
    ASSERT_EQ(kind_of(refused), ErrorKind::usage);
    EXPECT_NE(refused.error().message().find("this Resumable is empty"), std::string::npos);
  }
  EXPECT_NE(call.result().error().message().find("this Resumable is empty"), std::string::npos);
  call = std::move(moved);
  EXPECT_FALSE(moved.is_paused());
  take(call.resume(5));
  EXPECT_EQ(take(call.result()), 5);
}

TEST_P(Pausing, SaysWhyThereIsNoResult) {
  auto call = take(typed<int32_t(int32_t)>("run").start(1));
  EXPECT_EQ(call.result().error().message(), "the call hasn't finished");
  take(call.resume(5));
  take(call.result());
  EXPECT_EQ(call.result().error().message(), "the call's result was taken before");
  auto failed = take(typed<void()>("wait").start());
  EXPECT_EQ(kind_of(failed.fail(Error(ErrorKind::host, "no"))), ErrorKind::host);
  EXPECT_EQ(failed.result().error().message(), "the call failed: it has no result");
}

TEST_P(Pausing, AssigningDropsTheCallThatWasThere) {
  auto object = std::make_shared<int>(17);
  const std::weak_ptr<int> watch = object;
  Rooted<ExternRef> handle(take(ExternRef::make(world.store, std::move(object))));
  const auto keep = typed<std::optional<ExternRef>(std::optional<ExternRef>)>("keep");
  auto call = take(keep.start(*handle));
  auto other = take(keep.start(std::nullopt));
  handle.reset();
  call = std::move(other);
  take(world.store.collect());
  EXPECT_TRUE(watch.expired());
}

TEST_P(Pausing, MayFinishAtOnce) {
  is_ready = true;
  auto call = take(typed<int32_t(int32_t)>("run").start(4));
  ASSERT_TRUE(call.is_finished());
  EXPECT_EQ(take(call.result()), 10);
}

TEST_P(Pausing, OrdinaryCallsCannotPause) {
  const auto run = typed<int32_t(int32_t)>("run");
  const auto failed = run(1);
  ASSERT_EQ(kind_of(failed), ErrorKind::usage);
  EXPECT_NE(failed.error().message().find("can't be paused"), std::string::npos);
  is_ready = true;
  EXPECT_EQ(take(run(2)), 3);
}

TEST_P(Pausing, KeepsDeepFrames) {
  auto call = take(typed<int32_t(int32_t)>("deep").start(1000));
  is_ready = true;
  EXPECT_EQ(take(typed<int32_t(int32_t)>("deep")(2000)), 2007);
  take(call.resume(int32_t{5}));
  EXPECT_EQ(take(call.result()), 1005);
}

TEST_P(Pausing, PausesInTailCalls) {
  auto call = take(typed<int32_t(int32_t)>("tail").start(9));
  EXPECT_EQ(last, 9);
  take(call.resume(int32_t{42}));
  EXPECT_EQ(take(call.result()), 42);
  auto inner = take(typed<int32_t(int32_t)>("tail_inside").start(9));
  take(inner.resume(int32_t{42}));
  EXPECT_EQ(take(inner.result()), 142);
}

TEST_P(Pausing, SeveralAreSetAsideInOneStore) {
  const auto run = typed<int32_t(int32_t)>("run");
  std::vector<Resumable<int32_t>> calls;
  for (int32_t i = 1; i <= 100; ++i) calls.push_back(take(run.start(i)));
  bool any = true;
  for (int32_t round = 1; any; ++round) {
    any = false;
    for (std::size_t i = calls.size(); i-- > 0;) {
      if (!calls[i].is_paused()) continue;
      take(calls[i].resume(round * 1000));
      any = true;
    }
  }
  for (int32_t i = 1; i <= 100; ++i)
    EXPECT_EQ(take(calls[static_cast<std::size_t>(i - 1)].result()), 1000 * i * (i + 1) / 2);
}

TEST_P(Pausing, PassesSeveralValuesAndNone) {
  auto many = take(typed<std::tuple<int64_t, double>(int64_t)>("many").start(1));
  take(many.resume(int64_t{1} << 40, 2.5));
  EXPECT_EQ(take(many.result()), std::tuple(int64_t{1} << 40, 2.5));
  auto wait = take(typed<void()>("wait").start());
  take(wait.resume());
  take(wait.result());
  EXPECT_EQ(take(take(instance.global("done")).get()).get<int32_t>(), 77);
}

TEST_P(Pausing, ChecksTheTypesOfValues) {
  auto call = take(typed<int32_t(int32_t)>("run").start(1));
  EXPECT_EQ(kind_of(call.resume(int64_t{1})), ErrorKind::usage);
  EXPECT_EQ(kind_of(call.resume()), ErrorKind::usage);
  EXPECT_EQ(kind_of(call.resume(1, 2)), ErrorKind::usage);
  EXPECT_TRUE(call.is_paused());
  take(call.resume(int32_t{3}));
  EXPECT_EQ(take(call.result()), 3);
}

TEST_P(Pausing, UntypedCallsPauseToo) {
  world.linker.func("host", "next", FuncType{{ValType::i32()}, {ValType::i32()}},
                    [](Caller& caller, std::span<const Val>, std::span<Val>) -> Result<void> {
                      EXPECT_TRUE(caller.can_pause());
                      caller.pause();
                      return {};
                    });
  instance = world.instance(pausing_text);
  auto call = take(take(instance.func("run")).start({2}));
  EXPECT_EQ(kind_of(call.resume({Val(1.0)})), ErrorKind::usage);
  take(call.resume(std::vector<Val>{Val(4)}));
  take(call.resume({5}));
  ASSERT_TRUE(call.is_finished());
  EXPECT_EQ(take(call.result()).at(0).get<int32_t>(), 9);
  EXPECT_EQ(kind_of(take(instance.func("run")).start({Val(1.0)})), ErrorKind::usage);
}

TEST_P(Pausing, AHostFunctionCanBeStarted) {
  const Func next = take(Func::make(world.store, [](int32_t n) -> Pausable<int32_t> {
    return n ? Pausable<int32_t>(n) : pending;
  }));
  const auto function = take(next.typed<int32_t(int32_t)>());
  auto call = take(function.start(0));
  take(next.release());
  take(world.store.collect());
  take(call.resume(int32_t{8}));
  EXPECT_EQ(take(call.result()), 8);
}

TEST_P(Pausing, FailsAsTheHostFunctionWould) {
  auto call = take(typed<void()>("wait").start());
  const auto failed = call.fail(Error(ErrorKind::host, "the connection broke"));
  ASSERT_EQ(kind_of(failed), ErrorKind::host);
  EXPECT_EQ(failed.error().message(), "the connection broke");
  EXPECT_FALSE(call.is_paused());
  EXPECT_EQ(take(take(instance.global("done")).get()).get<int32_t>(), 0);
}

TEST_P(Pausing, ExceptionsAreThrownIntoPausedCalls) {
  const Tag tag = std::get<Tag>(take(instance.get("e")));
  auto call = take(typed<int32_t()>("catch").start());
  take(call.fail(Exception::raise(tag, {7})));
  EXPECT_EQ(take(call.result()), 7);
  auto uncaught = take(typed<void()>("wait").start());
  EXPECT_EQ(kind_of(uncaught.fail(Exception::raise(tag, {7}))), ErrorKind::exception);
}

TEST_P(Pausing, TrapsEndTheCall) {
  auto call = take(typed<void()>("trap").start());
  const auto trapped = call.resume();
  ASSERT_EQ(kind_of(trapped), ErrorKind::trap);
  EXPECT_EQ(trapped.error().details()->backtrace.size(), 1u);
  EXPECT_FALSE(call.is_paused() || call.is_finished());
  EXPECT_EQ(kind_of(call.resume()), ErrorKind::usage);
}

TEST_P(Pausing, HostExceptionsComeOut) {
  bool throws = false;
  world.linker.func("host", "next", [&](int32_t) -> Pausable<int32_t> {
    if (throws) throw std::runtime_error("from the host");
    return pending;
  });
  instance = world.instance(pausing_text);
  auto call = take(typed<int32_t(int32_t)>("run").start(2));
  throws = true;
  EXPECT_THROW((void)call.resume(int32_t{1}), std::runtime_error);
  EXPECT_FALSE(call.is_paused());
}

TEST_P(Pausing, InterruptionsAndDeadlinesStrikeOnResuming) {
  auto spin = take(typed<void()>("spin").start());
  std::thread stopper([&] { world.store.interrupt(); });
  EXPECT_EQ(kind_of(spin.resume()), ErrorKind::interrupted);
  stopper.join();
  auto call = take(typed<void()>("wait").start());
  world.store.interrupt();
  EXPECT_EQ(kind_of(call.resume()), ErrorKind::interrupted);
  EXPECT_FALSE(call.is_paused());
  auto late = take(typed<void()>("spin").start());
  take(world.store.limits(
      {.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(5)}));
  EXPECT_EQ(kind_of(late.resume()), ErrorKind::limit);
}

TEST_P(Pausing, StackLimitsHoldOnBothStacks) {
  is_ready = true;
  EXPECT_EQ(kind_of(typed<int32_t(int32_t)>("deep").start(10'000'000)), ErrorKind::exhaustion);
  EXPECT_EQ(kind_of(typed<int32_t(int32_t)>("deep")(10'000'000)), ErrorKind::exhaustion);
  EXPECT_EQ(take(take(typed<int32_t(int32_t)>("deep").start(1000)).result()), 1007);
  EXPECT_EQ(take(typed<int32_t(int32_t)>("deep")(1000)), 1007);
}

TEST_P(Pausing, SeesMemoryThatGrewMeanwhile) {
  auto call = take(typed<int32_t()>("grow").start());
  take(take(instance.memory("memory")).grow(1));
  take(call.resume());
  EXPECT_EQ(take(call.result()), 5);
}

TEST_P(Pausing, PausedFramesAreRoots) {
  auto object = std::make_shared<int>(17);
  const std::weak_ptr<int> watch = object;
  Rooted<ExternRef> handle(take(ExternRef::make(world.store, object)));
  object.reset();
  auto call =
      take(typed<std::optional<ExternRef>(std::optional<ExternRef>)>("keep").start(*handle));
  handle.reset();
  take(instance.release());
  take(world.store.collect());
  ASSERT_FALSE(watch.expired());
  take(call.resume(std::optional<ExternRef>()));
  EXPECT_EQ(take(call.result()), std::nullopt);
  take(world.store.collect());
  EXPECT_TRUE(watch.expired());
}

TEST_P(Pausing, DroppingFreesWhatTheCallHeld) {
  auto object = std::make_shared<int>(17);
  const std::weak_ptr<int> watch = object;
  {
    Rooted<ExternRef> handle(take(ExternRef::make(world.store, std::move(object))));
    const auto call =
        take(typed<std::optional<ExternRef>(std::optional<ExternRef>)>("keep").start(*handle));
    handle.reset();
    take(world.store.collect());
    ASSERT_FALSE(watch.expired());
  }
  take(world.store.collect());
  EXPECT_TRUE(watch.expired());
}

TEST_P(Pausing, OutlivesItsStoreAsAnError) {
  auto call = take(typed<int32_t(int32_t)>("run").start(2));
  { const Store gone = std::move(world.store); }
  EXPECT_EQ(kind_of(call.resume(int32_t{1})), ErrorKind::usage);
  EXPECT_TRUE(call.is_paused());
}

TEST_P(Pausing, NestedActivationsPauseByThemselves) {
  const auto run = typed<int32_t(int32_t)>("run");
  std::optional<Resumable<int32_t>> inner;
  world.linker.func("host", "wait", [&]() -> Pausable<void> {
    inner.emplace(take(run.start(2)));
    EXPECT_TRUE(inner->is_paused());
    return pending;
  });
  const Instance other = world.instance(pausing_text);
  auto outer = take(take(other.typed<void()>("wait")).start());
  ASSERT_TRUE(outer.is_paused());
  take(inner->resume(int32_t{10}));
  take(outer.resume());
  EXPECT_TRUE(outer.is_finished());
  take(inner->resume(int32_t{20}));
  EXPECT_EQ(take(inner->result()), 30);
}

TEST_P(Pausing, OrdinaryCallsBelowCannotPauseTheOuterOne) {
  const auto run = typed<int32_t(int32_t)>("run");
  world.linker.func("host", "wait", [&](Caller& caller) -> Pausable<void> {
    EXPECT_TRUE(caller.can_pause());
    EXPECT_EQ(kind_of(run(1)), ErrorKind::usage);
    return pending;
  });
  const Instance other = world.instance(pausing_text);
  auto outer = take(take(other.typed<void()>("wait")).start());
  ASSERT_TRUE(outer.is_paused());
  take(outer.resume());
}

// Where the store's first call is one that may pause, there is no other stack yet.
TEST_P(Pausing, WhatItsHostFunctionsCallRunsOnItsStack) {
  is_ready = true;
  const auto grow = typed<int32_t(int32_t)>("run");
  world.linker.func("host", "wait", [&]() -> Pausable<void> {
    EXPECT_EQ(take(grow(2)), 3);
    return {};
  });
  const Instance other = world.instance(pausing_text);
  for (int i = 0; i < 2; ++i) {
    const auto call = take(take(other.typed<void()>("wait")).start());
    EXPECT_TRUE(call.is_finished());
    EXPECT_EQ(take(grow(3)), 6);
  }
}

TEST_P(Pausing, CannotBeResumedByWhatItRuns) {
  std::optional<Resumable<int32_t>> call;
  world.linker.func("host", "next", [&](int32_t n) -> Pausable<int32_t> {
    if (n == 2) return pending;
    return pending;
  });
  instance = world.instance(pausing_text);
  call.emplace(take(typed<int32_t(int32_t)>("run").start(2)));
  auto wait = take(typed<void()>("wait").start());
  wait = take(typed<void()>("wait").start());
  EXPECT_TRUE(wait.is_paused());
  take(call->resume(int32_t{1}));
  EXPECT_TRUE(call->is_paused());
}

TEST_P(Pausing, CollectionsWhilePausedAndNestedKeepFrames) {
  world = World(hot_config(GetParam()));
  load(R"((module
    (import "host" "next" (func $next (param i32) (result i32)))
    (type $box (struct (field i32)))
    (func $churn (param $n i32)
      (loop $l (drop (struct.new $box (local.get $n)))
        (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
    (func (export "run") (param $n i32) (result i32) (local $a (ref null $box))
      (local.set $a (struct.new $box (local.get $n)))
      (call $churn (i32.const 1000))
      (i32.add (call $next (local.get $n)) (struct.get $box 0 (local.get $a))))))");
  const auto run = typed<int32_t(int32_t)>("run");
  std::vector<Resumable<int32_t>> calls;
  for (int32_t i = 0; i < 20; ++i) {
    calls.push_back(take(run.start(i + 1)));
    take(world.store.collect());
  }
  for (int32_t i = 19; i >= 0; --i) {
    take(calls[static_cast<std::size_t>(i)].resume(int32_t{1000}));
    EXPECT_EQ(take(calls[static_cast<std::size_t>(i)].result()), 1001 + i);
    take(world.store.collect());
  }
}

TEST_P(Pausing, ResumesOnOtherThreads) {
  auto call = take(typed<int32_t(int32_t)>("run").start(50));
  for (int32_t i = 0; i < 50; ++i) {
    std::thread([&] { take(call.resume(i)); }).join();
  }
  EXPECT_EQ(take(call.result()), 49 * 50 / 2);
}

TEST_P(Pausing, DroppedByAnotherThreadWhileTheStoreIsBusy) {
  auto object = std::make_shared<int>(17);
  const std::weak_ptr<int> watch = object;
  Rooted<ExternRef> handle(take(ExternRef::make(world.store, std::move(object))));
  std::optional call =
      take(typed<std::optional<ExternRef>(std::optional<ExternRef>)>("keep").start(*handle));
  handle.reset();
  world.linker.func("host", "wait", [&]() -> Pausable<void> {
    std::thread([&] { call.reset(); }).join();
    return {};
  });
  const Instance other = world.instance(pausing_text);
  take(take(other.typed<void()>("wait"))());
  take(world.store.collect());
  EXPECT_TRUE(watch.expired());
}

// One thread gives values, another takes the store for its own calls: each sees the other's use of
// the store as an error, and tries again.
TEST_P(Pausing, ThreadsHandCallsToEachOther) {
  constexpr int32_t rounds = 300;
  std::vector<Resumable<int32_t>> calls;
  for (int i = 0; i < 4; ++i) calls.push_back(take(typed<int32_t(int32_t)>("run").start(rounds)));
  std::vector<std::thread> threads;
  for (Resumable<int32_t>& call : calls) {
    threads.emplace_back([&call] {
      while (call.is_paused()) {
        const auto resumed = call.resume(int32_t{2});
        if (!resumed && resumed.error().kind() != ErrorKind::usage) return;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (Resumable<int32_t>& call : calls) EXPECT_EQ(take(call.result()), 2 * rounds);
}

TEST_P(Pausing, RandomInterruptionsEndCallsOrNot) {
  std::atomic<bool> done{false};
  const auto run = typed<int32_t(int32_t)>("run");
  std::thread stopper([&] {
    for (int i = 0; i < 300; ++i) {
      world.store.interrupt();
      std::this_thread::yield();
    }
    done = true;
  });
  int ended = 0;
  while (!done) {
    auto call = run.start(3);
    while (call && call->is_paused()) {
      const auto resumed = call->resume(int32_t{1});
      if (!resumed) {
        EXPECT_EQ(resumed.error().kind(), ErrorKind::interrupted);
        ++ended;
      }
    }
    if (call && call->is_finished()) {
      EXPECT_EQ(take(call->result()), 3);
    }
  }
  stopper.join();
  world.store.clear_interrupt();
  auto call = take(run.start(1));
  take(call.resume(int32_t{1}));
  EXPECT_TRUE(call.is_finished());
}

}  // namespace
}  // namespace wrun::test
