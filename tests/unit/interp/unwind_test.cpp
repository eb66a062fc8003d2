// What throwing does to frames, to the store's heap and to what isn't an exception.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "lib/runtime/exceptions.hpp"
#include "machine.hpp"

namespace wrun::test {
namespace {

runtime::Limits with_stack(std::uint64_t bytes) {
  runtime::Limits limits;
  limits.stack_bytes = bytes;
  return limits;
}

TEST(Unwind, AMillionFrames) {
  Machine machine(R"((module (tag $e (param i32))
    (func $down (param i32) (result i32)
      (if (i32.eqz (local.get 0)) (then (throw $e (i32.const 42))))
      (i32.add (i32.const 1) (call $down (i32.sub (local.get 0) (i32.const 1)))))
    (func $ping (param i32)
      (if (i32.eqz (local.get 0)) (then (throw $e (i32.const 43))))
      (call $pong (i32.sub (local.get 0) (i32.const 1))) (drop (i32.const 0)))
    (func $pong (param i32) (local i64 i64)
      (if (i32.eqz (local.get 0)) (then (throw $e (i32.const 44))))
      (try_table (call $ping (i32.sub (local.get 0) (i32.const 1)))))
    (func (export "catch") (param i32) (result i32)
      (block $h (result i32) (try_table (result i32) (catch $e $h) (call $down (local.get 0)))))
    (func (export "catch_two") (param i32) (result i32)
      (block $h (result i32)
        (try_table (catch $e $h) (call $ping (local.get 0))) (i32.const 0)))
    (func (export "leave") (param i32) (result i32) (call $down (local.get 0)))))");
  machine.store().set_limits(with_stack(128 << 20)).value();
  EXPECT_EQ(machine.i32("catch", {1'000'000}), 42u);
  EXPECT_EQ(machine.i32("catch_two", {1'000'000}), 43u);
  const Error error = machine.fail("leave", {1'000'000});
  EXPECT_EQ(error.kind(), ErrorKind::exception);
  EXPECT_EQ(error.details()->backtrace.size(), 100u);
  EXPECT_EQ(machine.fail("catch", {100'000'000}).kind(), ErrorKind::exhaustion);
}

// Each exception holds the one before.
TEST(Unwind, WhatIsHoardedIsChargedToTheHeap) {
  Machine machine(R"((module (tag $e (param exnref))
    (global $last (mut exnref) (ref.null exn))
    (func (export "hoard") (param $n i32)
      (loop $more
        (block $caught (result exnref exnref)
          (try_table (catch_ref $e $caught) (throw $e (global.get $last)))
          unreachable)
        (global.set $last)
        drop
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br_if $more (local.get $n))))
    (func (export "forget") (global.set $last (ref.null exn)))))");
  runtime::Limits limits;
  limits.heap_bytes = 1 << 20;
  machine.store().set_limits(limits).value();
  EXPECT_EQ(machine.fail("hoard", {1'000'000}).kind(), ErrorKind::limit);
  const auto& used = machine.store().account().used(runtime::Resource::heap_bytes);
  EXPECT_LE(used.peak(), limits.heap_bytes);
  (void)machine.call("forget");
  machine.store().collect();
  EXPECT_EQ(used.now(), 0u);
  (void)machine.call("hoard", {100});
}

