// Where a call was that is stopped: the same in every tier, as docs/limits.md says.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>

#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

using namespace std::chrono_literals;

struct RunWay {
  const char* name;
  Tier tier;
  std::uint32_t hot_after;
  bool is_image = false;
};

constexpr RunWay run_ways[] = {{"interpreter", Tier::interpreter, 1},
                               {"compiler", Tier::compiler, 1},
                               {"automatic", Tier::automatic, 1},
                               {"later", Tier::automatic, 3},
                               {"image", Tier::compiler, 1, true}};

/// A frame as its function and the bytes from where it is, in hexadecimal, separated by spaces. The
/// innermost one may be at one of several places, between bars: several loops are gone round.
using FramePatterns = std::vector<std::string>;

struct Stopped {
  const char* name;
  /// Of a module; `run` is called, which calls host.begun first. If they have a global $other,
  /// there are two instances, which have their `turn` in one table: in place 0 and 1, with 1 and 0
  /// for $other. A host.next is the first one's `turn`.
  std::string_view fields;
  FramePatterns expected;
  bool interruptible = true;
};

/// Where code is at loops, calls and what takes long. 03 is loop, 10 a call, 11 an indirect one, 12
/// to 15 the tail calls and call_ref; a function's body begins with 00, the number of its locals.
const Stopped all_stopped[] = {
    {"loop", R"((func (export "run") (call $begun) (loop (br 0))))", {"run 03 40 0c"}},
    {"loop_in_callee",
     R"((func $spin (loop (br 0)))
        (func (export "run") (call $begun) (call $spin)))",
     {"spin 03 40 0c", "run 10 01"}},
    {"inner_loop", R"((func (export "run") (call $begun) (loop (loop (br 0)))))", {"run 03 40 0c"}},
    {"outer_loop",
     R"((func (export "run") (call $begun) (loop (loop (br 1)))))",
     {"run 03 40 03 | 03 40 0c"}},
    {"loop_with_parameters",
     R"((func (export "run") (call $begun)
          (i32.const 1) (i32.const 2)
          (loop (param i32 i32) (i32.add (i32.const 1)) (br 0))))",
     {"run 03 01 41"}},
    {"branch_on_integers",
     R"((global $zero (mut i32) (i32.const 0))
        (func (export "run") (call $begun)
          (loop (br_if 0 (i32.lt_s (global.get $zero) (i32.const 9))))))",
     {"run 03 40 23"}},
    {"branch_on_floats",
     R"((global $one (mut f64) (f64.const 1))
        (func (export "run") (call $begun)
          (loop (br_if 0 (f64.lt (global.get $one) (f64.const 2))))))",
     {"run 03 40 23"}},
    {"table_of_branches",
     R"((global $zero (mut i32) (i32.const 0))
        (func (export "run") (call $begun)
          (loop (br_table 1 0 0 (i32.add (global.get $zero) (i32.const 1))))))",
     {"run 03 40 23"}},
    {"table_of_branches_elsewhere",
     R"((global $zero (mut i32) (i32.const 0))
        (func (export "run") (call $begun)
          (loop (block (br_table 0 1 (global.get $zero))) (br 0))))",
     {"run 03 40 02"}},
    {"small_loop_that_is_repeated",
     R"((func (export "run") (local i64) (call $begun)
          (loop (local.set 0 (i64.add (local.get 0) (i64.const 1)))
            (br_if 0 (i64.ne (local.get 0) (i64.const -1))))))",
     {"run 03 40 20"}},
    {"tail_calls",
     R"((func $turn (return_call $turn))
        (func (export "run") (call $begun) (call $turn)))",
     {"turn 00 12 01", "run 10 01"}},
    {"nothing_but_tail_calls",
     R"((func $ping (local i32) (return_call $pong))
        (func $pong (return_call $ping))
        (func (export "run") (call $begun) (return_call $ping)))",
     {"ping 01 01 7f | pong 00 12 01"}},
    {"tail_calls_through_a_table",
     R"((table funcref (elem $turn))
        (func $turn (return_call_indirect (i32.const 0)))
        (func (export "run") (call $begun) (call $turn)))",
     {"turn 00 41 00", "run 10 01"}},
    {"tail_calls_of_references",
     R"((type $f (func))
        (global $turns (mut (ref null $f)) (ref.func $turn))
        (func $turn (return_call_ref $f (global.get $turns)))
        (func (export "run") (call $begun) (call $turn)))",
     {"turn 00 23 00", "run 10 01"}},
    {"tail_calls_across_instances",
     R"((import "host" "other" (global $other i32))
        (import "host" "turns" (table 2 funcref))
        (func $turn (export "turn") (return_call_indirect (global.get $other)))
        (func (export "run") (call $begun) (call $turn)))",
     {"turn 00 23 00", "run 10 01"}},
    {"nothing_but_tail_calls_across_instances",
     R"((import "host" "other" (global $other i32))
        (import "host" "turns" (table 2 funcref))
        (func $turn (export "turn") (return_call_indirect (global.get $other)))
        (func (export "run") (call $begun) (return_call_indirect (i32.const 1))))",
     {"turn 00 23 00"}},
    {"tail_calls_of_imported_functions",
     R"((import "host" "next" (func $next))
        (import "host" "other" (global $other i32))
        (import "host" "turns" (table 2 funcref))
        (func $turn (export "turn")
          (if (global.get $other) (then (return_call_indirect (i32.const 1))))
          (return_call $next))
        (func (export "run") (call $begun) (call $turn)))",
     {"turn 00 23 00", "run 10 02"}},
    {"tail_calls_of_references_of_others",
     R"((type $f (func))
        (import "host" "other" (global $other i32))
        (import "host" "turns" (table 2 funcref))
        (func $turn (export "turn")
          (return_call_ref $f (ref.cast (ref $f) (table.get (global.get $other)))))
        (func (export "run") (call $begun) (call $turn)))",
     {"turn 00 23 00", "run 10 01"}},
    {"calls",
     R"((func $leaf)
        (global $never (mut i32) (i32.const 0))
        (func $branch (if (global.get $never) (then (call_indirect (i32.const 0)))))
        (table (export "table") funcref (elem $leaf $branch))
        (func (export "run") (call $begun) (loop (call_indirect (i32.const 1)) (br 0))))",
     {"branch 00 23 00", "run 11 00"},
     false},
    {"calls_of_references",
     R"((type $f (func))
        (func $leaf)
        (global $never (mut i32) (i32.const 0))
        (global $branches (mut (ref null $f)) (ref.func $branch))
        (table (export "table") funcref (elem $leaf $branch))
        (func $branch (if (global.get $never) (then (call_indirect (i32.const 0)))))
        (func (export "run") (call $begun) (loop (call_ref $f (global.get $branches)) (br 0))))",
     {"branch 00 23 00", "run 14"},
     false},
    {"bulk",
     R"((memory 4096)
        (func (export "run") (call $begun)
          (loop
            (memory.fill (i32.const 0) (i32.const 1) (i32.const 0x10000000))
            (br 0))))",
     {"run 03 40 41 | fc 0b"}},
    {"wait",
     R"((memory 1 1 shared)
        (func (export "run") (call $begun)
          (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))))",
     {"run fe 01"}},
    {"host_that_returns_late",
     R"((func (export "run") (call $begun) (call $late)))",
     {"run 10 01"}},
    {"tail_call_of_the_host",
     R"((func (export "run") (call $begun) (return_call $late)))",
     {"run 12 01"}},
};

