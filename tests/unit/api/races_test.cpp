// What several threads may do at once, in every tier, for as long as ThreadSanitizer needs to see
// it. Without a sanitizer they test that results are right whatever the threads' timing.

#include <atomic>
#include <chrono>
#include <deque>
#include <latch>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

constexpr int threads_at_once = 8;

constexpr std::string_view guest = R"((module
  (import "host" "ask" (func $ask (param i32) (result i32)))
  (memory (export "memory") 1)
  (table $t 4 funcref)
  (type $box (struct (field i32)))
  (func $fib (export "fib") (param i32) (result i32)
    (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
      (then (local.get 0))
      (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))
                     (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
  (func (export "boxes") (param i32) (result i32) (local i32)
    (loop
      (local.set 1 (i32.add (local.get 1) (struct.get $box 0 (struct.new $box (local.get 0)))))
      (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get 1))
  (func (export "sum") (param i32) (result i32)
    (i32.add (call $ask (local.get 0)) (call $ask (i32.add (local.get 0) (i32.const 1)))))
  (func (export "forever") (param i32) (result i32)
    (loop (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (i32.const 1))) (br 0))
    (unreachable))))";

template <class Body>
void on_threads(const Body& body) {
  std::latch start(threads_at_once);
  std::vector<std::thread> threads;
  for (int t = 0; t < threads_at_once; ++t) {
    threads.emplace_back([&, t] {
      start.arrive_and_wait();
      body(t);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

struct Raced {
  Engine engine;
  Linker linker{engine};
  Module module;
  Prepared prepared;

  explicit Raced(Tier tier)
      : engine(Config{.tier = tier, .hot_after = 3}),
        module(take(Module::from_text(engine, guest))),
        prepared([this] {
          linker.func("host", "ask", [](int x) -> Pausable<int> {
            if (x % 3 == 0) return x;
            return pending;
          });
          return take(linker.prepare(module));
        }()) {}
};

class Races : public testing::TestWithParam<Tier> {};
INSTANTIATE_TEST_SUITE_P(Tiers, Races,
                         testing::Values(Tier::interpreter, Tier::compiler, Tier::automatic));

TEST_P(Races, OneModuleOnEightThreads) {
  Raced shared(GetParam());
  std::atomic<int> right = 0;
  on_threads([&](int t) {
    for (int i = 0; i < 5; ++i) {
      Store store(shared.engine);
      const Instance instance = take(shared.prepared.instantiate(store));
      if (take(take(instance.typed<int(int)>("fib"))(10)) == 55) ++right;
      if (take(take(instance.typed<int(int)>("boxes"))(100 + t)) == (100 + t) * (101 + t) / 2)
        ++right;
      take(Module::from_text(shared.engine, guest));
    }
  });
  EXPECT_EQ(right, 2 * 5 * threads_at_once);
}

TEST_P(Races, StoresMoveFromThreadToThread) {
  Raced shared(GetParam());
  struct Moved {
    Store store;
    TypedFunc<int(int)> fib;
  };
  std::mutex mutex;
  std::deque<Moved> waiting;
  for (int i = 0; i < threads_at_once / 2; ++i) {
    Store store(shared.engine);
    const auto fib = take(take(shared.prepared.instantiate(store)).typed<int(int)>("fib"));
    waiting.push_back({std::move(store), fib});
  }
  std::atomic<int> right = 0;
  on_threads([&](int) {
    for (int done = 0; done < 20;) {
      std::unique_lock lock(mutex);
      if (waiting.empty()) {
        lock.unlock();
        std::this_thread::yield();
        continue;
      }
      Moved moved = std::move(waiting.front());
      waiting.pop_front();
      lock.unlock();
      if (take(moved.fib(8)) == 21) ++right;
      ++done;
      lock.lock();
      waiting.push_back(std::move(moved));
    }
  });
  EXPECT_EQ(right, 20 * threads_at_once);
}

TEST_P(Races, PausedCallsGoOnElsewhere) {
  Raced shared(GetParam());
  struct Paused {
    Store store;
    Resumable<int> call;
    int number;
  };
  std::mutex mutex;
  std::deque<Paused> waiting;
  std::atomic<int> left = 40 * threads_at_once;
  std::atomic<int> right = 0;
  on_threads([&](int t) {
    for (int i = 0; i < 40; ++i) {
      Store store(shared.engine);
      const auto sum = take(take(shared.prepared.instantiate(store)).typed<int(int)>("sum"));
      const int number = t * 40 + i;
      auto call = take(sum.start(number));
      const std::lock_guard lock(mutex);
      waiting.push_back({std::move(store), std::move(call), number});
    }
    while (left > 0) {
      std::unique_lock lock(mutex);
      if (waiting.empty()) {
        lock.unlock();
        std::this_thread::yield();
        continue;
      }
      Paused paused = std::move(waiting.front());
      waiting.pop_front();
      lock.unlock();
      if (paused.call.is_paused()) {
        take(paused.call.resume(paused.number % 3 == 0 ? paused.number + 1 : paused.number));
        if (paused.call.is_paused()) take(paused.call.resume(paused.number + 1));
      }
      // One of the two questions may have been answered at once.
      const int result = take(paused.call.result());
      if (result == 2 * paused.number + 1) ++right;
      --left;
    }
  });
  EXPECT_EQ(right, 40 * threads_at_once);
}

/// A call that stopped for an interruption that was taken back meanwhile goes on as if there had
/// been none: its index, which may have been in a register only, is what it was.
TEST_P(Races, InterruptionsThatAreTakenBack) {
  World world(Config{.tier = GetParam(), .hot_after = 3});
  const Instance instance = world.instance(R"((module
    (type $super (sub (func (param i32) (result i32))))
    (type $sub (sub final $super (func (param i32) (result i32))))
    (table 10 funcref)
    (elem (i32.const 3) $right)
    (elem (i32.const 0) $wrong $wrong)
    (func $wrong (type $sub) (i32.const -7))
    (func $right (type $sub) (i32.const 5))
    (func (export "run") (param i32) (result i32) (local $n i32) (local $sum i32)
      (loop $again
        (local.set $sum (i32.add (local.get $sum)
          (call_indirect (type $super) (i32.const 5) (i32.add (local.get 0) (i32.const 1)))))
        (local.set $sum (i32.add (local.get $sum)
          (call_indirect (type $sub) (i32.const 5) (i32.add (local.get 0) (i32.const 1)))))
        (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1)))
                                (i32.const 50))))
      (local.get $sum))))");
  const auto run = take(instance.typed<int(int)>("run"));
  std::atomic<bool> done = false;
  std::thread interrupter([&] {
    while (!done) world.store.interrupt();
  });
  for (int i = 0; i < 100'000; ++i) {
    world.store.clear_interrupt();
    const auto sum = run(2);
    if (sum ? *sum != 500 : kind_of(sum) != ErrorKind::interrupted) {
      ADD_FAILURE() << (sum ? std::to_string(*sum) : sum.error().message());
      break;
    }
  }
  done = true;
  interrupter.join();
}

