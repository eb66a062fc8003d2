// Several threads at once in one shared memory: for ThreadSanitizer above all.

#include <atomic>
#include <chrono>
#include <latch>
#include <thread>
#include <vector>

#include "tests/support/sanitized.hpp"
#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

using namespace std::chrono_literals;

constexpr int thread_count = 4;
constexpr int rounds = sanitized ? 300 : 2000;

constexpr std::string_view worker_text = R"((module
  (import "env" "memory" (memory 1 64 shared))
  (data $bytes "some bytes that everybody writes")

  ;; A lock at 0: 0 free, 1 taken, 2 taken and somebody waits.
  (func $lock
    (if (i32.eqz (i32.atomic.rmw.cmpxchg (i32.const 0) (i32.const 0) (i32.const 1)))
      (then (return)))
    (loop $again
      (if (i32.ne (i32.atomic.rmw.xchg (i32.const 0) (i32.const 2)) (i32.const 0))
        (then
          (drop (memory.atomic.wait32 (i32.const 0) (i32.const 2) (i64.const -1)))
          (br $again)))))
  (func $unlock
    (if (i32.eq (i32.atomic.rmw.xchg (i32.const 0) (i32.const 0)) (i32.const 2))
      (then (drop (memory.atomic.notify (i32.const 0) (i32.const 1))))))

  ;; Adds to an atomic counter at 16, to a plain one at 24 under the lock, and scribbles where all
  ;; others do, in all widths and unaligned, too.
  (func (export "work") (param $rounds i32) (param $me i32)
    (loop $next
      (drop (i64.atomic.rmw.add (i32.const 16) (i64.const 1)))
      (call $lock)
      (i64.store (i32.const 24) (i64.add (i64.load (i32.const 24)) (i64.const 1)))
      (call $unlock)
      (i32.store (i32.const 1024) (local.get $me))
      (i64.store (i32.const 1025) (i64.load (i32.const 1030)))
      (i32.store8 (i32.const 1026) (i32.load8_u (i32.const 1024)))
      (f64.store (i32.const 1032) (f64.load (i32.const 1024)))
      (i64.atomic.store (i32.const 1024) (i64.atomic.load (i32.const 1032)))
      (memory.fill (i32.const 2000) (local.get $me) (i32.const 300))
      (memory.copy (i32.const 2101) (i32.const 2000) (i32.const 200))
      (memory.init $bytes (i32.const 2050) (i32.const 0) (i32.const 32))
      (br_if $next (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1))))))

  ;; Lets the memory grow and writes to its end.
  (func (export "grow") (result i32)
    (local $before i32)
    (if (i32.eq (local.tee $before (memory.grow (i32.const 1))) (i32.const -1))
      (then (return (i32.const 0))))
    (i32.store (i32.mul (local.get $before) (i32.const 65536)) (i32.const 1))
    (i32.atomic.store offset=65532 (i32.mul (local.get $before) (i32.const 65536)) (i32.const 1))
    (i32.const 1))

  (func (export "sleep") (result i32)
    (memory.atomic.wait32 (i32.const 512) (i32.const 0) (i64.const -1)))))";

struct Crowd {
  Engine engine;
  SharedMemory memory;
  Prepared prepared;

  static Config config() {
    Config config;
    config.features = Features::all();
    return config;
  }
  Crowd()
      : engine(config()),
        memory(
            take(SharedMemory::make(engine, {.size = {.min = 1, .max = 64}, .is_shared = true}))),
        prepared([&] {
          Linker linker(engine);
          linker.define("env", "memory", memory);
          return take(linker.prepare(take(Module::from_text(engine, worker_text))));
        }()) {}

  /// Runs body(instance, i) on threads, each with a store of its own.
  template <class Body>
  void run(int count, Body body) {
    std::latch start(count);
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i) {
      threads.emplace_back([&, i] {
        Store store(engine);
        const Instance instance = take(prepared.instantiate(store));
        start.arrive_and_wait();
        body(instance, i);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
};

TEST(SharedStress, CountersUnderALockAndWithout) {
  Crowd crowd;
  std::atomic<bool> done{false};
  std::thread host([&] {
    std::uint8_t bytes[64];
    while (!done) {
      take(crowd.memory.copy_out(1020, bytes));
      take(crowd.memory.copy_in(2000, bytes));
      take(crowd.memory.fetch_add<std::uint32_t>(40, 1));
      std::this_thread::yield();
    }
  });
  crowd.run(thread_count, [](const Instance& instance, int i) {
    take(take(instance.typed<void(int, int)>("work"))(rounds, i));
  });
  done = true;
  host.join();
  EXPECT_EQ(take(crowd.memory.load<std::int64_t>(16)), thread_count * rounds);
  EXPECT_EQ(take(crowd.memory.load<std::int64_t>(24)), thread_count * rounds);
}

TEST(SharedStress, GrowingAndReaching) {
  Crowd crowd;
  std::atomic<int> grown{0};
  crowd.run(thread_count, [&](const Instance& instance, int) {
    const auto grow = take(instance.typed<int()>("grow"));
    while (take(grow()) == 1) ++grown;
  });
  EXPECT_EQ(grown, 63);
  for (std::uint64_t page = 1; page < 64; ++page) {
    EXPECT_EQ(take(crowd.memory.load<int>(page * 65536)), 1) << page;
    EXPECT_EQ(take(crowd.memory.load<int>(page * 65536 + 65532)), 1) << page;
  }
}

// Sleepers are woken by notify() or interrupted, whichever comes first; none sleeps on.
TEST(SharedStress, WakingAndInterrupting) {
  Crowd crowd;
  for (int round = 0; round < (sanitized ? 20 : 100); ++round) {
    std::vector<std::unique_ptr<Store>> stores;
    std::vector<std::thread> threads;
    std::atomic<int> woken{0}, interrupted{0};
    for (int i = 0; i < thread_count; ++i) {
      stores.push_back(std::make_unique<Store>(crowd.engine));
      const Instance instance = take(crowd.prepared.instantiate(*stores.back()));
      const auto sleep = take(instance.typed<int()>("sleep"));
      threads.emplace_back([&, sleep] {
        const auto result = sleep();
        if (result) {
          EXPECT_EQ(*result, 0);
          ++woken;
        } else {
          EXPECT_EQ(result.error().kind(), ErrorKind::interrupted);
          ++interrupted;
        }
      });
    }
    std::thread interrupter([&] {
      for (int i = 0; i < thread_count; i += 2) stores[static_cast<std::size_t>(i)]->interrupt();
    });
    std::uint32_t notified = 0;
    while (woken + interrupted < thread_count) {
      notified += take(crowd.memory.notify(512, 1));
      std::this_thread::yield();
    }
    interrupter.join();
    for (std::thread& thread : threads) thread.join();
    // One that was woken may have been interrupted before it returned.
    EXPECT_GE(notified, static_cast<std::uint32_t>(woken.load()));
    EXPECT_EQ(woken + interrupted, thread_count);
  }
}

TEST(SharedStress, StoresComeAndGo) {
  Crowd crowd;
  std::vector<std::thread> threads;
  for (int i = 0; i < thread_count; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < rounds / 20; ++round) {
        Store store(crowd.engine);
        const Instance instance = take(crowd.prepared.instantiate(store));
        take(take(instance.typed<void(int, int)>("work"))(2, i));
        take(take(instance.func("grow")).call());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(take(crowd.memory.load<std::int64_t>(16)), thread_count * (rounds / 20) * 2);
}

}  // namespace
}  // namespace wrun::test