std::ostream& operator<<(std::ostream& out, const Stopped& shape) {
  return out << shape.name;
}

class StoppedAt : public ::testing::TestWithParam<Stopped> {
 protected:
  static Config config(const RunWay& way) {
    Config config{.tier = way.tier, .hot_after = way.hot_after};
    config.features = Features::all();
    config.interruptible = GetParam().interruptible;
    return config;
  }

  /// What a run ends with; `begun` is called in it once it has begun.
  static Error stop(World& world, const RunWay& way, const std::function<void()>& begun) {
    world.linker.func("host", "begun", begun);
    world.linker.func("host", "late", [](Caller& caller) {
      while (!caller.store().interrupt_pending()) std::this_thread::yield();
    });
    const Module module = load(world, way);
    const Instance instance = instantiate(world, module);
    auto result = take(instance.typed<void()>("run"))();
    EXPECT_FALSE(result.has_value());
    return result ? Error(ErrorKind::host, "it wasn't stopped") : std::move(result).error();
  }

  /// What several runs end with that have so much fuel, and a bit more each time.
  static std::vector<std::string> run_out_of_fuel(const RunWay& way) {
    Config fuelled = config(way);
    fuelled.fuel = true;
    World world(fuelled);
    world.linker.func("host", "begun", [] {});
    world.linker.func("host", "late", [] {});
    const Module module = load(world, way);
    const Instance instance = instantiate(world, module);
    const auto run = take(instance.typed<void()>("run"));
    std::vector<std::string> ends;
    for (std::uint64_t fuel = 0; fuel < most_fuel; ++fuel) {
      take(world.store.set_fuel(fuel));
      const auto result = run();
      std::string& end = ends.emplace_back(std::to_string(fuel));
      end += " leaves " + std::to_string(world.store.fuel().value_or(0));
      if (result) continue;
      EXPECT_EQ(result.error().trap(), TrapCode::out_of_fuel) << result.error().message();
      if (result.error().details() == nullptr) continue;
      for (const Frame& frame : result.error().details()->backtrace)
        (end += " ").append(frame.func_name) += "+" + std::to_string(frame.offset);
    }
    return ends;
  }

