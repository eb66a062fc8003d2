// Deterministic engines: where a stack or a heap is used up is the same in every tier, whenever
// functions are compiled, and stays the same whatever ran before.

#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "lib/api/inspect.hpp"
#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

// A frame costs 48 bytes and 8 for each slot. $direct has one local and at most two operands: 72
// bytes, which 64 KiB has 910 times.
constexpr std::string_view recursions_text = R"((module
  (import "host" "again" (func $again (param i32) (result i32)))
  (global $count (export "count") (mut i32) (i32.const 0))
  (tag $e)
  (type $one (func (param i32) (result i32)))
  (table funcref (elem $indirect $direct $leaf $again $tail_indirect))
  (func $count_call (global.set $count (i32.add (global.get $count) (i32.const 1))))
  (func $leaf (param i32) (result i32) (i32.mul (local.get 0) (i32.const 3)))

  (func $direct (export "direct") (param i32) (result i32)
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (i32.add (i32.const 1) (call $direct (local.get 0))))
  (func $ping (export "mutual") (param i32) (result i32) (local i64 i64 f32)
    (call $count_call)
    (call $pong (local.get 0)) (i32.add (i32.const 1)))
  (func $pong (param i32) (result i32) (local v128)
    (call $count_call)
    (call $ping (call $leaf (local.get 0))) (i32.add (i32.const 1)))
  (func $indirect (export "indirect") (param i32) (result i32)
    (call $count_call)
    (i32.add (i32.const 1) (call_indirect (type $one) (local.get 0) (i32.const 0))))
  (func $reference (export "reference") (param i32) (result i32)
    (call $count_call)
    (i32.add (i32.const 1) (call_ref $one (local.get 0) (ref.func $reference))))
  (func (export "through_host") (param i32) (result i32)
    (call $count_call)
    (i32.add (i32.const 1) (call $again (local.get 0))))
  (func (export "tail_to_host") (param i32) (result i32) (local i64 i64 i64)
    (call $count_call)
    (return_call $again (local.get 0)))
  (func (export "tail_ref_to_host") (param i32) (result i32) (local v128 v128)
    (call $count_call)
    (return_call_indirect (type $one) (local.get 0) (i32.const 3)))

  (func $dig (param i32)
    (if (i32.eqz (local.get 0)) (then (throw $e)))
    (call $dig (i32.sub (local.get 0) (i32.const 1))))
  (func $dig_and_return (param i32) (result i32)
    (block $h (try_table (catch $e $h) (call $dig (local.get 0))))
    (local.get 0))
  (func (export "after_catching") (param i32) (result i32)
    (loop $more
      (block $h (try_table (catch $e $h) (call $dig (i32.const 60))))
      (drop (call $dig_and_return (i32.const 30)))
      (br_if $more (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (call $direct (i32.const 0)))
  (func $deep_catcher (export "catches_deep") (param i32) (result i32)
    (call $count_call)
    (drop (call $dig_and_return (i32.const 3)))
    (i32.add (i32.const 1) (call $deep_catcher (local.get 0))))
  (func (export "in_handler") (param i32) (result i32)
    (block $h (result exnref)
      (try_table (catch_all_ref $h) (call $dig (i32.const 100)))
      (unreachable))
    (drop)
    (call $direct (i32.const 0)))

  (func $tail (param i32) (result i32)
    (drop (call $leaf (local.get 0)))
    (if (i32.eqz (local.get 0)) (then (return (i32.const 7))))
    (return_call $tail_indirect (i32.sub (local.get 0) (i32.const 1))))
  (func $tail_indirect (param i32) (result i32) (local i64 i64 i64 i64)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 8))))
    (return_call_indirect (type $one) (i32.sub (local.get 0) (i32.const 1)) (i32.const 4)))
  (func (export "after_tail_calls") (param i32) (result i32)
    (drop (call $tail (i32.const 200000)))
    (call $direct (i32.const 0)))
  (func (export "by_tail_call") (param i32) (result i32) (local i64 i64 i64 i64 i64 i64)
    (drop (call $leaf (local.get 0)))
    (return_call $direct (i32.const 0)))

  (func (export "after_loop") (param i32) (result i32) (local i32)
    (loop $more
      (local.set 1 (i32.add (local.get 1) (call $leaf (local.get 1))))
      (br_if $more (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (call $direct (i32.const 0)))
  (func (export "after_loop_in_try") (param i32) (result i32) (local i32)
    (block $h
      (try_table (catch $e $h)
        (loop $more
          (drop (call $dig_and_return (i32.const 2)))
          (br_if $more (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
        (call $dig (i32.const 5))))
    (call $direct (i32.const 0)))

  (func $huge (local v128) (local v128)
    (local.set 0 (v128.const i64x2 1 1)))
  (func (export "recurse_in_leaf") (param i32) (result i32)
    (call $count_call)
    (call $many_locals)
    (i32.add (i32.const 1) (call $direct (local.get 0))))
  (func $many_locals (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)
    (call $huge))
))";

constexpr const char* recursions[] = {
    "direct",       "mutual",           "indirect",          "reference",    "through_host",
    "tail_to_host", "tail_ref_to_host", "after_catching",    "catches_deep", "in_handler",
    "by_tail_call", "after_tail_calls", "after_loop_in_try", "after_loop",   "recurse_in_leaf"};

struct Way {
  Tier tier = Tier::interpreter;
  std::uint32_t hot_after = 2;
  MemoryChecks checks = MemoryChecks::automatic;
  bool from_image = false;
  std::uint32_t threads = 0;
};

Config config_for(const Way& way) {
  Config config;
  config.deterministic = true;
  config.tier = way.tier;
  config.hot_after = way.hot_after;
  config.memory_checks = way.checks;
  config.compile_threads = way.threads;
  config.stack_bytes = 64 * 1024;
  config.fuel = true;
  config.features = Features::all();
  return config;
}

struct Recursions : World {
  std::optional<Module> module_;
  Instance instance_;
  std::string called_;

  explicit Recursions(const Way& way, std::string_view text = recursions_text)
      : World(config_for(way)) {
    linker.func("host", "again", [this](Caller& caller, int x) -> Result<int> {
      auto function = caller.instance()->typed<int(int)>(called_);
      if (!function) return std::move(function).error();
      return (*function)(x);
    });
    Module made = module(text);
    if (way.from_image) made = take(Module::deserialize_trusted(engine, take(made.serialize())));
    instance_ = take(linker.instantiate(store, made));
    module_ = made;
  }

  int count() { return take(take(instance_.global("count")).get()).get<int>().value(); }

  /// All that can be seen of a call.
  std::string call(const std::string& name, int argument) {
    take(take(instance_.global("count")).set(Val(0)));
    take(store.limits({.fuel = 100'000'000}));
    called_ = name;
    const auto result = take(instance_.typed<int(int)>(name))(argument);
    std::string seen = name + ": " + std::to_string(count()) + " calls, fuel " +
                       std::to_string(take(store.fuel()));
    if (result) return seen + ", returned " + std::to_string(*result);
    seen += ", " + result.error().message();
    for (const Frame& frame : result.error().details()->backtrace)
      seen += " " + std::to_string(frame.func_index) + "+" + std::to_string(frame.offset);
    return seen;
  }
};

class Deterministic : public testing::TestWithParam<Way> {};

INSTANTIATE_TEST_SUITE_P(All, Deterministic,
                         testing::Values(Way{}, Way{Tier::compiler}, Way{Tier::automatic},
                                         Way{Tier::automatic, 3}, Way{Tier::automatic, 50},
                                         Way{Tier::automatic, 1000},
                                         Way{Tier::automatic, 3, MemoryChecks::automatic, false, 1},
                                         Way{Tier::compiler, 2, MemoryChecks::explicit_checks},
                                         Way{Tier::compiler, 2, MemoryChecks::automatic, true}));

TEST_P(Deterministic, StacksEndAtTheSameCall) {
  Recursions reference({});
  Recursions world(GetParam());
  for (int round = 0; round < 3; ++round)
    for (const char* name : recursions)
      EXPECT_EQ(world.call(name, 40), reference.call(name, 40)) << "round " << round;
}

TEST_P(Deterministic, StacksEndAtACallThatCanBeReckoned) {
  Recursions world(GetParam());
  const std::pair<const char*, int> expected[] = {
      {"direct", 65536 / 72},
      {"through_host", 16 + 1},  // as many entries in each other, and the first
      {"after_catching", (65536 - 64) / 72},
      {"by_tail_call", 65536 / 72},
      {"after_tail_calls", (65536 - 64) / 72},
      {"after_loop", (65536 - 80) / 72},
      {"in_handler", (65536 - 72) / 72},
  };
  for (int round = 0; round < 3; ++round) {
    for (const auto& [name, count] : expected) {
      const std::string seen = world.call(name, 40);
      EXPECT_EQ(world.count(), count) << seen;
      EXPECT_NE(seen.find("stack exhausted"), seen.npos) << seen;
    }
  }
}

/// A function whose values are more than its locals and operands: what is computed once is wanted
/// again at the end, and machine code keeps it. Called by one that inlines it where it may.
std::string many_values() {
  std::string text = R"((module (memory 1)
    (global $count (export "count") (mut i32) (i32.const 0))
    (func $wide (export "wide") (param i32) (result i32)
      (global.set $count (i32.add (global.get $count) (i32.const 1)))
)";
  for (const char* round : {"0", "4096"})
    for (int i = 1; i <= 150; ++i)
      text += "(i32.store offset=" + std::string(round) +
              " (i32.and (local.get 0) (i32.const 1020)) (i32.xor (local.get 0) (i32.mul (i32.rotl "
              "(local.get 0) "
              "(i32.const " +
              std::to_string(i % 31 + 1) + ")) (i32.const " + std::to_string(1000003 * i) +
              "))))\n";
  return text + R"((i32.add (i32.const 1) (call $wide (local.get 0))))))";
}

TEST_P(Deterministic, LargeFramesAreLeftToTheInterpreter) {
  Recursions reference({}, many_values());
  Recursions world(GetParam(), many_values());
  for (int round = 0; round < 4; ++round)
    EXPECT_EQ(world.call("wide", 40), reference.call("wide", 40)) << "round " << round;
  EXPECT_EQ(world.count(), 65536 / 88);
  if (GetParam().tier != Tier::compiler || GetParam().from_image) return;
  const auto left = api::compiled_functions(*world.module_).interpreted;
  ASSERT_EQ(left.size(), 1u);
  EXPECT_NE(left[0].second.find("a frame of"), std::string::npos) << left[0].second;
}

std::string repeated(int count, const std::string& text) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

/// Calls itself as often as it is told to with 60 parameters and results, most of them on the
/// stack, and `products` values that live as long.
std::string with_much_on_the_stack(int products) {
  std::string sums;
  for (int i = 0; i < products; ++i)
    sums += "(local.set $sum (i64.xor (local.get $sum) (i64.mul (local.get $x) (i64.const " +
            std::to_string(2 * i + 1000003) + "))))";
  return "(module (memory 1) (func $f (param $n i64) (param $x i64) (param" + repeated(58, " i64") +
         ") (result" + repeated(60, " i64") + ") (local $sum i64)" + sums +
         "(i64.store (i32.const 0) (local.get $sum)) (if (result" + repeated(60, " i64") +
         ") (i64.eqz (local.get $n)) (then" + repeated(60, "(i64.const 1)") +
         ") (else (call $f (i64.sub (local.get $n) (i64.const 1)) (local.get $x)" +
         repeated(58, "(i64.const 7)") + ")))" + sums +
         "(i64.store (i32.const 8) (local.get $sum)))"
         "(func (export \"run\") (param i64) (result i64)"
         "(call $f (local.get 0) (i64.const 3)" +
         repeated(58, "(i64.const 0)") + ")" + repeated(59, "(drop)") + "))";
}

TEST_P(Deterministic, WhatCallsPassOnTheStackCounts) {
  for (const int products : {100, 800, 900}) {
    const std::string text = with_much_on_the_stack(products);
    const auto deepest = [&](const Way& way) {
      Config config = config_for(way);
      config.stack_bytes = 1024 * 1024;
      World world(config);
      const auto run = take(world.instance(text).typed<std::int64_t(std::int64_t)>("run"));
      std::int64_t depth = 0;
      take(world.store.limits({.fuel = 1'000'000'000}));
      for (std::int64_t step = 512; step != 0; step /= 2)
        if (run(depth + step)) depth += step;
      return depth;
    };
    EXPECT_EQ(deepest(GetParam()), deepest({})) << products;
  }
}

TEST_P(Deterministic, FunctionsThatNoStackHasRoomForEndAtTheirCall) {
  std::string text = R"((module
    (global (export "count") (mut i32) (i32.const 0))
    (func $huge (param i32) (result i32) (local)";
  for (int i = 0; i < 33000; ++i) text += " v128";
  text += R"() (local.get 0))
    (func $calls (param i32) (result i32) (i32.add (call $huge (local.get 0)) (i32.const 1)))
    (func (export "calls") (param i32) (result i32)
      (i32.add (call $calls (local.get 0)) (i32.const 1)))))";
  Recursions reference({}, text);
  Recursions world(GetParam(), text);
  for (int round = 0; round < 4; ++round)
    EXPECT_EQ(world.call("calls", 1), reference.call("calls", 1)) << "round " << round;
}

/// Calls that pause have a stack of their own, and what they have used of it when they go on.
TEST_P(Deterministic, PausedCallsKeepWhatIsLeft) {
  World world(config_for(GetParam()));
  bool pauses = false;
  world.linker.func("host", "wait", [&]() -> Pausable<void> {
    if (!pauses) return {};
    return pending;
  });
  const Instance instance = world.instance(R"((module
    (import "host" "wait" (func $wait))
    (global $count (export "count") (mut i32) (i32.const 0))
    (tag $e)
    (func $deep (export "deep") (param i32)
      (global.set $count (i32.add (global.get $count) (i32.const 1)))
      (block $h
        (try_table (catch $e $h)
          (call $maybe_throw (local.get 0))))
      (if (i32.eq (global.get $count) (i32.const 100)) (then (call $wait)))
      (call $deep (local.get 0)))
    (func $maybe_throw (param i32)
      (if (local.get 0) (then (throw $e))))))");
  auto deep = take(instance.typed<void(int)>("deep"));
  const auto count = take(instance.global("count"));
  for (const int argument : {0, 1, 0, 1}) {
    for (pauses = false; true; pauses = true) {
      take(count.set(Val(0)));
      take(world.store.limits({.fuel = 100'000'000}));
      if (!pauses) {
        EXPECT_EQ(kind_of(deep(argument)), ErrorKind::exhaustion);
      } else {
        auto call = take(deep.start(argument));
        ASSERT_TRUE(call.is_paused());
        // Meanwhile another goes all the way, on another stack.
        EXPECT_EQ(kind_of(deep(argument)), ErrorKind::exhaustion);
        EXPECT_EQ(take(count.get()).get<int>().value(), 100 + 65536 / 72);
        take(count.set(Val(100)));
        EXPECT_EQ(kind_of(call.resume()), ErrorKind::exhaustion);
      }
      EXPECT_EQ(take(count.get()).get<int>().value(), 65536 / 72) << argument << pauses;
      if (pauses) break;
    }
  }
}

/// A structure of two words takes a cell of 24 bytes, an array of 100 bytes one of 128.
TEST_P(Deterministic, HeapsCountAllThatWasAllocated) {
  constexpr std::string_view text = R"((module
    (type $pair (struct (field i64 i64)))
    (type $bytes (array i8))
    (global $count (export "count") (mut i32) (i32.const 0))
    (func $make (drop (struct.new $pair (i64.const 1) (i64.const 2))))
    (func (export "structures") (param i32) (result i32)
      (loop $more
        (call $make)
        (global.set $count (i32.add (global.get $count) (i32.const 1)))
        (br $more))
      (unreachable))
    (func (export "arrays") (param i32) (result i32)
      (loop $more
        (drop (array.new_default $bytes (local.get 0)))
        (global.set $count (i32.add (global.get $count) (i32.const 1)))
        (br $more))
      (unreachable))))";
  for (const bool stressed : {false, true}) {
    for (const auto& [name, size, cell] :
         {std::tuple("structures", 0, 24), std::tuple("arrays", 100, 128),
          std::tuple("arrays", 100'000, 100'016)}) {
      Recursions world(GetParam(), text);
      if (stressed) api::stress_collector(world.store);
      take(world.store.limits({.heap_bytes = 1'000'000, .fuel = 100'000'000}));
      const auto made = take(world.instance_.typed<int(int)>(name))(size);
      EXPECT_EQ(kind_of(made), ErrorKind::limit) << name;
      EXPECT_EQ(world.count(), 1'000'000 / cell) << name << size;
      EXPECT_EQ(take(world.store.usage()).heap_bytes, 1'000'000u / cell * cell) << name << size;
    }
  }
}

TEST(DeterministicEngines, LoadNoCodeOfOthers) {
  Config config;
  config.tier = Tier::compiler;
  config.canonical_nans = true;
  const Engine canonical(config);
  const auto image = take(take(Module::from_text(canonical, add_text)).serialize());
  config.deterministic = true;
  EXPECT_EQ(kind_of(Module::deserialize_trusted(Engine(config), image)), ErrorKind::usage);
  config.canonical_nans = false;
  EXPECT_TRUE(Engine(config).config().canonical_nans);
}

}  // namespace
}  // namespace wrun::test
