// Many instances of one module: that each begins as the first one did, and what they cost.

#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/sanitized.hpp"
#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

/// Data at the start, over a page's end, overlapping, and none in the last page.
constexpr std::string_view data_text = R"((module
  (import "host" "f" (func $f (result i32)))
  (memory (export "memory") 3 8)
  (data (i32.const 0) "first")
  (data (i32.const 4090) "over the end of a page")
  (data (i32.const 4092) "OVER")
  (data $passive "passive")
  (data $active (i32.const 70000) "second page of WebAssembly's")
  (global $g (export "g") (mut i32) (i32.const 5))
  (table (export "t") 4 funcref)
  (elem (i32.const 1) $f)
  (func (export "touch") (param $at i32) (result i32) (local $before i32)
    (local.set $before (i32.load8_u (local.get $at)))
    (i32.store8 (local.get $at) (i32.const 255))
    (global.set $g (i32.const 6))
    (local.get $before))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "init_active") (memory.init $active (i32.const 0) (i32.const 0) (i32.const 1)))
  (func (export "init_passive") (param i32)
    (memory.init $passive (local.get 0) (i32.const 0) (i32.const 7)))
  (func (export "size") (result i32) (memory.size))))";

struct Instances : testing::Test {
  World world;
  std::optional<Prepared> prepared;

  void prepare(std::string_view text) {
    world.linker.func("host", "f", [] { return 1; });
    prepared = take(world.linker.prepare(world.module(text)));
  }
  Instance make() { return take(prepared->instantiate(world.store)); }
  static std::string bytes(const Instance& instance, std::uint64_t at, std::uint64_t size) {
    const auto span = take(take(instance.memory("memory")).span(at, size));
    return {span.begin(), span.end()};
  }
  static std::string all(const Instance& instance) {
    return bytes(instance, 0, take(take(instance.memory("memory")).size()));
  }
};

TEST_F(Instances, BeginAllAsTheFirstOneDid) {
  prepare(data_text);
  const Instance first = make();
  const std::string initial = all(first);
  EXPECT_EQ(initial.size(), 3u * 65536);
  EXPECT_EQ(initial.substr(4088, 14), std::string("\0\0ovOVERhe end", 14));
  for (int round = 0; round < 20; ++round) {
    const Instance instance = make();
    ASSERT_EQ(all(instance), initial) << round;
    const auto touch = take(instance.typed<int32_t(int32_t)>("touch"));
    for (int32_t at = 0; at < 3 * 65536; at += 1111) {
      ASSERT_EQ(take(touch(at)), static_cast<unsigned char>(initial[static_cast<std::size_t>(at)]));
    }
    EXPECT_EQ(take(take(instance.global("g")).get()).get<int32_t>(), 6);
    const auto grow = take(instance.typed<int32_t(int32_t)>("grow"));
    EXPECT_EQ(take(grow(round % 6)), 3);
    if (round % 6 > 0) {
      EXPECT_EQ(take(touch(3 * 65536)), 0);
      EXPECT_EQ(take(touch((3 + round % 6) * 65536 - 1)), 0);
    }
    EXPECT_EQ(kind_of(take(instance.typed<void()>("init_active"))()), ErrorKind::trap);
    take(take(instance.typed<void(int32_t)>("init_passive"))(100));
    EXPECT_EQ(bytes(instance, 100, 7), "passive");
    take(instance.release());
    if (round % 3 == 0) take(world.store.collect());
  }
  EXPECT_EQ(all(first), initial);
}

TEST_F(Instances, KeepWhatAnotherModuleImportsOfThem) {
  prepare(data_text);
  make();
  const Instance instance = make();
  Linker linker(world.engine);
  linker.instance("a", instance);
  const Instance user = take(linker.instantiate(world.store, world.module(R"((module
    (import "a" "memory" (memory 1))
    (data (i32.const 0) "FIRST")
    (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))))")));
  take(instance.release());
  take(world.store.collect());
  const auto load = take(user.typed<int32_t(int32_t)>("load"));
  EXPECT_EQ(take(load(0)), 'F');
  EXPECT_EQ(take(load(70000)), 's');
  EXPECT_EQ(bytes(make(), 0, 5), "first");
}

TEST_F(Instances, WithDataOutOfBoundsNeverBegin) {
  prepare(R"((module (memory 1) (data (i32.const 0) "a") (data (i32.const 65535) "bc")))");
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(kind_of(prepared->instantiate(world.store)), ErrorKind::trap);
}

TEST_F(Instances, WithDataAtAnImportedPlaceAreMadeOneByOne) {
  world.linker.define("host", "g", take(Global::make(world.store, {ValType::i32(), false}, 77)));
  prepare(R"((module (import "host" "g" (global i32)) (memory (export "memory") 1)
    (data (i32.const 76) "abc") (data (global.get 0) "X")))");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(bytes(make(), 76, 3), "aXc");
}

