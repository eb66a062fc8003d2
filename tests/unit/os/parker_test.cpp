#include "lib/os/parker.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace wrun::test {
namespace {

using Clock = os::MonotonicClock;
using namespace std::chrono_literals;

TEST(Parker, AWakeUpBeforeTheSleepIsNotLost) {
  os::Parker parker;
  parker.unpark();
  const auto before = Clock::now();
  parker.park(before + 10s);
  EXPECT_LT(Clock::now() - before, 5s);
}

TEST(Parker, SleepsUntilTheTimeGiven) {
  os::Parker parker;
  const auto before = Clock::now();
  while (Clock::now() < before + 5ms) parker.park(before + 5ms);
  EXPECT_LT(Clock::now() - before, 2s);
  parker.park(before);  // past already
}

TEST(Parker, EachSignalIsSeen) {
  os::Parker parker;
  std::atomic<int> given{0};
  std::thread giver([&] {
    for (int i = 0; i < 2000; ++i) {
      ++given;
      parker.unpark();
      if (i % 100 == 0) std::this_thread::yield();
    }
  });
  while (given < 2000) parker.park(Clock::now() + 10s);
  giver.join();
  EXPECT_EQ(given, 2000);
}

}  // namespace
}  // namespace wrun::test