TEST_P(Races, InterruptionsAtRandomMoments) {
  constexpr int interruptions = 10'000;
  Raced shared(GetParam());
  struct Target {
    Store store;
    TypedFunc<int(int)> forever;
    std::atomic<int> struck{0};

    explicit Target(Raced& from)
        : store(from.engine),
          forever(take(take(from.prepared.instantiate(store)).typed<int(int)>("forever"))) {}
  };
  std::deque<Target> targets;
  for (int i = 0; i < threads_at_once / 2; ++i) targets.emplace_back(shared);
  std::atomic<bool> done = false;
  std::vector<std::thread> runners;
  for (Target& target : targets) {
    runners.emplace_back([&] {
      do {  // at least once, however late a busy machine lets this thread begin
        const auto result = target.forever(0);
        ASSERT_EQ(kind_of(result), ErrorKind::interrupted);
        ++target.struck;
      } while (!done);
    });
  }
  std::vector<std::thread> interrupters;
  for (int t = 0; t < 2; ++t) {
    interrupters.emplace_back([&, t] {
      std::minstd_rand random(static_cast<unsigned>(t + 1));
      for (int i = 0; i < interruptions / 2; ++i) {
        targets[random() % targets.size()].store.interrupt();
        for (unsigned spin = random() % 400; spin > 0; --spin)
          std::atomic_signal_fence(std::memory_order_seq_cst);
        if (random() % 100 == 0) std::this_thread::yield();
      }
    });
  }
  for (std::thread& thread : interrupters) thread.join();
  done = true;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    std::atomic<bool> ended = false;
    // Whoever began a call after the last interruption needs one more.
    std::thread waker([&] {
      while (!ended) {
        targets[i].store.interrupt();
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    });
    runners[i].join();
    ended = true;
    waker.join();
    EXPECT_GT(targets[i].struck, 0);
  }
}

}  // namespace
}  // namespace wrun::test
