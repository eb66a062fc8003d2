// A guest's second thread changes what the first one's calls are looking at: a path that leads in
// and out by turns, and a vector that is good and bad. Each call sees the one, the other or a
// mixture, and nothing outside is read. tests/wasi/escape/flip_test.cpp has the calls one by one.

#include <gtest/gtest.h>

#include <wrun/wasi/threads.hpp>
#include <wrun/wasi/wasi.hpp>
#include <wrun/wrun.hpp>

#include "temporary_directory.hpp"

namespace wrun::test {
namespace {

// 64: the path, 17 bytes; 128 and 160: what it flips between. 256: a vector, 8 bytes; 264 and 272:
// what it flips between. A thread flips what its argument says until the guest ends.
constexpr std::string_view flipper_text = R"((module
  (import "env" "memory" (memory 1 1 shared))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (export "memory" (memory 0))
  (data (i32.const 64) ".//./././././file")
  (data (i32.const 128) ".//./././././file")
  (data (i32.const 160) "../outside/secret")
  (data (i32.const 256) "\00\04\00\00\08\00\00\00")
  (data (i32.const 264) "\00\04\00\00\08\00\00\00")
  (data (i32.const 272) "\f0\ff\ff\ff\ff\ff\ff\ff")
  (data (i32.const 288) "\00\08\00\00\08\00\00\00")

  (func $put (param $to i32) (param $from i32) (param $size i32)
    (loop $next
      (local.set $size (i32.sub (local.get $size) (i32.const 1)))
      (i32.atomic.store8 (i32.add (local.get $to) (local.get $size))
        (i32.load8_u (i32.add (local.get $from) (local.get $size))))
      (br_if $next (local.get $size))))
  (func (export "wasi_thread_start") (param $id i32) (param $what i32)
    (loop $on
      (if (local.get $what)
        (then
          (call $put (i32.const 256) (i32.const 264) (i32.const 8))
          (call $put (i32.const 256) (i32.const 272) (i32.const 8)))
        (else
          (call $put (i32.const 64) (i32.const 128) (i32.const 17))
          (call $put (i32.const 64) (i32.const 160) (i32.const 17))))
      (br $on)))
  (func (export "flip") (param i32) (result i32) (call $spawn (local.get 0)))

  (func (export "open") (param $times i32) (result i32) (local $opened i32)
    (loop $next
      (if (i32.eqz (call $open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 17)
            (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 300)))
        (then
          (local.set $opened (i32.add (local.get $opened) (i32.const 1)))
          (if (call $read (i32.load (i32.const 300)) (i32.const 288) (i32.const 1) (i32.const 304))
            (then unreachable))
          (if (i32.ne (i32.load8_u (i32.const 2048)) (i32.const 99)) (then unreachable))
          (drop (call $close (i32.load (i32.const 300))))))
      (local.set $times (i32.sub (local.get $times) (i32.const 1)))
      (br_if $next (local.get $times)))
    (local.get $opened))
  (func (export "write") (param $times i32) (result i32) (local $written i32)
    (loop $next
      (local.set $written (i32.add (local.get $written)
        (i32.eqz (call $write (i32.const 1) (i32.const 256) (i32.const 1) (i32.const 304)))))
      (local.set $times (i32.sub (local.get $times) (i32.const 1)))
      (br_if $next (local.get $times)))
    (local.get $written))))";

class FlippedByGuests : public HostDirectoryTest {
 protected:
  FlippedByGuests() {
    wasi::Config granted;
    granted.dir(root(), "/", wasi::read_only).stdout_(output);
    EXPECT_TRUE(wasi::add_to(linker, granted));
    group = wasi::ThreadGroup::add_to(linker, module, budget).value();
    instance = group->start(store, linker.prepare(module).value()).value();
  }
  std::int32_t call(std::string_view name, std::int32_t argument) {
    const auto result = instance.typed<std::int32_t(std::int32_t)>(name).value()(argument);
    EXPECT_TRUE(result) << result.error().message();
    return result.value_or(-1);
  }
  static Config config() {
    Config config;
    config.features = Features::all();
    return config;
  }

  static constexpr std::int32_t times = 20'000;
  std::shared_ptr<wasi::StringOutput> output = std::make_shared<wasi::StringOutput>(1 << 20);
  Engine engine{config()};
  Budget budget;
  Store store{engine, budget};
  Linker linker{engine};
  Module module = Module::from_text(engine, flipper_text).value();
  std::shared_ptr<wasi::ThreadGroup> group;
  Instance instance;
};

TEST_P(FlippedByGuests, PathsStayInside) {
  EXPECT_EQ(call("open", 1), 1);
  EXPECT_GT(call("flip", 0), 0);
  EXPECT_LE(call("open", times), times);
  EXPECT_TRUE(group->finish());
}

TEST_P(FlippedByGuests, VectorsAreOfOneMoment) {
  EXPECT_EQ(call("write", 1), 1);
  EXPECT_GT(call("flip", 1), 0);
  EXPECT_LE(call("write", times), times);
  EXPECT_TRUE(group->finish());
}

INSTANTIATE_TEST_SUITE_P(HostDirectories, FlippedByGuests, testing::Bool(), name_of_walk);

}  // namespace
}  // namespace wrun::test
