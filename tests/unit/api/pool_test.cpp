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

constexpr std::string_view host_text = R"((module
  (import "host" "next" (func $next (result i32)))
  (import "host" "own" (func $own (result i32)))
  (table (export "t") 1 1 funcref)
  (elem (i32.const 0) $own)
  (export "own" (func $own))
  (func (export "next") (result i32) (call $next))
  (func (export "both") (result i32) (i32.add (call $next) (call_indirect (result i32) (i32.const 0))))))";

/// Host functions that are made once for all stores say so only by being one callable.
TEST(Pool, ItsHostFunctionsAreOfTheStoreThatCallsThem) {
  World world;
  int calls = 0;
  world.linker.func("host", "next", [&calls] { return ++calls; });
  world.linker.func("host", "own", [](Caller& caller) {
    caller.report({.bytes_in = 1});
    return static_cast<int32_t>(take(caller.store().usage()).host_calls);
  });
  const Pool pool(take(world.linker.prepare(world.module(host_text))));
  std::optional<Func> stale;
  for (int round = 1; round < 6; ++round) {
    const Lease lease = take(pool.take());
    if (stale) {
      EXPECT_EQ(kind_of(stale->type()), ErrorKind::usage);
    }
    EXPECT_EQ(take(take(lease.instance.typed<int32_t()>("next"))()), round);
    const Func own = take(lease.instance.func("own"));
    EXPECT_EQ(take(take(own.typed<int32_t()>())()), 2);
    const Usage usage = take(lease.store.usage());
    EXPECT_EQ(usage.host_calls, 2u);
    EXPECT_EQ(usage.host_work->bytes_in, 1u);
    stale = own;
  }
}

TEST(Pool, StoresThatCountCallsByNameHaveCountersOfTheirOwn) {
  World world;
  world.linker.func("host", "next", [] { return 1; });
  world.linker.func("host", "own", [] { return 1; });
  const auto prepared = take(world.linker.prepare(world.module(host_text)));
  const Pool plain(prepared);
  const Pool counted(prepared, {.limits = {.count_calls_by_name = true}});
  for (int round = 0; round < 3; ++round) {
    const Lease lease = take(counted.take());
    EXPECT_EQ(take(take(lease.instance.typed<int32_t()>("both"))()), 2);
    const auto calls = take(lease.store.usage()).host_calls_by_name;
    ASSERT_EQ(calls->size(), 2u);
    EXPECT_EQ((*calls)[0].second, 1u);
    EXPECT_EQ((*calls)[1].second, 1u);
    const Lease other = take(plain.take());
    EXPECT_EQ(take(take(other.instance.typed<int32_t()>("both"))()), 2);
    EXPECT_FALSE(take(other.store.usage()).host_calls_by_name);
  }
}

/// Counting begins with what is instantiated next, also of what the store has instances of already.
TEST(Pool, StoresMayBeginToCountCallsByName) {
  World world;
  world.linker.func("host", "next", [] { return 1; });
  world.linker.func("host", "own", [] { return 1; });
  const auto prepared = take(world.linker.prepare(world.module(host_text)));
  const auto both = [](const Instance& instance) {
    EXPECT_EQ(take(take(instance.typed<int32_t()>("both"))()), 2);
  };
  const Instance before = take(prepared.instantiate(world.store));
  both(before);
  take(world.store.limits({.count_calls_by_name = true}));
  const Instance after = take(prepared.instantiate(world.store));
  both(after);
  both(after);
  both(before);
  both(take(prepared.instantiate(world.store)));
  const auto calls = take(world.store.usage()).host_calls_by_name;
  ASSERT_EQ(calls->size(), 2u);
  EXPECT_EQ((*calls)[0], std::pair(std::string("host.next"), std::uint64_t{3}));
  EXPECT_EQ((*calls)[1], std::pair(std::string("host.own"), std::uint64_t{3}));
}

/// Whatever a tenant did to its tables, globals and segments.
TEST(Pool, NextTenantsSeeNothingOfFormerOnes) {
  World world;
  const Pool pool(take(world.linker.prepare(world.module(R"((module
    (memory (export "memory") 1) (data $d "data")
    (global $g (mut i32) (i32.const 7)) (global $r (mut funcref) (ref.null func))
    (table $t 4 10 funcref)
    (elem (table $t) (i32.const 1) func $one)
    (elem $passive funcref (ref.func $one) (ref.null func))
    (func $one (result i32) (i32.const 1))
    (func (export "spoil")
      (global.set $g (i32.const 1))
      (global.set $r (ref.func $one))
      (table.set $t (i32.const 3) (ref.func $one))
      (table.set $t (i32.const 1) (ref.null func))
      (drop (table.grow $t (ref.func $one) (i32.const 5)))
      (drop (memory.grow (i32.const 3)))
      (i32.store (i32.const 65532) (i32.const -1))
      (i32.store (i32.const 200000) (i32.const -1))
      (elem.drop $passive) (data.drop $d))
    (func (export "look") (result i32)
      (table.init $t $passive (i32.const 2) (i32.const 0) (i32.const 2))
      (memory.init $d (i32.const 0) (i32.const 0) (i32.const 4))
      (if (i32.eqz (ref.is_null (global.get $r))) (then (return (i32.const -1))))
      (if (i32.ne (table.size $t) (i32.const 4)) (then (return (i32.const -2))))
      (if (i32.eqz (ref.is_null (table.get $t (i32.const 3)))) (then (return (i32.const -3))))
      (if (ref.is_null (table.get $t (i32.const 1))) (then (return (i32.const -4))))
      (if (i32.ne (memory.size) (i32.const 1)) (then (return (i32.const -5))))
      (if (i32.load (i32.const 65532)) (then (return (i32.const -6))))
      (i32.add (global.get $g) (call_indirect $t (result i32) (i32.const 2))))
    (func (export "trap") unreachable)))"))));
  for (int round = 0; round < 6; ++round) {
    const Lease lease = take(pool.take());
    EXPECT_EQ(take(take(lease.instance.typed<int32_t()>("look"))()), 8);
    const Lease second = take(pool.take());
    take(take(second.instance.typed<void()>("spoil"))());
    const auto trap = take(second.instance.typed<void()>("trap"));
    if (round % 2 == 1) {
      EXPECT_EQ(kind_of(trap()), ErrorKind::trap);
    }
  }
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
