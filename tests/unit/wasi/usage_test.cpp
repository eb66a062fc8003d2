// What a guest used of its host: by kind of call, in the context's account and in the store's.

#include <gtest/gtest.h>

#include <wrun/wasi/memory_files.hpp>
#include <wrun/wasi/wasi.hpp>
#include <wrun/wrun.hpp>

namespace wrun::test {
namespace {

// Prints 6 bytes, asks the time, and sleeps for 3 ms.
constexpr std::string_view guest = R"((module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get"
    (func $clock_time_get (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff"
    (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\06\00\00\00")
  (func (export "_start")
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (drop (call $clock_time_get (i32.const 0) (i64.const 0) (i32.const 32)))
    (i32.store (i32.const 80) (i32.const 1))
    (i64.store (i32.const 88) (i64.const 3000000))
    (drop (call $poll_oneoff (i32.const 64) (i32.const 128) (i32.const 1) (i32.const 200))))))";

struct Measured {
  wasi::HostUsage host;
  Usage store;
};

Measured run(bool measure_time) {
  Engine engine;
  Store store(engine);
  Linker linker(engine);
  EXPECT_FALSE(store.usage()->host_work);
  wasi::Config config;
  config.stdout_(std::make_shared<wasi::StringOutput>()).clock(wasi::system_clock);
  const auto context = wasi::add_to(linker, config.measure_time(measure_time)).value();
  const auto module = Module::from_text(engine, guest).value();
  const auto instance = linker.instantiate(store, module).value();
  EXPECT_TRUE(instance.typed<void()>("_start").value()());
  return {context->usage(), store.usage().value()};
}

std::uint64_t calls(const wasi::HostUsage& usage, wasi::CallKind kind) {
  return usage.calls_by_kind[static_cast<std::size_t>(kind)];
}

TEST(HostUsage, counts_by_kind) {
  const Measured done = run(false);
  EXPECT_EQ(done.host.calls, 3u);
  EXPECT_EQ(calls(done.host, wasi::CallKind::streams), 1u);
  EXPECT_EQ(calls(done.host, wasi::CallKind::clocks), 1u);
  EXPECT_EQ(calls(done.host, wasi::CallKind::polling), 1u);
  EXPECT_EQ(calls(done.host, wasi::CallKind::files), 0u);
  EXPECT_EQ(done.host.bytes_out, 6u);
  EXPECT_FALSE(done.host.time);
  ASSERT_TRUE(done.store.host_work);
  EXPECT_EQ(done.store.host_work->bytes_out, 6u);
  EXPECT_FALSE(done.store.host_work->time);
}

TEST(HostUsage, measures_time) {
  const Measured done = run(true);
  ASSERT_TRUE(done.host.time);
  ASSERT_TRUE(done.host.time_asleep);
  EXPECT_GE(done.host.time_asleep->count(), 2'000'000);
  EXPECT_GE(done.host.time->count(), done.host.time_asleep->count());
  ASSERT_TRUE(done.store.host_work);
  EXPECT_EQ(done.store.host_work->time, done.host.time);
}

TEST(Clocks, only_those_that_there_are) {
  const auto fixed = wasi::fixed_clock(5, 7);
  wasi::ManualClock manual(5, 7);
  const auto none = wasi::ClockId{4};
  for (wasi::Clocks* clock : {fixed.get(), static_cast<wasi::Clocks*>(&manual)}) {
    EXPECT_EQ(*clock->now(wasi::ClockId::wall, 0), 5u);
    EXPECT_EQ(*clock->now(wasi::ClockId::monotonic, 0), 7u);
    EXPECT_EQ(*clock->resolution(wasi::ClockId::wall), 1u);
    EXPECT_EQ(clock->now(none, 0).error(), wasi::Errno::inval);
    EXPECT_EQ(clock->resolution(none).error(), wasi::Errno::inval);
    EXPECT_EQ(clock->at(none, 0).error(), wasi::Errno::inval);
  }
}

}  // namespace
}  // namespace wrun::test
