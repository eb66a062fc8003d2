// Every limit of a store and of a budget, in every tier: what happens at it, who is told, and what
// usage says of it.

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <wrun/usage.hpp>

#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view accounted_text = R"((module
  (import "host" "f" (func $f))
  (import "host" "read" (func $read (param i32)))
  (memory (export "memory") 1)
  (table $t 1 funcref)
  (type $bytes (array i8))
  (global $kept (mut (ref null $bytes)) (ref.null $bytes))
  (func (export "forever") (loop (br 0)))
  (func (export "spin") (param i32)
    (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
  (func (export "calls") (param i32)
    (loop (call $f) (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
  (func (export "read") (param i32) (call $read (local.get 0)))
  (func (export "read_on") (param i32)
    (loop (call $read (local.get 0)) (br 0)))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "grow_table") (param i32) (result i32)
    (table.grow $t (ref.null func) (local.get 0)))
  (func (export "keep") (param i32)
    (global.set $kept (array.new_default $bytes (local.get 0))))))";

struct Guest : World {
  int calls = 0;
  Instance instance;

  explicit Guest(Tier tier, bool fuel = false)
      : World(Config{.tier = tier, .hot_after = 2, .fuel = fuel}) {
    define(linker);
    instance = World::instance(accounted_text);
  }
  void define(Linker& into) {
    into.func("host", "f", [this] { ++calls; });
    into.func("host", "read", [](Caller& caller, int bytes) {
      caller.report({static_cast<std::uint64_t>(bytes), 1, {}});
    });
  }
  template <class... A>
  Result<std::vector<Val>> call(std::string_view name, A... args) {
    return take(instance.func(name)).call({Val(args)...});
  }
};

class Resources : public testing::TestWithParam<Tier> {};
INSTANTIATE_TEST_SUITE_P(Tiers, Resources,
                         testing::Values(Tier::interpreter, Tier::compiler, Tier::automatic));

TEST_P(Resources, WallTimeEndsACallAndTheNextOnes) {
  Guest guest(GetParam());
  take(guest.store.limits({.wall_time = 20ms}));
  const auto late = guest.call("forever");
  ASSERT_EQ(kind_of(late), ErrorKind::limit);
  EXPECT_EQ(late.error().trap(), TrapCode::deadline);
  EXPECT_EQ(late.error().message(), "used up: the store's wall_time");
  EXPECT_EQ(kind_of(guest.call("spin", 1)), ErrorKind::limit);
  const Usage usage = take(guest.store.usage());
  ASSERT_TRUE(usage.wall_time.has_value());
  EXPECT_GE(*usage.wall_time, 20ms);
  // Limits count from when they are set.
  take(guest.store.limits({.wall_time = 10s}));
  take(guest.call("spin", 1000));
  EXPECT_GE(take(guest.store.usage()).wall_time.value(), *usage.wall_time);
}

TEST_P(Resources, CpuTimeIsNotSpentAsleep) {
  Guest guest(GetParam());
  guest.linker.func("host", "f", [] { std::this_thread::sleep_for(50ms); });
  guest.instance = guest.World::instance(accounted_text);
  take(guest.store.limits({.cpu_time = 40ms}));
  take(guest.call("calls", 1));
  const Usage asleep = take(guest.store.usage());
  EXPECT_LT(asleep.cpu_time.value(), 40ms);
  EXPECT_GE(asleep.wall_time.value(), 50ms);
  const auto late = guest.call("forever");
  ASSERT_EQ(kind_of(late), ErrorKind::limit);
  EXPECT_EQ(late.error().message(), "used up: the store's cpu_time");
  EXPECT_GE(take(guest.store.usage()).cpu_time.value(), 40ms);
}

TEST_P(Resources, TimeThatNobodyAsksForIsNotMeasured) {
  Guest guest(GetParam());
  take(guest.call("spin", 10));
  EXPECT_FALSE(take(guest.store.usage()).wall_time.has_value());
  EXPECT_FALSE(take(guest.store.usage()).cpu_time.has_value());
  take(guest.store.limits({.measure_time = true}));
  take(guest.call("spin", 1'000'000));
  EXPECT_GT(take(guest.store.usage()).wall_time.value(), 0ns);
  EXPECT_GT(take(guest.store.usage()).cpu_time.value(), 0ns);
}

TEST_P(Resources, HostCallsAreRefusedExactly) {
  Guest guest(GetParam());
  take(guest.store.limits({.host_calls = 5}));
  take(guest.call("calls", 3));
  const auto over = guest.call("calls", 3);
  ASSERT_EQ(kind_of(over), ErrorKind::limit);
  EXPECT_EQ(over.error().message(), "used up: the store's host_calls");
  EXPECT_FALSE(over.error().details()->backtrace.empty());
  EXPECT_EQ(guest.calls, 5);
  EXPECT_EQ(take(guest.store.usage()).host_calls, 5u);
  take(guest.call("spin", 1));
  take(guest.store.limits({.host_calls = 1}));
  take(guest.call("calls", 1));
  EXPECT_EQ(kind_of(guest.call("calls", 1)), ErrorKind::limit);
  EXPECT_EQ(guest.calls, 6);
}

TEST_P(Resources, HostBytesEndTheCall) {
  Guest guest(GetParam());
  take(guest.store.limits({.host_bytes = 1000}));
  const auto over = guest.call("read_on", 99);
  ASSERT_EQ(kind_of(over), ErrorKind::limit);
  EXPECT_EQ(over.error().message(), "used up: the store's host_bytes");
  const Usage usage = take(guest.store.usage());
  EXPECT_GT(usage.host_work->bytes_in + usage.host_work->bytes_out, 1000u);
  EXPECT_LE(usage.host_work->bytes_in + usage.host_work->bytes_out, 1200u);
  EXPECT_EQ(kind_of(guest.call("spin", 1)), ErrorKind::limit);
  take(guest.store.limits({}));
  take(guest.call("read", 5000));
}

TEST_P(Resources, SoftLimitsTellAndStopNothing) {
  Guest guest(GetParam(), true);
  std::vector<SoftLimitPassed> told;
  Limits limits;
  limits.soft.memory_bytes = 2 * 65536;
  limits.soft.table_elements = 4;
  limits.soft.instances = 1;
  limits.soft.heap_bytes = 100'000;
  limits.soft.host_calls = 2;
  limits.soft.host_bytes = 100;
  limits.soft.fuel = 20'000;
  limits.soft.passed = [&](const SoftLimitPassed& passed) {
    told.push_back(passed);
    EXPECT_EQ(kind_of(guest.store.usage()), ErrorKind::usage);
  };
  take(guest.store.limits(limits));
  EXPECT_EQ(take(guest.store.usage()).soft_limits_passed, 0u);
  const auto expect_told = [&](Resource resource, std::uint64_t limit) {
    ASSERT_FALSE(told.empty()) << text(resource);
    EXPECT_EQ(told.back().resource, resource);
    EXPECT_EQ(told.back().limit, limit);
    EXPECT_GT(told.back().used, limit);
    EXPECT_FALSE(told.back().of_budget);
    EXPECT_TRUE(take(guest.store.usage()).passed(resource));
    told.clear();
  };
  EXPECT_EQ(take(guest.call("grow", 1)).at(0).get<int>(), 1);
  EXPECT_TRUE(told.empty());
  EXPECT_EQ(take(guest.call("grow", 1)).at(0).get<int>(), 2);
  expect_told(Resource::memory_bytes, 2 * 65536);
  EXPECT_EQ(take(guest.call("grow_table", 4)).at(0).get<int>(), 1);
  expect_told(Resource::table_elements, 4);
  take(guest.call("keep", 200'000));
  expect_told(Resource::heap_bytes, 100'000);
  take(guest.call("calls", 3));
  expect_told(Resource::host_calls, 2);
  take(guest.call("read", 100));
  expect_told(Resource::host_bytes, 100);
  take(guest.call("spin", 20'000));
  expect_told(Resource::fuel, 20'000);
  guest.World::instance("(module)");
  expect_told(Resource::instances, 1);
  EXPECT_FALSE(take(guest.store.usage()).passed(Resource::cpu_time));
  take(guest.store.limits({}));
  EXPECT_EQ(take(guest.store.usage()).soft_limits_passed, 0u);
}

TEST_P(Resources, SoftTimesAreToldWhileTheCallRuns) {
  Guest guest(GetParam());
  std::atomic<int> wall = 0, cpu = 0;
  Limits limits;
  limits.cpu_time = 60ms;
  limits.soft.wall_time = 5ms;
  limits.soft.cpu_time = 10ms;
  limits.soft.passed = [&](const SoftLimitPassed& passed) {
    ++(passed.resource == Resource::wall_time ? wall : cpu);
  };
  take(guest.store.limits(limits));
  EXPECT_EQ(kind_of(guest.call("forever")), ErrorKind::limit);
  EXPECT_EQ(wall, 1);
  EXPECT_EQ(cpu, 1);
}

TEST_P(Resources, CallsByName) {
  Guest guest(GetParam());
  EXPECT_FALSE(take(guest.store.usage()).host_calls_by_name.has_value());
  const Budget budget;
  {
    Store store(guest.engine, budget);
    take(store.limits({.count_calls_by_name = true}));
    Linker linker(guest.engine);
    guest.define(linker);
    const Instance instance = take(linker.instantiate(store, guest.module(accounted_text)));
    take(take(instance.func("calls")).call({7}));
    take(take(instance.func("read")).call({7}));
    using Calls = std::vector<std::pair<std::string, std::uint64_t>>;
    const Calls expected{{"host.f", 7}, {"host.read", 1}};
    EXPECT_EQ(take(store.usage()).host_calls_by_name, expected);
    EXPECT_EQ(budget.usage().host_calls_by_name, expected);
  }
  EXPECT_EQ(budget.usage().host_calls_by_name->size(), 2u);
}

/// A budget's stores on threads of their own, each running `body` until that says no more.
template <class Body>
void on_threads(Tier tier, const Budget& budget, int count, const Body& body) {
  const Engine engine(Config{.tier = tier, .hot_after = 2});
  const Module module = take(Module::from_text(engine, accounted_text));
  std::vector<std::thread> threads;
  for (int t = 0; t < count; ++t) {
    threads.emplace_back([&] {
      Store store(engine, budget);
      Linker linker(engine);
      linker.func("host", "f", [] {});
      linker.func("host", "read", [](Caller& caller, int bytes) {
        caller.report({static_cast<std::uint64_t>(bytes), 0, {}});
      });
      body(store, take(linker.instantiate(store, module)));
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_P(Resources, ThreadsShareABudgetsTime) {
  const Budget budget({.cpu_time = 200ms});
  const auto begun = std::chrono::steady_clock::now();
  on_threads(GetParam(), budget, 4, [](Store&, const Instance& instance) {
    const auto late = take(instance.func("forever")).call();
    ASSERT_EQ(kind_of(late), ErrorKind::limit);
    EXPECT_EQ(late.error().message(), "used up: the budget's cpu_time");
  });
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 30s);
  EXPECT_GE(budget.usage().cpu_time.value(), 200ms);
  EXPECT_LT(budget.usage().cpu_time.value(), 600ms);
}

TEST_P(Resources, ThreadsShareABudgetsHostCalls) {
  std::atomic<int> told = 0;
  BudgetLimits limits{.host_calls = 10'000};
  limits.soft.host_calls = 5'000;
  limits.soft.passed = [&](const SoftLimitPassed& passed) {
    EXPECT_TRUE(passed.of_budget);
    ++told;
  };
  const Budget budget(limits);
  on_threads(GetParam(), budget, 4, [](Store&, const Instance& instance) {
    const auto over = take(instance.func("calls")).call({1'000'000});
    ASSERT_EQ(kind_of(over), ErrorKind::limit);
    EXPECT_EQ(over.error().message(), "used up: the budget's host_calls");
  });
  EXPECT_EQ(budget.usage().host_calls, 10'000u);
  EXPECT_EQ(told, 1);
  EXPECT_TRUE(budget.usage().passed(Resource::host_calls));
}

TEST_P(Resources, ThreadsShareABudgetsHostBytes) {
  const Budget budget({.host_bytes = 1'000'000});
  on_threads(GetParam(), budget, 4, [](Store&, const Instance& instance) {
    EXPECT_EQ(kind_of(take(instance.func("read_on")).call({1000})), ErrorKind::limit);
  });
  EXPECT_GT(budget.usage().host_work->bytes_in, 1'000'000u);
  EXPECT_LE(budget.usage().host_work->bytes_in, 1'010'000u);
}

TEST_P(Resources, ThreadsShareABudgetsStacks) {
  Guest guest(GetParam());
  const Budget budget({.stack_bytes = 5 << 20});
  std::vector<Store> stores;
  int started = 0;
  for (int i = 0; i < 8; ++i) {
    stores.emplace_back(guest.engine, budget);
    Linker linker(guest.engine);
    guest.define(linker);
    const Instance instance = take(linker.instantiate(stores.back(), guest.module(accounted_text)));
    const auto run = take(instance.func("spin")).call({1});
    if (run) {
      ++started;
    } else {
      EXPECT_EQ(run.error().kind(), ErrorKind::limit) << run.error().message();
    }
  }
  EXPECT_GE(started, 2);
  EXPECT_LE(started, 5);
  EXPECT_LE(budget.usage().stack_bytes, 5u << 20);
  EXPECT_GT(budget.usage().stack_bytes, 0u);
  stores.clear();
  EXPECT_EQ(budget.usage().stack_bytes, 0u);
  EXPECT_GT(budget.usage().stack_peak_bytes, 0u);
}

TEST(ResourceUsage, LoopsGoOnInterpretedWithoutAStackForMachineCode) {
  World world({.tier = Tier::automatic, .hot_after = 100, .compile_threads = 0});
  const Budget budget({.stack_bytes = 3 << 19});
  Store store(world.engine, budget);
  const Module module = world.module(R"((module
    (func (export "sum") (param i32) (result i32) (local i32)
      (loop
        (local.set 1 (i32.add (local.get 1) (local.get 0)))
        (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
      (local.get 1))))");
  const Instance instance = take(world.linker.instantiate(store, module));
  EXPECT_EQ(take(take(instance.typed<std::int32_t(std::int32_t)>("sum"))(1000)), 500500);
}

TEST(ResourceUsage, SumsMemoryOverTime) {
  const Budget budget;
  Guest guest(Tier::interpreter);
  {
    Store store(guest.engine, budget);
    const Memory memory = take(Memory::make(store, {{16, {}, false}, false, 16}));
    std::this_thread::sleep_for(50ms);
    const double held = take(store.usage()).memory_byte_seconds;
    EXPECT_GE(held, 0.05 * (1 << 20));
    EXPECT_GE(budget.usage().memory_byte_seconds, 0.05 * (1 << 20));
    take(memory.grow(16));
    std::this_thread::sleep_for(50ms);
    EXPECT_GE(take(store.usage()).memory_byte_seconds, held + 0.1 * (1 << 20));
  }
  const double all = budget.usage().memory_byte_seconds;
  EXPECT_GE(all, 0.15 * (1 << 20));
  std::this_thread::sleep_for(5ms);
  EXPECT_EQ(budget.usage().memory_byte_seconds, all);
}

TEST(ResourceUsage, OfABudgetSaysWhatWasNotMeasured) {
  const Budget budget;
  EXPECT_EQ(budget.usage().instructions, 0u);
  EXPECT_FALSE(budget.usage().wall_time.has_value());
  EXPECT_FALSE(budget.usage().host_work.has_value());
  const Store store(Engine(Config{}), budget);
  EXPECT_FALSE(budget.usage().instructions.has_value());
}

TEST(ResourceUsage, TextOfLists) {
  Usage usage;
  usage.host_calls_by_name.emplace().emplace_back("host.f\"", 3);
  usage.soft_limits_passed = 1u << static_cast<unsigned>(Resource::cpu_time);
  const std::string json = to_json(usage);
  EXPECT_NE(json.find(R"("host_calls_by_name":{"host.f\"":3},"soft_limits_passed":["cpu_time"]})"),
            json.npos)
      << json;
  const std::vector<LabelledUsage> all{{{{"tenant", "a"}}, usage}};
  const std::string text = to_prometheus(all);
  EXPECT_NE(text.find("wrun_host_calls_by_name_total{tenant=\"a\",function=\"host.f\\\"\"} 3\n"),
            text.npos)
      << text;
  EXPECT_NE(text.find("wrun_soft_limit_passed{tenant=\"a\",resource=\"cpu_time\"} 1\n"), text.npos);
}

}  // namespace
}  // namespace wrun::test
