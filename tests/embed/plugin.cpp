// A shared object with a wrun of its own inside: what loads it may load several.

#include <cstdint>
#include <thread>

#include <wrun/wrun.hpp>

/// 42, if the library inside works, deadlines (which start a thread) and threads included.
extern "C" [[gnu::visibility("default")]] int run_wasm() {
  wrun::Config config;
  config.tier = wrun::Tier::compiler;
  wrun::Engine engine(config);
  wrun::Store store(engine);
  wrun::Linker linker(engine);
  linker.func("host", "add", [](int32_t a, int32_t b) { return a + b; });
  const auto module = wrun::Module::from_text(engine, R"((module
    (import "host" "add" (func $add (param i32 i32) (result i32)))
    (func (export "add") (param i32 i32) (result i32) (call $add (local.get 0) (local.get 1)))
    (memory 1)
    (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
    (func (export "spin") (loop (br 0)))))");
  if (!module) return 1;
  const auto instance = linker.instantiate(store, *module);
  if (!instance) return 2;
  const auto now = std::chrono::steady_clock::now();
  if (!store.limits({.deadline = now + std::chrono::milliseconds(1)})) return 3;
  const auto stopped = instance->typed<void()>("spin").value()();
  if (stopped || stopped.error().kind() != wrun::ErrorKind::limit) return 4;
  if (!store.limits({})) return 5;
  const auto outside = instance->typed<int32_t(int32_t)>("load").value()(-8);
  if (outside || outside.error().kind() != wrun::ErrorKind::trap) return 6;
  int32_t sum = 0;
  std::thread([&] {
    sum = instance->typed<int32_t(int32_t, int32_t)>("add").value()(40, 2).value();
  }).join();
  return sum;
}
