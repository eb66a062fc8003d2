#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

/// Compares i32s in memory, counts its calls, and traps on 13.
constexpr std::string_view comparator_text = R"((module
  (import "host" "seen" (func $seen (param i32)))
  (memory (export "memory") 1)
  (global $calls (export "calls") (mut i32) (i32.const 0))
  (func (export "compare") (param $a i32) (param $b i32) (result i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (call $seen (i32.load (local.get $a)))
    (if (i32.eq (i32.load (local.get $a)) (i32.const 13)) (then (unreachable)))
    (i32.sub (i32.gt_s (i32.load (local.get $a)) (i32.load (local.get $b)))
             (i32.lt_s (i32.load (local.get $a)) (i32.load (local.get $b)))))
  (func (export "twice") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
  (func (export "next") (param i32) (result i32) (i32.add (local.get 0) (i32.const 4)))
  (func (export "widen") (param i32 i32) (result i32)
    (i32.sub (local.get 0) (local.get 1)))
  (func (export "wide") (param i64 f32 f64) (result f64)
    (f64.add (f64.convert_i64_s (local.get 0))
             (f64.add (f64.promote_f32 (local.get 1)) (local.get 2))))
  (func (export "spin") (loop (br 0)))
  (func (export "deep") (call 7))))";

using Compare = int(const void*, const void*);

struct Callback : testing::Test {
  World world;
  Instance instance;
  Memory memory;

  void SetUp() override {
    world.linker.func("host", "seen", [](int32_t value) {
      if (value == 99) throw std::runtime_error("seen 99");
    });
    instance = world.instance(comparator_text);
    memory = take(instance.memory("memory"));
  }
  Func func(std::string_view name) { return take(instance.func(name)); }

  int32_t* numbers(std::initializer_list<int32_t> values) {
    auto* at = reinterpret_cast<int32_t*>(take(memory.span(256, values.size() * 4)).data());
    std::copy(values.begin(), values.end(), at);
    return at;
  }
};

TEST_F(Callback, SortsWithAComparatorInWebAssembly) {
  const auto compare = take(func("compare").as_native<Compare>(memory));
  int32_t* at = numbers({5, -3, 7, 0, 5, -2147483647});
  std::qsort(at, 6, 4, compare.get());
  take(compare.check());
  EXPECT_EQ(std::vector(at, at + 6), (std::vector<int32_t>{-2147483647, -3, 0, 5, 5, 7}));
}

TEST_F(Callback, FailsOnceAndThenReturnsZeroAtOnce) {
  const auto compare = take(func("compare").as_native<Compare>(memory));
  int32_t* at = numbers({5, 13, 7, 13, 1});
  std::qsort(at, 5, 4, compare.get());
  const int32_t calls = take(take(instance.global("calls")).get()).get<int32_t>().value();
  EXPECT_EQ(compare.get()(at, at), 0);
  EXPECT_EQ(take(take(instance.global("calls")).get()).get<int32_t>().value(), calls);
  const auto failed = compare.check();
  ASSERT_EQ(kind_of(failed), ErrorKind::trap);
  EXPECT_EQ(failed.error().trap(), TrapCode::unreachable);
  take(compare.check());
  numbers({2, 1});
  EXPECT_EQ(compare.get()(at, at + 1), 1);
}

TEST_F(Callback, KeepsWhatHostFunctionsThrow) {
  const auto compare = take(func("compare").as_native<Compare>(memory));
  int32_t* at = numbers({99, 1});
  EXPECT_EQ(compare.get()(at, at + 1), 0);
  EXPECT_THROW((void)compare.check(), std::runtime_error);
  take(compare.check());
}

TEST_F(Callback, TakesPointersIntoItsMemoryOnly) {
  const auto compare = take(func("compare").as_native<Compare>(memory));
  const int32_t elsewhere = 1;
  EXPECT_EQ(compare.get()(&elsewhere, &elsewhere), 0);
  EXPECT_EQ(kind_of(compare.check()), ErrorKind::usage);
  const auto next = take(func("next").as_native<char*(char*)>(memory));
  auto* base = reinterpret_cast<char*>(take(memory.span()).data());
  EXPECT_EQ(next.get()(base + 8), base + 12);
  EXPECT_EQ(next.get()(nullptr), base + 4);
  EXPECT_EQ(next.get()(base + 65536), nullptr);
  EXPECT_EQ(kind_of(next.check()), ErrorKind::usage);
}

TEST_F(Callback, FollowsAMemoryThatMoves) {
  const auto next = take(func("next").as_native<char*(char*)>(memory));
  take(memory.grow(200));
  auto* base = reinterpret_cast<char*>(take(memory.span()).data());
  EXPECT_EQ(next.get()(base + 65536 * 100), base + 65536 * 100 + 4);
}

