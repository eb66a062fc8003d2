// Calls of host functions, which machine code makes by itself where it can: in every tier the same
// values, failures, counts, backtraces.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <vector>

#include "lib/api/state.hpp"
#include "tests/unit/api/support.hpp"
#include "tests/unit/wasm/allocation_counter.hpp"

namespace wrun::test {
namespace {

class HostCalls : public testing::TestWithParam<Tier> {
 protected:
  World world_{hot_config(GetParam())};
};

INSTANTIATE_TEST_SUITE_P(All, HostCalls,
                         testing::Values(Tier::interpreter, Tier::automatic, Tier::compiler));

/// Integers and floats in turn, more than there are registers for.
constexpr const char* many_text = R"((module
  (import "host" "many" (func $many
    (param i32 f64 i64 f32 i32 f64 i64 f32 i32 f64 i64 f32 i32 f64 i64 f32 i32 f64 i64 f32)
    (result f64)))
  (func (export "run") (param i32) (result f64)
    (call $many
      (local.get 0) (f64.const 2) (i64.const 3) (f32.const 4) (i32.const 5) (f64.const 6)
      (i64.const -7) (f32.const 8) (i32.const -9) (f64.const 10) (i64.const 11) (f32.const 12)
      (i32.const 13) (f64.const 14) (i64.const 15) (f32.const 16) (i32.const 17) (f64.const 18)
      (i64.const 19) (f32.const 20)))))";

TEST_P(HostCalls, PassArgumentsInRegistersAndOnTheStack) {
  using I = int32_t;
  using L = int64_t;
  using F = float;
  using D = double;
  const auto many = [](I a, D b, L c, F d, I e, D f, L g, F h, I i, D j, L k, F l, I m, D n, L o,
                       F p, I q, D r, L s, F t) -> D {
    const D values[] = {D(a), b,    D(c), d,    D(e), f,    D(g), h,    D(i), j,
                        D(k), D(l), D(m), D(n), D(o), D(p), D(q), D(r), D(s), D(t)};
    D sum = 0;
    for (const D value : values) sum = sum * 3 + value;
    return sum;
  };
  world_.linker.func("host", "many", many);
  const auto run = take(world_.instance(many_text).typed<double(int32_t)>("run"));
  const D expected = many(1, 2, 3, 4, 5, 6, -7, 8, -9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20);
  for (int round = 0; round < 5; ++round) EXPECT_EQ(take(run(1)), expected);
}

