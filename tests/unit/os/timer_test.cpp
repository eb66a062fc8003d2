#include "lib/os/timer.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace wrun::os {
namespace {

using namespace std::chrono_literals;

void count_up(void* env) noexcept {
  static_cast<std::atomic<int>*>(env)->fetch_add(1);
}

void wait_for(const std::atomic<int>& value, int expected) {
  const TimePoint end = MonotonicClock::now() + 20s;
  while (value < expected && MonotonicClock::now() < end) std::this_thread::sleep_for(1ms);
}

TEST(Timer, RunsInTheOrderOfTime) {
  struct Log {
    std::atomic<int> count{0};
    int first = 0;
  } log;
  Timer timer;
  const TimePoint now = MonotonicClock::now();
  ASSERT_TRUE(timer.set(
      now + 40ms,
      [](void* env) noexcept {
        auto* l = static_cast<Log*>(env);
        if (l->count == 0) l->first = 40;
        l->count.fetch_add(1);
      },
      &log));
  ASSERT_TRUE(timer.set(
      now + 10ms,
      [](void* env) noexcept {
        auto* l = static_cast<Log*>(env);
        if (l->count == 0) l->first = 10;
        l->count.fetch_add(1);
      },
      &log));
  wait_for(log.count, 2);
  EXPECT_EQ(log.count, 2);
  EXPECT_EQ(log.first, 10);
  EXPECT_GE(MonotonicClock::now(), now + 40ms);
}

TEST(Timer, PastTimesRunAtOnce) {
  Timer timer;
  std::atomic<int> count{0};
  ASSERT_TRUE(timer.set(MonotonicClock::now() - 1h, count_up, &count));
  wait_for(count, 1);
  EXPECT_EQ(count, 1);
}

TEST(Timer, CancelledOnesDontRun) {
  std::atomic<int> count{0};
  {
    Timer timer;
    const auto id = timer.set(MonotonicClock::now() + 1h, count_up, &count);
    ASSERT_TRUE(id);
    EXPECT_TRUE(timer.cancel(*id));
    EXPECT_FALSE(timer.cancel(*id));
    ASSERT_TRUE(timer.set(MonotonicClock::now() + 1h, count_up, &count));
  }
  EXPECT_EQ(count, 0);
}

TEST(Timer, CancelWaitsForARunningCallback) {
  struct Env {
    std::atomic<bool> running{false};
    std::atomic<bool> done{false};
  } env;
  Timer timer;
  const auto id = timer.set(
      MonotonicClock::now(),
      [](void* e) noexcept {
        static_cast<Env*>(e)->running = true;
        std::this_thread::sleep_for(20ms);
        static_cast<Env*>(e)->done = true;
      },
      &env);
  ASSERT_TRUE(id);
  while (!env.running) std::this_thread::yield();
  EXPECT_FALSE(timer.cancel(*id));
  EXPECT_TRUE(env.done);
}

TEST(Timer, IsThreadSafe) {
  Timer timer;
  std::atomic<int> count{0};
  std::atomic<int> cancelled{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        const auto id =
            timer.set(MonotonicClock::now() + std::chrono::microseconds(i % 50), count_up, &count);
        if (id && i % 2 == 0 && timer.cancel(*id)) cancelled.fetch_add(1);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  wait_for(count, 2000 - cancelled);
  EXPECT_EQ(count + cancelled, 2000);
}

}  // namespace
}  // namespace wrun::os