TEST_F(Callback, PassesNumbersOfAllKinds) {
  const auto wide = take(func("wide").as_native<double(long long, float, double)>());
  EXPECT_DOUBLE_EQ(wide.get()(-5'000'000'000, 0.5f, 0.25), -5'000'000'000 + 0.75);
  const auto narrow = take(func("widen").as_native<signed char(signed char, unsigned short)>());
  EXPECT_EQ(narrow.get()(-1, 1), -2);
  EXPECT_EQ(narrow.get()(100, 65535), static_cast<signed char>(100 - 65535));
  const auto twice = take(func("twice").as_native<unsigned(unsigned)>());
  EXPECT_EQ(twice.get()(0x8000'0001u), 2u);
}

TEST_F(Callback, ChecksTypesWhenItIsMade) {
  EXPECT_EQ(kind_of(func("twice").as_native<int(long long)>()), ErrorKind::usage);
  EXPECT_EQ(kind_of(func("twice").as_native<void(int)>()), ErrorKind::usage);
  EXPECT_EQ(kind_of(func("twice").as_native<float(int)>()), ErrorKind::usage);
  EXPECT_EQ(kind_of(func("twice").as_native<int(void*)>()), ErrorKind::usage);
  EXPECT_EQ(kind_of(Func().as_native<int(int)>()), ErrorKind::usage);
}

TEST_F(Callback, IsStaleAfterItsStore) {
  auto twice = take(func("twice").as_native<int(int)>());
  EXPECT_EQ(twice.get()(4), 8);
  { const Store gone = std::move(world.store); }
  EXPECT_EQ(twice.get()(4), 0);
  EXPECT_EQ(kind_of(twice.check()), ErrorKind::usage);
}

TEST_F(Callback, EndsByInterruption) {
  const auto spin = take(func("spin").as_native<void()>());
  std::thread stopper([&] { world.store.interrupt(); });
  spin.get()();
  stopper.join();
  EXPECT_EQ(kind_of(spin.check()), ErrorKind::interrupted);
}

TEST_F(Callback, RunsOnAnyThreadButOneAtATime) {
  const auto twice = take(func("twice").as_native<int(int)>());
  std::thread([&] { EXPECT_EQ(twice.get()(21), 42); }).join();
  world.linker.func("host", "call",
                    [&] { std::thread([&] { EXPECT_EQ(twice.get()(21), 0); }).join(); });
  const auto run = take(
      world.instance(R"((module (import "host" "call" (func $f)) (func (export "run") (call $f))))")
          .typed<void()>("run"));
  take(run());
  EXPECT_EQ(kind_of(twice.check()), ErrorKind::usage);
}

// The guest calls qsort, which calls the guest.
TEST(NativeBothWays, AGuestSortsWithItsOwnComparator) {
  World world;
  Func comparator;
  Memory memory;
  world.linker.func("host", "sort", [&](uint32_t at, uint32_t count) -> Result<void> {
    auto compare = comparator.as_native<Compare>(memory);
    if (!compare) return std::move(compare).error();
    auto bytes = memory.span(at, std::uint64_t{count} * 4);
    if (!bytes) return std::move(bytes).error();
    std::qsort(bytes->data(), count, 4, compare->get());
    return compare->check();
  });
  const Instance instance = world.instance(R"((module
    (import "host" "sort" (func $sort (param i32 i32)))
    (memory (export "memory") 1)
    (data (i32.const 8) "\09\00\00\00\03\00\00\00\05\00\00\00")
    (func (export "compare") (param i32 i32) (result i32)
      (if (i32.eqz (i32.load (local.get 1))) (then (unreachable)))
      (i32.sub (i32.load (local.get 0)) (i32.load (local.get 1))))
    (func (export "run") (param i32 i32) (call $sort (local.get 0) (local.get 1)))))");
  comparator = take(instance.func("compare"));
  memory = take(instance.memory("memory"));
  const auto run = take(instance.typed<void(uint32_t, uint32_t)>("run"));
  take(run(8, 3));
  EXPECT_EQ(take(memory.read<int32_t>(8)), 3);
  EXPECT_EQ(take(memory.read<int32_t>(16)), 9);
  const auto trapped = run(8, 4);
  ASSERT_EQ(kind_of(trapped), ErrorKind::trap);
  EXPECT_EQ(trapped.error().trap(), TrapCode::unreachable);
}

TEST_F(Callback, IsEmptyOnceMovedFrom) {
  auto twice = take(func("twice").as_native<int32_t(int32_t)>());
  const auto moved = std::move(twice);
  EXPECT_EQ(moved.get()(4), 8);
  take(moved.check());
  EXPECT_EQ(twice.get(), nullptr);
  const auto failed = twice.check();
  ASSERT_EQ(kind_of(failed), ErrorKind::usage);
  EXPECT_EQ(failed.error().message().find("this NativeCallback is empty"), 0u);
}

}  // namespace
}  // namespace wrun::test