TEST_P(HostCalls, ReturnEachType) {
  world_.linker.func("host", "i32", [](int32_t x) { return -x; });
  world_.linker.func("host", "i64", [](int64_t x) { return -x; });
  world_.linker.func("host", "f32", [](float x) { return -x; });
  world_.linker.func("host", "f64", [](double x) { return -x; });
  int none = 0;
  world_.linker.func("host", "none", [&none] { ++none; });
  world_.linker.func("host", "two", [](int32_t x) { return std::tuple(x + 1, x + 2.5); });
  world_.linker.func("host", "v128", [](V128 x) { return x; });
  const Instance instance = world_.instance(R"((module
    (import "host" "i32" (func $i32 (param i32) (result i32)))
    (import "host" "i64" (func $i64 (param i64) (result i64)))
    (import "host" "f32" (func $f32 (param f32) (result f32)))
    (import "host" "f64" (func $f64 (param f64) (result f64)))
    (import "host" "none" (func $none))
    (import "host" "two" (func $two (param i32) (result i32 f64)))
    (import "host" "v128" (func $v128 (param v128) (result v128)))
    (func (export "run") (param i32) (result i64)
      (call $none)
      (i64.add (i64.extend_i32_u (call $i32 (local.get 0))) (i64.add
        (call $i64 (i64.const 5)) (i64.add
        (i64.trunc_f32_s (call $f32 (f32.const 7))) (i64.trunc_f64_s (call $f64 (f64.const 9)))))))
    (func (export "two") (param i32) (result f64) (local f64)
      (call $two (local.get 0)) (local.set 1)
      (f64.add (f64.convert_i32_s) (local.get 1)))
    (func (export "lane") (param i32) (result i32)
      (i32x4.extract_lane 3 (call $v128 (i32x4.splat (local.get 0)))))))");
  const auto run = take(instance.typed<int64_t(int32_t)>("run"));
  const auto two = take(instance.typed<double(int32_t)>("two"));
  const auto lane = take(instance.typed<int32_t(int32_t)>("lane"));
  for (int round = 0; round < 5; ++round) {
    EXPECT_EQ(take(run(3)), int64_t{0xffff'fffd} - 5 - 7 - 9);
    EXPECT_EQ(take(two(4)), 5 + 6.5);
    EXPECT_EQ(take(lane(77)), 77);
  }
  EXPECT_EQ(none, 5);
}

/// Returns an i32 as C++ may: the register's upper half is anything.
int64_t with_upper_half(void*, runtime::CallContext*, int64_t x) noexcept {
  return x;
}

TEST_P(HostCalls, ReturnNoMoreThanTheirTypes) {
  auto low = detail::make_host_func([](int64_t x) { return static_cast<int32_t>(x); });
  low.typed = reinterpret_cast<detail::AnyThunk>(&with_upper_half);
  LinkerAccess::add(world_.linker, "host", "low", std::move(low));
  const Instance instance = world_.instance(R"((module
    (import "host" "low" (func $low (param i64) (result i32)))
    (memory 1)
    (data (i32.const 8) "\05")
    (func (export "extend") (param i64) (result i64)
      (i64.extend_i32_u (call $low (local.get 0))))
    (func (export "load") (param i64) (result i32)
      (i32.load (call $low (local.get 0))))))");
  const auto extend = take(instance.typed<int64_t(int64_t)>("extend"));
  const auto load = take(instance.typed<int32_t(int64_t)>("load"));
  for (int round = 0; round < 5; ++round) {
    EXPECT_EQ(take(extend(int64_t{0x7654'3210'8000'0001})), 0x8000'0001);
    EXPECT_EQ(take(load(int64_t{0x7654'3210'0000'0008})), 5);
  }
}

constexpr const char* one_text = R"((module
  (import "host" "one" (func $one (param i32) (result i32)))
  (func $run (export "run") (param i32) (result i32)
    (i32.add (i32.const 100) (call $one (local.get 0))))
  (func (export "loop") (param i32) (result i32) (local i32)
    (loop (local.set 1 (i32.add (local.get 1) (call $one (local.get 0))))
      (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get 1))))";

TEST_P(HostCalls, FailWithErrorsAndExceptions) {
  world_.linker.func("host", "one", [](int32_t x) -> Result<int32_t> {
    if (x == 1) return Error(ErrorKind::host, "refused");
    if (x == 2) throw std::runtime_error("thrown");
    return x;
  });
  const auto run = take(world_.instance(one_text).typed<int32_t(int32_t)>("run"));
  for (int round = 0; round < 4; ++round) {
    EXPECT_EQ(take(run(0)), 100);
    const auto refused = run(1);
    EXPECT_EQ(kind_of(refused), ErrorKind::host);
    EXPECT_EQ(refused.error().message(), "refused");
    ASSERT_EQ(refused.error().details()->backtrace.size(), 1u);
    EXPECT_EQ(refused.error().details()->backtrace[0].func_name, "run");
    EXPECT_THROW(static_cast<void>(run(2)), std::runtime_error);
  }
}

TEST_P(HostCalls, AreCountedAndLimited) {
  world_.linker.func("host", "one", [](int32_t x) { return x; });
  const auto loop = take(world_.instance(one_text).typed<int32_t(int32_t)>("loop"));
  EXPECT_EQ(take(loop(100)), 5050);
  EXPECT_EQ(take(world_.store.usage()).host_calls, 100u);
  take(world_.store.limits({.host_calls = 150}));
  EXPECT_EQ(take(loop(100)), 5050);
  EXPECT_EQ(kind_of(loop(100)), ErrorKind::limit);
  EXPECT_EQ(take(world_.store.usage()).host_calls, 250u);
}

TEST_P(HostCalls, SeeTheirCallersAndCallBack) {
  std::optional<TypedFunc<int32_t(int32_t)>> again;
  std::size_t frames = 0;
  world_.linker.func("host", "one", [&](Caller& caller, int32_t x) -> Result<int32_t> {
    frames = caller.backtrace().size();
    if (x == 0) return 0;
    EXPECT_TRUE(caller.instance());
    return (*again)(x - 1);
  });
  again = take(world_.instance(one_text).typed<int32_t(int32_t)>("run"));
  for (int round = 0; round < 4; ++round) {
    EXPECT_EQ(take((*again)(5)), 600);
    EXPECT_EQ(frames, 6u);
  }
}

TEST_P(HostCalls, FindExportsOfTheirCallerByKind) {
  int looked = 0;
  world_.linker.func("host", "look", [&](Caller& caller) -> Result<void> {
    EXPECT_EQ(take(take(caller.memory("memory")).size()), 65536u);
    EXPECT_EQ(take(take(caller.table("table")).size()), 7u);
    EXPECT_EQ(take(take(caller.global("global")).get()).get<int32_t>(), 5);
    EXPECT_EQ(take(take(caller.tag("tag")).type()).params.size(), 1u);
    EXPECT_EQ(take(take(caller.typed<int32_t(int32_t)>("twice"))(21)), 42);
    EXPECT_EQ(kind_of(caller.typed<void()>("twice")), ErrorKind::usage);
    EXPECT_EQ(kind_of(caller.typed<void()>("none")), ErrorKind::usage);
    EXPECT_EQ(kind_of(caller.table("memory")), ErrorKind::usage);
    EXPECT_EQ(kind_of(caller.global("table")), ErrorKind::usage);
    EXPECT_EQ(kind_of(caller.tag("global")), ErrorKind::usage);
    ++looked;
    return {};
  });
  const Instance instance = world_.instance(R"((module (import "host" "look" (func $look))
    (memory (export "memory") 1) (table (export "table") 7 funcref)
    (global (export "global") i32 (i32.const 5)) (tag (export "tag") (param i64))
    (func (export "twice") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
    (func (export "run") (call $look))))");
  take(take(instance.typed<void()>("run"))());
  EXPECT_EQ(looked, 1);
  EXPECT_TRUE(take(take(instance.tag("tag")).is_same(take(instance.tag("tag")))));
  EXPECT_EQ(kind_of(instance.tag("run")), ErrorKind::usage);
  EXPECT_EQ(kind_of(instance.tag("none")), ErrorKind::usage);
}

TEST_P(HostCalls, FindTheirCallersAfterInnerCalls) {
  std::optional<TypedFunc<int32_t(int32_t)>> inner;
  std::vector<Instance> callers;
  world_.linker.func("host", "one", [&](Caller& caller, int32_t x) -> Result<int32_t> {
    callers.push_back(caller.instance().value());
    if (x > 0) {
      for (int i = 0; i < 2; ++i) take((*inner)(0));
      // An inner call that fails leaves all as it was, too.
      EXPECT_EQ(kind_of((*inner)(-1)), ErrorKind::host);
      callers.push_back(caller.instance().value());
      EXPECT_EQ(caller.backtrace().size(), 1u);
    }
    return x < 0 ? Result<int32_t>(Error(ErrorKind::host, "refused")) : x;
  });
  const Instance outer = world_.instance(one_text);
  const Instance other = world_.instance(one_text);
  inner = take(other.typed<int32_t(int32_t)>("run"));
  const auto loop = take(outer.typed<int32_t(int32_t)>("loop"));
  for (int round = 0; round < 5; ++round) {
    callers.clear();
    EXPECT_EQ(take(loop(3)), 6);
    ASSERT_EQ(callers.size(), 15u);
    for (std::size_t i = 0; i < callers.size(); ++i)
      EXPECT_EQ(callers[i] == outer, i % 5 == 0 || i % 5 == 4) << i;
  }
}

TEST_P(HostCalls, CollectWhatTheyLeave) {
  // What is left when the test ends is freed with the store.
  const auto alive = std::make_shared<int>(0);
  int most = 0;
  world_.linker.func("host", "one", [&](Caller& caller, int32_t x) -> Result<int32_t> {
    most = std::max(most, ++*alive);
    const auto count = [alive](int* value) { delete value, --*alive; };
    auto made = ExternRef::make(caller.store(), std::shared_ptr<int>(new int(x), count));
    if (!made) return std::move(made).error();
    take(made->release());
    return x;
  });
  const auto loop = take(world_.instance(one_text).typed<int32_t(int32_t)>("loop"));
  EXPECT_TRUE(loop(500'000));
  EXPECT_LT(most, 400'000);
}

TEST_P(HostCalls, PauseAndFailAfterwards) {
  world_.linker.func("host", "one", [](int32_t x) -> Pausable<int32_t> {
    return x % 2 == 0 ? Pausable<int32_t>(x) : Pausable<int32_t>(pending);
  });
  const auto loop = take(world_.instance(one_text).typed<int32_t(int32_t)>("loop"));
  for (int round = 0; round < 4; ++round) {
    auto call = take(loop.start(6));
    for (const int32_t value : {500, 300, 100}) take(call.resume(value));
    EXPECT_EQ(take(call.result()), 6 + 500 + 4 + 300 + 2 + 100);
    auto failing = take(loop.start(6));
    take(failing.resume(1));
    EXPECT_EQ(kind_of(failing.fail(Error(ErrorKind::host, "too late"))), ErrorKind::host);
    EXPECT_EQ(kind_of(loop(1)), ErrorKind::usage);
  }
}

TEST_P(HostCalls, AllocateNothing) {
  world_.linker.func("host", "one", [](int32_t x) { return x; });
  const auto loop = take(world_.instance(one_text).typed<int32_t(int32_t)>("loop"));
  for (int round = 0; round < 10; ++round) take(loop(10));
  const std::size_t before = allocation_count();
  int32_t sum = 0;
  for (int round = 0; round < 10; ++round) sum += loop(10).value();
  const std::size_t after = allocation_count();
  EXPECT_EQ(sum, 550);
  EXPECT_EQ(after, before);
}

}  // namespace
}  // namespace wrun::test