TEST(Unwind, ThrowsWithoutEndInBoundedMemory) {
  Machine machine(R"((module (tag $e (param i32 i32 i32 exnref))
    (global $last (mut exnref) (ref.null exn))
    (func (export "run") (param $n i32) (result i32) (local $sum i32)
      (loop $l
        (block $h (result i32 i32 i32 exnref exnref)
          (try_table (catch_ref $e $h)
            (throw $e (local.get $n) (i32.const 1) (i32.const 2) (ref.null exn)))
          (unreachable))
        (global.set $last) (drop) (drop) (drop)
        (local.set $sum (i32.add (local.get $sum)))
        (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.get $sum))))");
  EXPECT_EQ(machine.i32("run", {3'000'000}),
            static_cast<std::uint32_t>(3'000'000ull * 3'000'001 / 2));
  EXPECT_LT(machine.store().cell_count(), 300'000u);
  machine.store().collect();
  EXPECT_EQ(machine.store().cell_count(), 4u);  // the instance, its tag, its global, the last one
}

// Each holds the one before: they live as long as the newest, and die without recursion.
TEST(Unwind, AChainOfExceptions) {
  Machine machine(R"((module (tag $e (param exnref))
    (global $last (mut exnref) (ref.null exn))
    (func (export "chain") (param $n i32)
      (loop $l
        (block $h (result exnref exnref)
          (try_table (catch_ref $e $h) (throw $e (global.get $last))) (unreachable))
        (global.set $last) (drop)
        (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
    (func (export "length") (result i32) (local $n i32)
      (loop $l
        (block $null
          (global.get $last) (br_on_null $null) (drop)
          (local.set $n (i32.add (local.get $n) (i32.const 1)))
          (block $h (result exnref) (try_table (catch $e $h) (throw_ref (global.get $last)))
            (unreachable))
          (global.set $last) (br $l)))
      (local.get $n))))");
  machine.call("chain", {200'000});
  machine.store().collect();
  EXPECT_EQ(machine.store().cell_count(), 200'003u);
  EXPECT_EQ(machine.i32("length"), 200'000u);
  machine.store().collect();
  EXPECT_EQ(machine.store().cell_count(), 3u);
}

TEST(Unwind, HandlersCatchNothingElse) {
  Machine machine(R"((module (tag $e)
    (memory 1)
    (func $forever (call $forever) (call $forever))
    (func (export "trap") (block $h (try_table (catch_all $h) (unreachable))))
    (func (export "memory") (block $h
      (try_table (catch_all $h) (drop (i32.load (i32.const 65536))))))
    (func (export "exhaust") (block $h (try_table (catch_all $h) (call $forever))))
    (func (export "null") (block $h (try_table (catch_all $h) (throw_ref (ref.null exn)))))
    (func (export "legacy") (try (do (unreachable)) (catch_all)))
    (func (export "fuel") (block $h (try_table (catch_all $h) (loop (br 0)))))))",
                  {true, true, false});
  machine.state().fuel = 1'000'000;
  EXPECT_EQ(machine.fail("trap").trap(), TrapCode::unreachable);
  EXPECT_EQ(machine.fail("memory").trap(), TrapCode::out_of_bounds_memory_access);
  EXPECT_EQ(machine.fail("exhaust").kind(), ErrorKind::exhaustion);
  EXPECT_EQ(machine.fail("null").trap(), TrapCode::null_exception_reference);
  EXPECT_EQ(machine.fail("legacy").trap(), TrapCode::unreachable);
  EXPECT_EQ(machine.fail("fuel").trap(), TrapCode::out_of_fuel);
}

// The only way back to the loop's header is by catching.
TEST(Unwind, ALoopThatThrowsIsInterrupted) {
  Machine machine(R"((module (tag $e)
    (func (export "run") (loop $l (try_table (catch $e $l) (throw $e))))))");
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    machine.state().request(runtime::ExecState::Stop::interrupted);
  });
  EXPECT_EQ(machine.fail("run").kind(), ErrorKind::interrupted);
  other.join();
}

TEST(Unwind, AnUncaughtExceptionSaysWhatAndWhere) {
  Machine machine(R"((module (tag $bad (export "bad number") (param i32 f64 exnref))
    (tag (param))
    (func $inner (throw $bad (i32.const 7) (f64.const 1.5) (ref.null exn)))
    (func $outer (export "run") (call $inner))
    (func (export "nameless") (throw 1))))");
  const Error error = machine.fail("run");
  EXPECT_EQ(error.kind(), ErrorKind::exception);
  EXPECT_EQ(error.message(), "tag \"bad\" (i32.const 7) (f64.const 1.5) null of (ref null exn)");
  ASSERT_EQ(error.details()->backtrace.size(), 2u);
  EXPECT_EQ(error.details()->backtrace[0].func_name, "inner");
  EXPECT_EQ(error.details()->backtrace[1].func_name, "outer");
  EXPECT_EQ(machine.fail("nameless").message(), "tag 1");
}

TEST(Unwind, AnErrorHoldsItsException) {
  Machine machine(
      R"((module (tag $e (param i32)) (func (export "run") (throw $e (i32.const 7)))))");
  {
    const Error error = machine.fail("run");
    machine.store().collect();
    const runtime::Exception* exception = runtime::exception_of(machine.state(), error);
    ASSERT_NE(exception, nullptr);
    EXPECT_EQ(exception->values()->get<std::uint32_t>(), 7u);
    EXPECT_EQ(machine.store().cell_count(), 3u);
  }
  machine.store().collect();
  EXPECT_EQ(machine.store().cell_count(), 2u);
}

std::string hot_code(const std::string& listing) {
  std::string code;
  for (std::size_t at = 0; at < listing.size();) {
    const std::size_t end = std::min(listing.find('\n', at), listing.size());
    const std::string line = listing.substr(at, end - at);
    if (line.front() != ';') code += line.substr(0, line.find("  ;")) + '\n';
    at = end + 1;
  }
  return code;
}

TEST(Unwind, CodeIsTheSameWithAndWithoutATry) {
  const auto listing = [](const std::string& begin) {
    Machine machine(R"((module (tag $e (param i32)) (memory 1)
      (func $callee (param i32) (result i32) (local.get 0))
      (func (param $x i32) (param $y i32) (result i32)
        (local.get $y)
        (block $h (result i32) )" +
                    begin +
                    R"(
          (local.set $x (i32.add (local.get $x) (i32.const 1)))
          (call $callee (local.get $x))
          (i32.load (i32.add (local.get $y)))
          (br_if $h (i32.lt_s (local.get $x) (local.get $y)))))
        i32.add)))");
    return interp::print_slots(machine.code(), 1);
  };
  const std::string plain = listing("(block (result i32)");
  const std::string tried = listing("(try_table (result i32) (catch $e $h)");
  EXPECT_EQ(hot_code(plain), hot_code(tried));
  EXPECT_EQ(plain.find("; try"), plain.npos);
  EXPECT_NE(tried.find("; try 0: catch 0 at "), tried.npos) << tried;
}

TEST(Unwind, ListingsHaveTheCatchTable) {
  Machine machine(R"((module (tag $e (param i32))
    (func $f)
    (func (result i32)
      (block $h (result i32 exnref)
        (try_table (catch_ref $e $h) (call $f)) (unreachable))
      (drop))))");
  const std::string listing = interp::print_slots(machine.code(), 1);
  const std::string table = listing.substr(listing.find("; from"));
  EXPECT_EQ(table,
            "; from 0: try 0\n; from 3: none\n"
            "; try 0: catch 0 at 5, values s3, exception s4\n; try 0: then none\n");
}

TEST(Unwind, FuelOfThrowing) {
  Machine machine(R"((module (tag $e)
    (func (export "run") (block $h (try_table (catch $e $h) (nop) (throw $e)))
      (drop (i32.const 1)))))",
                  {true, true, false});
  machine.state().fuel = 100;
  machine.call("run");
  EXPECT_EQ(100 - machine.state().fuel, 4);  // try_table, throw; i32.const, drop
}

}  // namespace
}  // namespace wrun::test