  static void check(const Error& error, const RunWay& way) {
    const FramePatterns expected = GetParam().expected;
    ASSERT_NE(error.details(), nullptr) << way.name << ": " << error.message();
    const auto& frames = error.details()->backtrace;
    ASSERT_FALSE(frames.empty()) << way.name;
    ASSERT_EQ(frames.size(), expected.size()) << way.name << ": it was at " << frames[0].func_name
                                              << " " << bytes_at(frames[0].offset, 6);
    for (std::size_t i = 0; i < frames.size(); ++i)
      EXPECT_TRUE(is_one_of(frames[i], expected[i]))
          << way.name << ": expected " << expected[i] << ", but it was at " << frames[i].func_name
          << " " << bytes_at(frames[i].offset, 6);
  }

  /// Has `ask` see to it that a store is stopped after so long.
  template <class Ask>
  static void check_all(ErrorKind kind, const Ask& ask) {
    for (const RunWay& way : run_ways) {
      for (auto delay = 2ms;; delay *= 2) {
        World world(config(way));
        const Error error = stop(world, way, [&] { ask(world.store, delay); });
        EXPECT_EQ(error.kind(), kind) << way.name;
        if (is_too_early(error) && delay < 1s) continue;
        check(error, way);
        break;
      }
    }
  }

 private:
  static constexpr std::uint64_t most_fuel = 50;
  static inline std::vector<std::uint8_t> bytes_;

  static bool has(std::string_view name) {
    return std::string_view(GetParam().fields).find(name) != std::string_view::npos;
  }

  static Instance instantiate(World& world, const Module& module) {
    if (!has("$other")) return take(world.linker.instantiate(world.store, module));
    const Table turns = take(
        Table::make(world.store, {ValType::funcref(), {2, 2, false}}, Val::null(HeapKind::func)));
    world.linker.define("host", "turns", turns);
    world.linker.func("host", "next", [] {});
    const auto make = [&](std::int32_t own) {
      const Val other(1 - own);
      world.linker.define("host", "other",
                          take(Global::make(world.store, {ValType::i32(), false}, other)));
      const Instance made = take(world.linker.instantiate(world.store, module));
      const Func turn = take(made.func("turn"));
      take(turns.set(static_cast<std::uint64_t>(own), Val(turn)));
      world.linker.define("host", "next", turn);
      return made;
    };
    const Instance first = make(0);
    make(1);
    return first;
  }

  static Module load(World& world, const RunWay& way) {
    std::string text = R"((module (import "host" "begun" (func $begun)))";
    if (has("$late")) text += R"((import "host" "late" (func $late)))";
    text.append(GetParam().fields).append(")");
    const Module module = world.module(text);
    bytes_.assign(module.bytes().begin(), module.bytes().end());
    if (!way.is_image) return module;
    return take(Module::deserialize_trusted(world.engine, take(module.serialize())));
  }

