#include <wrun/pool.hpp>

#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

constexpr std::string_view counter_text = R"((module
  (memory (export "memory") 1)
  (global $n (mut i32) (i32.const 0))
  (func (export "count") (result i32)
    (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (i32.const 1)))
    (global.set $n (i32.add (global.get $n) (i32.const 1)))
    (i32.add (i32.mul (i32.load (i32.const 8)) (i32.const 10)) (global.get $n)))))";

int32_t count(const Lease& lease) {
  return take(take(lease.instance.typed<int32_t()>("count"))());
}

TEST(Pool, GivesFreshInstances) {
  World world;
  const Pool pool(take(world.linker.prepare(world.module(counter_text))), {.ready = 3});
  EXPECT_EQ(pool.ready(), 0u);
  take(pool.fill());
  EXPECT_EQ(pool.ready(), 3u);
  for (int round = 0; round < 10; ++round) {
    const Lease lease = take(pool.take());
    EXPECT_EQ(count(lease), 11);
    EXPECT_EQ(count(lease), 22);
  }
  EXPECT_EQ(pool.ready(), 0u);
}

TEST(Pool, AppliesLimitsAndBudgets) {
  World world(Config{.fuel = true});
  const Budget budget(BudgetLimits{.instances = 2});
  const auto prepared = take(world.linker.prepare(world.module(counter_text)));
  const Pool pool(prepared, {.ready = 2, .limits = {.fuel = 5}, .budget = budget});
  const Lease first = take(pool.take());
  EXPECT_EQ(kind_of(take(first.instance.typed<int32_t()>("count"))()), ErrorKind::limit);
  const Lease second = take(pool.take());
  EXPECT_EQ(kind_of(pool.take()), ErrorKind::limit);
  EXPECT_EQ(kind_of(pool.fill()), ErrorKind::limit);
  EXPECT_EQ(budget.usage().instances, 2u);
  const Pool too_much(prepared, {.limits = {.stack_bytes = 1ull << 40}});
  EXPECT_EQ(kind_of(too_much.take()), ErrorKind::usage);
}

TEST(Pool, LetsExceptionsOfStartFunctionsThrough) {
  World world;
  world.linker.func("host", "f", [] { throw std::runtime_error("at the start"); });
  const Pool pool(take(
      world.linker.prepare(world.module(R"((module (import "host" "f" (func $f)) (start $f)))"))));
  EXPECT_THROW((void)pool.take(), std::runtime_error);
  EXPECT_THROW((void)pool.fill(), std::runtime_error);
}

TEST(Pool, IsUsedByManyThreads) {
  World world;
  const Pool pool(take(world.linker.prepare(world.module(counter_text))));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&pool, i] {
      for (int round = 0; round < 100; ++round) {
        if (round % 10 == i) take(pool.fill());
        EXPECT_EQ(count(take(pool.take())), 11);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace wrun::test
