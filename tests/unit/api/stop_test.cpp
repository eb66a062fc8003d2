// Where a request to stop strikes, on each tier.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

using namespace std::chrono_literals;

class Stop : public ::testing::TestWithParam<Tier> {
 protected:
  World world{{.tier = GetParam(), .hot_after = 1}};
};

using Names = std::vector<std::string>;

/// Of the functions of a backtrace, innermost first.
Names names_of(const Error& error) {
  Names names;
  if (error.details() == nullptr) return names;
  for (const Frame& frame : error.details()->backtrace) names.emplace_back(frame.func_name);
  return names;
}

TEST_P(Stop, StrikesWhenAHostFunctionReturns) {
  world.linker.func("host", "ask", [&] { world.store.interrupt(); });
  const Instance instance = world.instance(R"((module
    (import "host" "ask" (func $ask))
    (global (export "after") (mut i32) (i32.const 0))
    (func (export "run") (call $ask) (global.set 0 (i32.const 1)))))");
  const auto run = take(instance.typed<void()>("run"));
  for (int i = 0; i < 3; ++i) {
    const auto result = run();
    EXPECT_EQ(kind_of(result), ErrorKind::interrupted);
    EXPECT_EQ(take(take(instance.global("after")).get()).get<int>(), 0);
  }
}

/// One instruction that takes longer than another thread needs to ask; whether it is stopped, and
/// says where.
bool is_stopped(World& world, const TypedFunc<void()>& run) {
  std::thread other([&] {
    std::this_thread::sleep_for(1ms);
    world.store.interrupt();
  });
  const auto result = run();
  other.join();
  world.store.clear_interrupt();
  // Without a frame it was stopped before it began.
  return !result && result.error().kind() == ErrorKind::interrupted &&
         names_of(result.error()).size() == 1;
}

// A loop in a function that another one calls, and which says that it has begun. What an exported
// table refers to isn't inlined, and what calls nothing needn't look at the limit of the stack.
constexpr const char* spinning = R"((module
  (import "host" "begun" (func $begun))
  (func $leaf)
  (func $branch (call_indirect (i32.const 0)))
  (table (export "table") 2 funcref)
  (elem (i32.const 0) $leaf $branch)
  (func $spin (call $begun) (loop (br 0)))
  (func $spin_by_calls (call $begun) (loop (call_indirect (i32.const 1)) (br 0)))
  (func (export "loop") (call $spin))
  (func (export "calls") (call $spin_by_calls))))";

/// What an export of that ends with which is interrupted soon after it has begun.
Error interrupted(World& world, const Module& module, std::string_view name) {
  std::atomic<bool> has_begun = false;
  world.linker.func("host", "begun", [&] {
    has_begun = true;
    has_begun.notify_one();
  });
  std::thread other([&] {
    has_begun.wait(false);
    std::this_thread::sleep_for(2ms);
    world.store.interrupt();
  });
  const Instance instance = take(world.linker.instantiate(world.store, module));
  auto result = take(instance.typed<void()>(name))();
  other.join();
  EXPECT_EQ(kind_of(result), ErrorKind::interrupted);
  return std::move(result).error();
}

/// Where the bytes begin in the module that holds them.
std::uint64_t find(const Module& module, std::initializer_list<std::uint8_t> wanted) {
  const auto bytes = module.bytes();
  return static_cast<std::uint64_t>(
      std::search(bytes.begin(), bytes.end(), wanted.begin(), wanted.end()) - bytes.begin());
}

TEST_P(Stop, SaysWhereALoopWasInterrupted) {
  const Module module = world.module(spinning);
  const Error error = interrupted(world, module, "loop");
  ASSERT_EQ(names_of(error), (Names{"spin", "loop"}));
  const auto& frames = error.details()->backtrace;
  const std::uint64_t begun = find(module, {0x10, 0x00, 0x03, 0x40, 0x0c, 0x00, 0x0b});
  EXPECT_GE(frames[0].offset, begun);
  EXPECT_LE(frames[0].offset, begun + 6);
  EXPECT_EQ(frames[1].offset, find(module, {0x10, 0x03, 0x0b}));
}

