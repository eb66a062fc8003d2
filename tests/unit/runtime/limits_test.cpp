#include "lib/runtime/limits.hpp"

#include <poll.h>

#include <thread>

#include "lib/runtime/memory.hpp"
#include "tests/unit/runtime/module_builder.hpp"

namespace wrun::runtime {
namespace {

using namespace std::chrono_literals;
using LimitsTest = RuntimeTest;

TEST(Meter, CountsNowAndPeakUpToItsCap) {
  Meter meter;
  meter.set_cap(10);
  EXPECT_TRUE(meter.take(7));
  EXPECT_FALSE(meter.take(4));
  EXPECT_TRUE(meter.take(3));
  meter.give(5);
  EXPECT_EQ(meter.now(), 5u);
  EXPECT_EQ(meter.peak(), 10u);
  meter.set_cap(2);
  EXPECT_FALSE(meter.take(0));
  EXPECT_EQ(meter.now(), 5u);
}

TEST(Meter, NeverGoesOverItsCapFromManyThreads) {
  Meter meter;
  meter.set_cap(100);
  std::atomic<bool> over{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10'000; ++i) {
        if (!meter.take(30)) continue;
        if (meter.now() > 100) over = true;
        meter.give(30);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_FALSE(over);
  EXPECT_EQ(meter.now(), 0u);
  EXPECT_LE(meter.peak(), 90u);
}

TEST_F(LimitsTest, ABudgetSumsOverStores) {
  auto budget = std::make_shared<Budget>();
  budget->memory_bytes.set_cap(3 * 65536);
  {
    Store one({registry, timer, nullptr, budget});
    Store two({registry, timer, nullptr, budget});
    auto first = create_memory(one, {{2, {}, false}});
    ASSERT_TRUE(first);
    const auto refused = create_memory(two, {{2, {}, false}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind(), ErrorKind::limit);
    EXPECT_TRUE(create_memory(two, {{1, {}, false}}));
    EXPECT_EQ(grow(**first, 1), std::nullopt);
    EXPECT_EQ(budget->memory_bytes.now(), 3u * 65536);
  }
  EXPECT_EQ(budget->memory_bytes.now(), 0u);
  EXPECT_EQ(budget->memory_bytes.peak(), 3u * 65536);
}

TEST_F(LimitsTest, FuelIsTakenFromTheBudgetAndGivenBack) {
  auto budget = std::make_shared<Budget>();
  budget->fuel.set_cap(1000);
  {
    Store store({registry, timer, nullptr, budget});
    EXPECT_EQ(store.state().fuel, 0);  // nobody said how much of the tenant's it may have
    Limits limits;
    EXPECT_FALSE(store.set_limits(limits));
    limits.fuel = 1001;
    EXPECT_FALSE(store.set_limits(limits));
    limits.fuel = 600;
    ASSERT_TRUE(store.set_limits(limits));
    store.state().fuel -= 100;
    EXPECT_EQ(store.fuel_used(), 100u);
    Store other({registry, timer, nullptr, budget});
    EXPECT_FALSE(other.set_limits(limits));
    limits.fuel = 900;
    ASSERT_TRUE(store.set_limits(limits));
    EXPECT_EQ(store.state().fuel, 900);
    EXPECT_EQ(store.fuel_granted(), 1000u);
    store.state().fuel -= 50;
    store.state().host_calls = 3;
    store.report_usage();
    store.report_usage();
    EXPECT_EQ(budget->fuel_used, 150u);
    EXPECT_EQ(budget->host_calls.now(), 3u);
  }
  EXPECT_EQ(budget->fuel.now(), 150u);
  EXPECT_EQ(budget->fuel_used, 150u);
}

TEST_F(LimitsTest, FuelIsEndlessUnlessLimited) {
  Store store(config());
  EXPECT_EQ(store.state().fuel, std::numeric_limits<std::int64_t>::max());
  store.state().fuel -= 5;
  EXPECT_EQ(store.fuel_used(), 5u);
}

TEST_F(LimitsTest, TheStackIsMadeOnceWithTheSizeAskedFor) {
  Store store(config());
  EXPECT_TRUE(store.state().should_stop());
  Limits limits;
  limits.stack_bytes = 100'000;
  ASSERT_TRUE(store.set_limits(limits));
  ASSERT_TRUE(store.ensure_stack());
  ASSERT_TRUE(store.ensure_stack());
  const ExecState& state = store.state();
  EXPECT_EQ(state.limit, state.stack_end);
  EXPECT_GE((state.stack_end - state.stack_top) * sizeof(Slot), 100'000u);
  state.stack_top->set(1);
  (state.stack_end - 1)->set(1);
}

TEST_F(LimitsTest, AHopelessStackIsAnError) {
  Store store(config());
  Limits limits;
  limits.stack_bytes = 1ull << 62;
  ASSERT_TRUE(store.set_limits(limits));
  const auto refused = store.ensure_stack();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::limit);
  limits.stack_bytes = 0;
  EXPECT_FALSE(store.set_limits(limits));
}

TEST_F(LimitsTest, ARequestBeforeTheFirstEntryIsKept) {
  Store store(config());
  store.state().request(ExecState::Stop::interrupted);
  ASSERT_TRUE(store.ensure_stack());
  EXPECT_TRUE(store.state().should_stop());
  store.state().rearm_after(ExecState::Stop::deadline);
  EXPECT_TRUE(store.state().should_stop());
  store.state().rearm_after(ExecState::Stop::interrupted);
  EXPECT_FALSE(store.state().should_stop());
}

TEST_F(LimitsTest, ADeadlineStopsAndALaterOneRearms) {
  Store store(config());
  ASSERT_TRUE(store.ensure_stack());
  Limits limits;
  limits.deadline = os::MonotonicClock::now() + 10ms;
  ASSERT_TRUE(store.set_limits(limits));
  while (!store.state().should_stop()) std::this_thread::yield();
  EXPECT_GE(os::MonotonicClock::now(), *limits.deadline);
  EXPECT_EQ(store.state().stop, ExecState::Stop::deadline);
  limits.deadline = os::MonotonicClock::now() + 1h;
  ASSERT_TRUE(store.set_limits(limits));
  EXPECT_FALSE(store.state().should_stop());
}

// A request sets the flag first: between that and the wake-up, new limits may have come.
TEST_F(LimitsTest, NewLimitsTakeBackLateWakeUps) {
  Store store(config());
  pollfd wake{store.state().wake.fd(), POLLIN, 0};
  store.state().wake.set();
  EXPECT_EQ(poll(&wake, 1, 0), 1);
  ASSERT_TRUE(store.set_limits({}));
  EXPECT_EQ(poll(&wake, 1, 0), 0);
  store.state().request(ExecState::Stop::interrupted);
  ASSERT_TRUE(store.set_limits({}));
  EXPECT_EQ(poll(&wake, 1, 0), 1);
}

TEST_F(LimitsTest, ADeadlineNeedsATimer) {
  Store store({registry, nullptr, nullptr, nullptr});
  Limits limits;
  limits.deadline = os::MonotonicClock::now();
  const auto refused = store.set_limits(limits);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::usage);
}

TEST_F(LimitsTest, NoRequestIsLostToRearming) {
  Store store(config());
  ASSERT_TRUE(store.ensure_stack());
  ExecState& state = store.state();
  std::atomic<bool> done{false};
  std::thread deadlines([&] {
    while (!done) state.request(ExecState::Stop::deadline);
  });
  std::thread rearming([&] {
    while (!done) state.rearm_after(ExecState::Stop::deadline);
  });
  state.request(ExecState::Stop::interrupted);
  std::this_thread::sleep_for(20ms);
  done = true;
  deadlines.join();
  rearming.join();
  EXPECT_TRUE(state.should_stop());
  EXPECT_TRUE(state.requested(ExecState::Stop::interrupted));
}

TEST_F(LimitsTest, StoresMoveBetweenThreads) {
  ModuleBuilder builder(registry);
  builder.func(builder.type({}, {})).memory(1).table(3);
  const auto module = builder.build();
  std::vector<std::thread> threads;
  std::atomic<int> failures{0};
  for (int t = 0; t < 4; ++t) {
    auto store = std::make_shared<Store>(config());
    if (!instantiate(*store, module, {})) failures.fetch_add(1);
    threads.emplace_back([store = std::move(store), module, &failures] {
      for (int i = 0; i < 200; ++i) {
        const auto instance = instantiate(*store, module, {});
        if (!instance || !store->release(store->handle(**instance))) failures.fetch_add(1);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
}

}  // namespace
}  // namespace wrun::runtime