TEST_F(Instances, ShareTheirHostFunctionsInAStore) {
  auto counter = std::make_shared<int>(0);
  const std::weak_ptr<int> watch = counter;
  world.linker.func("host", "f", [counter] { return ++*counter; });
  counter.reset();
  prepared =
      take(world.linker.prepare(world.module(R"((module (import "host" "f" (func $f (result i32)))
        (func (export "run") (result i32) (call $f))))")));
  for (int i = 1; i < 5; ++i) {
    const Instance instance = make();
    EXPECT_EQ(take(take(instance.typed<int32_t()>("run"))()), i);
    take(instance.release());
    take(world.store.collect());
  }
  prepared.reset();
  world.linker = Linker(world.engine);
  take(world.store.collect());
  EXPECT_TRUE(watch.expired());
}

/// What reaches a function keeps it, also when nothing else is left of its module.
TEST_F(Instances, LeaveHostFunctionsToTablesAndHandles) {
  auto counter = std::make_shared<int>(0);
  const std::weak_ptr<int> watch = counter;
  world.linker.func("host", "f", [counter] { return ++*counter; });
  counter.reset();
  const Instance table = world.instance(R"((module (table (export "t") 2 funcref)
    (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0)))))");
  prepared = take(world.linker.prepare(world.module(R"((module
    (import "host" "f" (func $f (result i32))) (export "f" (func $f)))"
                                                    ")")));
  const Instance first = make();
  const Func function = take(first.func("f"));
  take(take(table.table("t")).set(0, function));
  take(first.release());
  prepared.reset();
  world.linker = Linker(world.engine);
  take(world.store.collect());
  EXPECT_EQ(kind_of(function.type()), ErrorKind::usage);  // the instance's handle
  EXPECT_EQ(take(take(table.typed<int32_t()>("call"))()), 1);
  EXPECT_FALSE(watch.expired());
  take(take(table.table("t")).set(0, Val::null(HeapKind::func)));
  take(world.store.collect());
  EXPECT_TRUE(watch.expired());
}

TEST_F(Instances, AreMadeByManyThreads) {
  prepare(data_text);
  const Instance first = make();
  const std::string initial = all(first);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 50; ++round) {
        Store store(world.engine);
        const Instance instance = take(prepared->instantiate(store));
        EXPECT_EQ(all(instance), initial);
        const auto touch = take(instance.typed<int32_t(int32_t)>("touch"));
        for (int32_t at = i; at < 3 * 65536; at += 5000) (void)take(touch(at));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t size = 0, resident = 0;
  statm >> size >> resident;
  return resident * 4096;
}

constexpr std::string_view small_text = R"((module
  (import "host" "f" (func $f (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 1000) "some data")
  (table 10 funcref)
  (elem (i32.const 0) $f $run)
  (func $run (export "run") (param i32) (result i32)
    (i32.store (i32.const 2000) (local.get 0))
    (i32.add (call $f) (i32.load (i32.const 2000))))))";

TEST_F(Instances, TenThousandLiveAtOnce) {
  prepare(small_text);
  constexpr int32_t count = sanitized ? 500 : 10'000;
  std::vector<TypedFunc<int32_t(int32_t)>> runs;
  const std::uint64_t before = resident_bytes();
  for (int32_t i = 0; i < count; ++i) runs.push_back(take(make().typed<int32_t(int32_t)>("run")));
  for (int32_t i = 0; i < count; ++i) ASSERT_EQ(take(runs[static_cast<std::size_t>(i)](i)), i + 1);
  if (!sanitized) {
    EXPECT_LT((resident_bytes() - before) / count, 64u * 1024);
  }
}

constexpr std::string_view no_memory_text = R"((module
  (import "host" "f" (func $f (result i32)))
  (global $g (mut i32) (i32.const 0))
  (table 10 funcref)
  (elem (i32.const 0) $f $run)
  (func $run (export "run") (param i32) (result i32)
    (global.set $g (local.get 0))
    (i32.add (call_indirect (result i32) (i32.const 0)) (global.get $g)))))";

/// Each memory is a mapping of its own, or two, of which Linux lets a process have 65,530 unless it
/// is told otherwise. Without memories it is bytes that count.
TEST_F(Instances, WithoutMemoriesAHundredThousandLiveAtOnce) {
  prepare(no_memory_text);
#if defined(WRUN_LONG_TESTS)
  constexpr int32_t count = sanitized ? 10'000 : 100'000;
#else
  constexpr int32_t count = sanitized ? 500 : 20'000;
#endif
  std::vector<TypedFunc<int32_t(int32_t)>> runs;
  const std::uint64_t before = resident_bytes();
  for (int32_t i = 0; i < count; ++i) runs.push_back(take(make().typed<int32_t(int32_t)>("run")));
  for (int32_t i = 0; i < count; ++i) ASSERT_EQ(take(runs[static_cast<std::size_t>(i)](i)), i + 1);
  if (!sanitized) {
    EXPECT_LT((resident_bytes() - before) / count, 4u * 1024);
  }
}

TEST_F(Instances, CreatedAndDestroyedWithoutEndTakeNoMore) {
  prepare(small_text);
#if defined(WRUN_LONG_TESTS)
  constexpr int32_t count = 1'000'000;
#else
  constexpr int32_t count = sanitized ? 2'000 : 50'000;
#endif
  std::uint64_t before = 0;
  for (int32_t i = 0; i < count; ++i) {
    if (i == count / 5) before = resident_bytes();
    const Instance instance = make();
    ASSERT_EQ(take(take(instance.typed<int32_t(int32_t)>("run"))(i)), i + 1);
    take(instance.release());
  }
  if (!sanitized) {
    EXPECT_LT(resident_bytes(), before + 16 * 1024 * 1024);
  }
}

}  // namespace
}  // namespace wrun::test
