// What is inlined into a caller can't be told from what is called: backtraces, fuel, exceptions,
// ends of recursion, and what the host sees.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

/// What the innermost of three functions does with its parameter, which mostly is 0.
constexpr const char* innermost[] = {
    "(if (local.get 0) (then unreachable)) (i32.const 1)",
    "(if (local.get 0) (then (return (i32.div_u (i32.const 8) (i32.const 0))))) (i32.const 1)",
    "(if (i32.eq (local.get 0) (i32.const 1)) (then (throw $tag (i32.const 33)))) (i32.const 2)",
    "(if (local.get 0) (then (drop (call $host (i32.const 4))))) (i32.const 1)",
    "(i32.load (i32.mul (local.get 0) (i32.const 65520))) (drop) (i32.const 1)",
};

/// The loops inline $middle, which inlines $innermost; $there and $back inline each other, however
/// large.
std::string nested(const char* body) {
  std::string nops;
  for (int i = 0; i < 200; ++i) nops += "nop ";
  return std::string(R"((module
  (import "host" "host" (func $host (param i32) (result i32)))
  (memory 1)
  (tag $tag (param i32))
  (func $innermost (param i32) (result i32) )") +
         body + R"()
  (func $middle (param i32) (result i32)
    (i32.add (i32.const 1) (call $innermost (local.get 0))))
  (func $in_loop (export "run") (param i32) (result i32) (local i32)
    (loop $again
      (local.set 1 (i32.add (local.get 1) (call $middle (i32.const 0))))
      (local.set 1 (i32.add (local.get 1) (call $middle (local.get 0))))
      (br_if $again (i32.lt_u (local.get 1) (i32.const 40))))
    (local.get 1))
  (func (export "catch") (param i32) (result i32) (local i32)
    (local.set 1 (i32.const 1000))
    (block $caught (result i32)
      (try_table (catch $tag $caught)
        (loop $again
          (local.set 1 (i32.add (local.get 1) (i32.const 1)))
          (drop (call $middle (local.get 0)))
          (br_if $again (i32.lt_u (local.get 1) (i32.const 1010)))))
      (i32.const 0))
    (i32.add (local.get 1)))
  (func $there (export "there and back") (param i32) (result i32)
    (if (result i32) (i32.and (local.get 0) (i32.const 15))
      (then (i32.add (i32.const 1) (call $back (i32.sub (local.get 0) (i32.const 1)))))
      (else (call $innermost (local.get 0)))))
  (func $back (param i32) (result i32) )" +
         nops + R"(
    (i32.add (call $there (i32.and (local.get 0) (i32.const 15))) (call $innermost (local.get 0))))
  (func $deep (export "deep") (param i32) (result i32)
    (i32.add (i32.const 1) (call $deep (local.get 0)))))
)";
}

/// Functions and offsets, innermost first.
using Frames = std::vector<std::pair<std::uint32_t, std::uint64_t>>;

struct Outcome {
  std::optional<int> value;
  std::string error;
  Frames frames;
  Frames in_host;  ///< what a host function saw
  std::uint64_t fuel = 0;
};

Frames frames_of(const std::vector<Frame>& backtrace) {
  Frames frames;
  for (const Frame& frame : backtrace) frames.emplace_back(frame.func_index, frame.offset);
  return frames;
}

struct Ways {
  Tier tier = Tier::interpreter;
  MemoryChecks checks = MemoryChecks::automatic;
  bool from_image = false;
};

Config config_of(const Ways& ways) {
  Config config;
  config.tier = ways.tier;
  config.memory_checks = ways.checks;
  config.hot_after = 2;
  config.fuel = true;
  return config;
}

struct Nested : World {
  Instance instance_;
  Frames in_host_;

  Nested(const Ways& ways, const char* body) : World(config_of(ways)) {
    linker.func("host", "host", [this](Caller& caller, int x) {
      in_host_ = frames_of(caller.backtrace());
      return caller.instance() ? x : -1;
    });
    Module made = module(nested(body));
    if (ways.from_image) made = take(Module::deserialize_trusted(engine, take(made.serialize())));
    instance_ = take(linker.instantiate(store, made));
  }

  Outcome call(const char* name, int argument) {
    take(store.limits({.fuel = 1'000'000}));
    auto function = take(instance_.typed<int(int)>(name));
    const auto result = function(argument);
    Outcome outcome;
    outcome.in_host = std::exchange(in_host_, {});
    outcome.fuel = take(store.fuel());
    if (result) {
      outcome.value = *result;
    } else {
      outcome.error = result.error().message();
      outcome.frames = frames_of(result.error().details()->backtrace);
    }
    return outcome;
  }
};

class Inlining : public testing::TestWithParam<Ways> {};

INSTANTIATE_TEST_SUITE_P(All, Inlining,
                         testing::Values(Ways{Tier::compiler, MemoryChecks::automatic, false},
                                         Ways{Tier::compiler, MemoryChecks::explicit_checks, false},
                                         Ways{Tier::automatic, MemoryChecks::automatic, false},
                                         Ways{Tier::compiler, MemoryChecks::automatic, true}));

TEST_P(Inlining, ChangesNothing) {
  for (const char* body : innermost) {
    Nested reference({}, body);
    Nested world(GetParam(), body);
    for (const char* name : {"run", "catch", "there and back", "run"}) {
      for (const int argument : {0, 0, 1, 1, 2, -1, 0}) {
        const Outcome expected = reference.call(name, argument);
        const Outcome found = world.call(name, argument);
        EXPECT_EQ(found.value, expected.value) << body << name << argument;
        EXPECT_EQ(found.error, expected.error) << body << name << argument;
        EXPECT_EQ(found.frames, expected.frames) << body << name << argument;
        EXPECT_EQ(found.in_host, expected.in_host) << body << name << argument;
        EXPECT_EQ(found.fuel, expected.fuel) << body << name << argument;
      }
    }
  }
}

TEST_P(Inlining, KeepsCallsInTraces) {
  Nested world(GetParam(), innermost[4]);
  Outcome outcome;
  for (int round = 0; round < 3; ++round) outcome = world.call("run", -1);
  ASSERT_EQ(outcome.frames.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(outcome.frames[i].first, i + 1);
}

TEST_P(Inlining, EndsRecursionInExhaustion) {
  Nested world(GetParam(), innermost[0]);
  auto deep = take(world.instance_.typed<int(int)>("deep"));
  take(world.store.limits({.fuel = std::uint64_t{1} << 40}));
  for (int round = 0; round < 3; ++round) EXPECT_EQ(kind_of(deep(1)), ErrorKind::exhaustion);
}

}  // namespace
}  // namespace wrun::test
