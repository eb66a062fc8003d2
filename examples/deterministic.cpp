// Runs a program that asks for input, the time, random numbers and a place for files, and gets the
// same bytes each time: nothing of this machine or moment reaches it.

#include <cstdio>
#include <memory>
#include <string>

#include <wrun/wasi/memory_files.hpp>
#include <wrun/wasi/wasi.hpp>
#include <wrun/wrun.hpp>

namespace {

// Prints what it reads, the time, and 8 random bytes; and writes the same into the file "copy".
constexpr std::string_view guest = R"((module
  (import "wasi_snapshot_preview1" "fd_read"
    (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get"
    (func $clock_time_get (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\40\00\00\00\10\00\00\00")
  (data (i32.const 32) "copy")
  (func (export "_start")
    (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
    (drop (call $clock_time_get (i32.const 0) (i64.const 0) (i32.const 80)))
    (drop (call $random_get (i32.const 88) (i32.const 8)))
    (i32.store (i32.const 4) (i32.const 32))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (drop (call $path_open (i32.const 3) (i32.const 0) (i32.const 32) (i32.const 4) (i32.const 1)
      (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 8)))
    (drop (call $fd_write (i32.load (i32.const 8)) (i32.const 0) (i32.const 1) (i32.const 12))))))";

std::string run(const wrun::Engine& engine, const wrun::Module& module) {
  const auto out = std::make_shared<wrun::wasi::StringOutput>();
  const auto clock = wrun::wasi::fixed_clock(1'000'000'000'000'000'000);
  const auto files = wrun::wasi::MemoryFiles::create({.bytes = 1 << 20}, clock);
  wrun::wasi::Config config;
  config.stdin_(std::string("sixteen bytes...")).stdout_(out);
  config.clock(clock).random(wrun::wasi::seeded_random(42));
  config.dir(files->root(), "/", wrun::wasi::read_write);

  wrun::Store store(engine);
  wrun::Linker linker(engine);
  wrun::wasi::add_to(linker, config).value();
  const auto instance = linker.instantiate(store, module).value();
  const auto start = instance.typed<void()>("_start").value();
  start().value();
  return out->text() + *files->read("copy");
}

}  // namespace

int main() {
  wrun::Engine engine;
  const auto module = wrun::Module::from_text(engine, guest).value();
  const std::string once = run(engine, module);
  const std::string again = run(engine, module);
  std::printf("%zu bytes, %s\n", once.size(), once == again ? "equal" : "different");
  return once == again ? 0 : 1;
}
