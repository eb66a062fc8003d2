// One meaning in every tier: results, traps and where they are, fuel, limits; calls from one tier
// into the other.

#include <atomic>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "lib/api/inspect.hpp"
#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

class Tiers : public testing::TestWithParam<Tier> {};

INSTANTIATE_TEST_SUITE_P(All, Tiers,
                         testing::Values(Tier::interpreter, Tier::automatic, Tier::compiler));

std::string many_locals() {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "i32 ";
  return text;
}

/// $even and $odd call each other through the host and through a table; its many locals keep one of
/// them interpreted.
const std::string mixed = R"((module
  (import "host" "step" (func $step (param i32) (result i32)))
  (type $f (func (param i32) (result i32)))
  (table funcref (elem $even $odd $divide))
  (func $even (export "even") (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 1))))
    (call_indirect (type $f) (call $step (local.get 0)) (i32.const 1)))
  (func $odd (export "odd") (param i32) (result i32) (local v128) (local )" +
                          many_locals() + R"()
    (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
    (local.set 1 (i32x4.splat (local.get 0)))
    (call_indirect (type $f) (call $step (i32x4.extract_lane 2 (local.get 1))) (i32.const 0)))
  (func $divide (export "divide") (param i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0))
      (then (i32.div_u (i32.const 1) (local.get 0)))
      (else (i32.add (i32.const 1) (call $divide (call $step (local.get 0)))))))
  (func (export "sum") (param i64) (result i64) (local i64)
    (loop
      (local.set 1 (i64.add (local.get 1) (local.get 0)))
      (br_if 0 (i64.ne (local.tee 0 (i64.sub (local.get 0) (i64.const 1))) (i64.const 0))))
    (local.get 1))
  (func $deep (export "deep") (result i32) (i32.add (i32.const 1) (call $deep)))
  (func (export "forever") (loop (br 0)))))";

/// For a thousand frames with many locals.
Config with_room(Config config) {
  config.stack_bytes = std::uint64_t{64} << 20;
  return config;
}

struct Mixed : World {
  Instance instance_;

  explicit Mixed(const Config& config) : World(with_room(config)) {
    linker.func("host", "step", [](int x) { return x - 1; });
    instance_ = instance(mixed);
  }
};

TEST_P(Tiers, CallEachOtherAtAnyDepth) {
  Mixed world(hot_config(GetParam()));
  auto even = take(world.instance_.typed<int(int)>("even"));
  for (int n : {0, 1, 2, 7, 1000}) EXPECT_EQ(take(even(n)), n % 2 == 0) << n;
}

TEST_P(Tiers, TrapInTheSamePlaces) {
  Mixed world(hot_config(GetParam()));
  auto divide = take(world.instance_.typed<int(int)>("divide"));
  for (int round = 0; round < 3; ++round) {
    const auto result = divide(3);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().trap(), TrapCode::integer_divide_by_zero);
    ASSERT_EQ(result.error().details()->backtrace.size(), 4u);
    const auto innermost = result.error().details()->backtrace.front();
    const auto outermost = result.error().details()->backtrace.back();
    EXPECT_EQ(innermost.func_index, outermost.func_index);
    EXPECT_LT(innermost.offset, outermost.offset);
  }
}

TEST_P(Tiers, GoOnInLoops) {
  Mixed world(hot_config(GetParam()));
  auto sum = take(world.instance_.typed<int64_t(int64_t)>("sum"));
  EXPECT_EQ(take(sum(100'000)), 5'000'050'000);
}

TEST_P(Tiers, ChargeTheSameFuel) {
  Mixed world(hot_config(GetParam(), true));
  auto even = take(world.instance_.typed<int(int)>("even"));
  auto sum = take(world.instance_.typed<int64_t(int64_t)>("sum"));
  take(world.store.limits({.fuel = 1'000'000}));
  take(even(10));
  take(sum(1000));
  const auto used = 1'000'000 - take(world.store.fuel());
  Mixed reference(hot_config(Tier::interpreter, true));
  take(reference.store.limits({.fuel = 1'000'000}));
  take(take(reference.instance_.typed<int(int)>("even"))(10));
  take(take(reference.instance_.typed<int64_t(int64_t)>("sum"))(1000));
  EXPECT_EQ(used, 1'000'000 - take(reference.store.fuel()));
}

TEST_P(Tiers, EndRecursionInExhaustion) {
  Mixed world(hot_config(GetParam()));
  auto deep = take(world.instance_.typed<int()>("deep"));
  for (int round = 0; round < 3; ++round) EXPECT_EQ(kind_of(deep()), ErrorKind::exhaustion);
  EXPECT_EQ(take(take(world.instance_.typed<int(int)>("even"))(8)), 1);
}

TEST_P(Tiers, LetThemselvesBeInterrupted) {
  Mixed world(hot_config(GetParam()));
  auto forever = take(world.instance_.typed<void()>("forever"));
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    world.store.interrupt();
  });
  EXPECT_EQ(kind_of(forever()), ErrorKind::interrupted);
  other.join();
}

TEST(Compiler, SaysWhatItCompiled) {
  Mixed world(hot_config(Tier::automatic));
  if (world.engine.info().tier == "interpreter") GTEST_SKIP() << world.engine.info().tier_reason;
  take(take(world.instance_.typed<int64_t(int64_t)>("sum"))(1000));
  const api::CompiledCounts counts = api::compiled_functions(take(world.instance_.module()));
  EXPECT_GE(counts.functions, 1u);
  EXPECT_EQ(counts.loops, 1u);
  EXPECT_GT(counts.bytes, 0u);
}

TEST(Compiler, SaysWhyAFunctionStaysInterpreted) {
  Mixed world(hot_config(Tier::compiler));
  if (world.engine.info().tier == "interpreter") GTEST_SKIP() << world.engine.info().tier_reason;
  take(take(world.instance_.typed<int(int)>("even"))(10));
  const api::CompiledCounts counts = api::compiled_functions(take(world.instance_.module()));
  ASSERT_EQ(counts.interpreted.size(), 1u);
  EXPECT_EQ(counts.interpreted[0].second, "5002 locals");
}

/// Lines of /proc/self/maps whose pages may be written to and executed.
std::string writable_and_executable() {
  std::string found;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const std::size_t rights = line.find(' ') + 1;
    if (line[rights + 1] == 'w' && line[rights + 2] == 'x') found += line + "\n";
  }
  return found;
}

TEST(Compiler, NoPageIsWritableAndExecutable) {
  std::atomic<int> running{4};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&running, i] {
      for (int round = 0; round < 30; ++round) {
        Config config = hot_config(i % 2 == 0 ? Tier::compiler : Tier::automatic);
        config.compile_threads = i == 3 ? 1 : 0;
        Mixed world(config);
        EXPECT_EQ(take(take(world.instance_.typed<int(int)>("even"))(10)), 1);
        EXPECT_EQ(take(take(world.instance_.typed<int64_t(int64_t)>("sum"))(1000)), 500'500);
      }
      --running;
    });
  }
  std::size_t looks = 0;
  std::string found;
  for (; running > 0 && found.empty(); ++looks) found = writable_and_executable();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(found + writable_and_executable(), "");
  EXPECT_GT(looks, 0u);
}

}  // namespace
}  // namespace wrun::test