  /// While it was still to be said that it has begun, or when machine code took a loop over that
  /// calls, in which nothing is looked for but at the calls.
  static bool is_too_early(const Error& error) {
    if (error.details() == nullptr || error.details()->backtrace.size() != 1) return false;
    const std::string at = bytes_at(error.details()->backtrace[0].offset, 2);
    return at == "10 00" || (at == "03 40" && !GetParam().interruptible);
  }

  static std::string bytes_at(std::uint64_t offset, std::size_t count) {
    constexpr const char* digits = "0123456789abcdef";
    std::string text;
    for (std::size_t i = offset; i < bytes_.size() && i < offset + count; ++i) {
      if (!text.empty()) text += ' ';
      (text += digits[bytes_[i] >> 4]) += digits[bytes_[i] & 15];
    }
    return text;
  }

  /// Alternatives without a function's name are in the function of the one before.
  static bool is_one_of(const Frame& frame, std::string_view expected) {
    constexpr std::string_view bar = " | ";
    std::string function;
    for (std::size_t begin = 0; begin <= expected.size();) {
      const std::size_t end = std::min(expected.find(bar, begin), expected.size());
      std::string_view bytes = expected.substr(begin, end - begin);
      begin = end + bar.size();
      if (const std::size_t space = bytes.find(' '); space > 2) {
        function = bytes.substr(0, space);
        bytes.remove_prefix(space + 1);
      }
      if (frame.func_name == function && bytes_at(frame.offset, (bytes.size() + 1) / 3) == bytes)
        return true;
    }
    return false;
  }
};

TEST_P(StoppedAt, AnInterruption) {
  std::thread other;
  check_all(ErrorKind::interrupted, [&](Store& store, std::chrono::milliseconds delay) {
    if (other.joinable()) other.join();
    other = std::thread([&store, delay] {
      std::this_thread::sleep_for(delay);
      store.interrupt();
    });
  });
  other.join();
}

TEST_P(StoppedAt, ADeadline) {
  check_all(ErrorKind::limit, [](Store& store, std::chrono::milliseconds delay) {
    take(store.limits({.deadline = std::chrono::steady_clock::now() + delay}));
  });
}

// What is charged, and before what, is no tier's business.
TEST_P(StoppedAt, TheEndOfItsFuel) {
  if (GetParam().name == std::string_view("wait")) GTEST_SKIP() << "it would wait";
  const std::vector<std::string> expected = run_out_of_fuel(run_ways[0]);
  for (const RunWay& way : run_ways) EXPECT_EQ(run_out_of_fuel(way), expected) << way.name;
}

INSTANTIATE_TEST_SUITE_P(Shapes, StoppedAt, ::testing::ValuesIn(all_stopped),
                         [](const auto& info) { return std::string(info.param.name); });

/// Where an error says that it was: functions, and the byte there.
std::vector<std::string> places_of(const Error& error, const Module& module) {
  std::vector<std::string> places;
  if (error.details() == nullptr) return places;
  for (const Frame& frame : error.details()->backtrace)
    places.push_back(std::string(frame.func_name) + " " +
                     std::to_string(module.bytes()[frame.offset]));
  return places;
}

class EveryWay : public ::testing::TestWithParam<RunWay> {
 protected:
  World world{{.tier = GetParam().tier, .hot_after = GetParam().hot_after}};
};

TEST_P(EveryWay, WhatHasNoRoomIsInnermostAtItsStart) {
  const Module module = world.module(R"((module
    (func $deep (param i64) (result i64)
      (i64.add (i64.const 1) (call $deep (local.get 0))))
    (func (export "run") (param i64) (result i64) (call $deep (local.get 0)))))");
  const Instance instance = take(world.linker.instantiate(world.store, module));
  for (int i = 0; i < 3; ++i) {
    const auto result = take(instance.typed<std::int64_t(std::int64_t)>("run"))(1);
    ASSERT_EQ(kind_of(result), ErrorKind::exhaustion);
    const auto places = places_of(result.error(), module);
    ASSERT_GT(places.size(), 2u);
    EXPECT_EQ(places[0], "deep 0");
    EXPECT_EQ(places[1], "deep 16");
  }
}