TEST_P(Stop, SaysWhereACallWasInterrupted) {
  Config config{.tier = GetParam(), .hot_after = 1};
  config.interruptible = false;
  World calls(config);
  const Names names = names_of(interrupted(calls, calls.module(spinning), "calls"));
  ASSERT_GE(names.size(), 2u);
  EXPECT_EQ(names[names.size() - 2], "spin_by_calls");
  EXPECT_EQ(names.back(), "calls");
}

TEST_P(Stop, SaysWhereADeadlineStruck) {
  world.linker.func("host", "begun", [&] {
    take(world.store.limits({.deadline = std::chrono::steady_clock::now() + 5ms}));
  });
  const Instance instance = world.instance(spinning);
  const auto result = take(instance.typed<void()>("loop"))();
  ASSERT_EQ(kind_of(result), ErrorKind::limit);
  EXPECT_EQ(names_of(result.error()), (Names{"spin", "loop"}));
}

// The timer may strike while the limits are still being set.
TEST_P(Stop, StrikesForADeadlineThatIsOverAlready) {
  world.linker.func("host", "begun", [&] {
    take(world.store.limits({.deadline = std::chrono::steady_clock::now() - 1s}));
  });
  const Instance instance = world.instance(spinning);
  const auto run = take(instance.typed<void()>("loop"));
  for (int i = 0; i < 200; ++i) {
    ASSERT_EQ(kind_of(run()), ErrorKind::limit);
    take(world.store.limits({}));
  }
}

TEST_P(Stop, SaysWhoCalledAHostFunctionThatCallsBack) {
  Instance instance;
  world.linker.func("host", "again", [&]() -> Result<void> {
    world.store.interrupt();
    return take(instance.typed<void()>("inner"))();
  });
  instance = world.instance(R"((module
    (import "host" "again" (func $again))
    (func (export "inner"))
    (func (export "outer") (call $again))))");
  const auto result = take(instance.typed<void()>("outer"))();
  ASSERT_EQ(kind_of(result), ErrorKind::interrupted);
  EXPECT_EQ(names_of(result.error()), Names{"outer"});
}

TEST_P(Stop, StrikesInsideOfBulkInstructions) {
  const Instance instance = world.instance(R"((module
    (type $bytes (array (mut i8)))
    (memory 4096)
    (table 10000000 funcref)
    (global $array (mut (ref null $bytes)) (ref.null $bytes))
    (func (export "make")
      (global.set $array (array.new_default $bytes (i32.const 200000000))))
    (func (export "memory.fill")
      (memory.fill (i32.const 0) (i32.const 1) (i32.const 0x10000000)))
    (func (export "memory.copy")
      (memory.copy (i32.const 0) (i32.const 1) (i32.const 0xfffffff)))
    (func (export "table.fill")
      (table.fill (i32.const 0) (ref.null func) (i32.const 10000000)))
    (func (export "table.copy")
      (table.copy (i32.const 0) (i32.const 1) (i32.const 9999999)))
    (func (export "array.fill")
      (array.fill $bytes (global.get $array) (i32.const 0) (i32.const 1) (i32.const 200000000)))
    (func (export "array.copy")
      (array.copy $bytes $bytes (global.get $array) (i32.const 0) (global.get $array)
        (i32.const 1) (i32.const 199999999)))))");
  take(take(instance.typed<void()>("make"))());
  for (const char* name :
       {"memory.fill", "memory.copy", "table.fill", "table.copy", "array.fill", "array.copy"}) {
    const auto run = take(instance.typed<void()>(name));
    int attempts = 0;
    while (attempts < 100 && !is_stopped(world, run)) ++attempts;
    EXPECT_LT(attempts, 100) << name;
  }
}

std::string name_of(const ::testing::TestParamInfo<Tier>& info) {
  constexpr const char* names[] = {"automatic", "interpreter", "compiler"};
  return names[static_cast<int>(info.param)];
}

INSTANTIATE_TEST_SUITE_P(Tiers, Stop,
                         ::testing::Values(Tier::interpreter, Tier::compiler, Tier::automatic),
                         name_of);

}  // namespace
}  // namespace wrun::test