constexpr std::string_view tail_calling = R"((module
  (import "host" "f" (func $f (param i32) (result i32)))
  (tag $e (export "e"))
  (func $tail (param i32) (result i32)
    (block $h
      (return (try_table (result i32) (catch $e $h) (return_call $f (local.get 0)))))
    (i32.const -1))
  (func (export "run") (param i32) (result i32)
    (block $h
      (return (try_table (result i32) (catch $e $h) (call $tail (local.get 0)))))
    (i32.const 7))
  (func (export "uncaught") (param i32) (result i32) (call $tail (local.get 0)))))";

// A function that tail-calls one of the host's stays until that has returned, but catches nothing.
TEST_P(EveryWay, APausedTailCallKeepsItsFrame) {
  world.linker.func("host", "f", [](std::int32_t) -> Pausable<std::int32_t> { return pending; });
  const Module module = world.module(tail_calling);
  const Instance instance = take(world.linker.instantiate(world.store, module));
  const auto run = take(instance.typed<std::int32_t(std::int32_t)>("run"));
  for (int i = 0; i < 3; ++i) {
    auto call = take(run.start(1));
    const auto failed = call.fail(Error(ErrorKind::host, "no"));
    ASSERT_EQ(kind_of(failed), ErrorKind::host);
    EXPECT_EQ(places_of(failed.error(), module), (std::vector<std::string>{"tail 18", "run 16"}));
    auto other = take(run.start(1));
    take(other.resume(5));
    EXPECT_EQ(take(other.result()), 5);
    auto caught = take(run.start(1));
    take(caught.fail(Exception::raise(std::get<Tag>(take(instance.get("e"))), {})));
    EXPECT_EQ(take(caught.result()), 7);
  }
}

TEST_P(EveryWay, APausedCallIsStoppedWhereItPaused) {
  world.linker.func("host", "f", [](std::int32_t) -> Pausable<std::int32_t> { return pending; });
  const Module module = world.module(tail_calling);
  const Instance instance = take(world.linker.instantiate(world.store, module));
  const auto run = take(instance.typed<std::int32_t(std::int32_t)>("run"));
  const std::vector<std::string> expected{"tail 18", "run 16"};
  for (int i = 0; i < 3; ++i) {
    auto call = take(run.start(1));
    world.store.interrupt();
    const auto resumed = call.resume(5);
    ASSERT_EQ(kind_of(resumed), ErrorKind::interrupted);
    EXPECT_EQ(places_of(resumed.error(), module), expected);
    auto other = take(run.start(1));
    world.store.interrupt();
    const auto failed = other.fail(Error(ErrorKind::host, "no"));
    ASSERT_EQ(kind_of(failed), ErrorKind::interrupted);
    EXPECT_EQ(places_of(failed.error(), module), expected);
  }
}

TEST_P(EveryWay, ATailCallThatThrowsIsInTheBacktrace) {
  Instance instance;
  world.linker.func("host", "f", [&](Caller&, std::int32_t) -> Result<std::int32_t> {
    return Exception::raise(std::get<Tag>(take(instance.get("e"))), {});
  });
  const Module module = world.module(tail_calling);
  instance = take(world.linker.instantiate(world.store, module));
  for (int i = 0; i < 3; ++i) {
    const auto result = take(instance.typed<std::int32_t(std::int32_t)>("uncaught"))(1);
    ASSERT_EQ(kind_of(result), ErrorKind::exception);
    EXPECT_EQ(places_of(result.error(), module),
              (std::vector<std::string>{"tail 18", "uncaught 16"}));
    EXPECT_EQ(take(take(instance.typed<std::int32_t(std::int32_t)>("run"))(1)), 7);
  }
}

INSTANTIATE_TEST_SUITE_P(Ways, EveryWay, ::testing::ValuesIn(std::vector(run_ways, run_ways + 4)),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace wrun::test
