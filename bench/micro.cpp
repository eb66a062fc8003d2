// What the library's own operations cost: loading, instantiating, calls across the border.
//
//   build/release/bin/bench_micro [--benchmark_filter=REGEX]

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <wrun/wrun.hpp>

namespace {

constexpr std::string_view small_text = R"((module
  (func $fib (export "fib") (param i32) (result i32)
    (if (result i32) (i32.lt_s (local.get 0) (i32.const 2)) (then (local.get 0))
      (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))
                     (call $fib (i32.sub (local.get 0) (i32.const 2)))))))))";

constexpr std::string_view border_text = R"((module
  (import "host" "add" (func $host_add (param i32 i32) (result i32)))
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "call_host") (param i32) (result i32) (local i32)
    (loop (local.set 1 (call $host_add (local.get 1) (local.get 0)))
      (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get 1))))";

constexpr std::string_view throwing_text = R"((module
  (tag $e (param i32))
  (func $down (param i32)
    (if (i32.eqz (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))
      (then (throw $e (i32.const 1))))
    (call $down (local.get 0)))
  (func (export "run") (param $n i32) (param $depth i32) (result i32) (local $sum i32)
    (loop $l
      (block $h (result i32)
        (try_table (catch $e $h) (call $down (local.get $depth))) (unreachable))
      (local.set $sum (i32.add (local.get $sum)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))))";

wrun::Linker make_linker(const wrun::Engine& engine) {
  wrun::Linker linker(engine);
  linker.func("host", "add", [](int32_t a, int32_t b) { return a + b; });
  return linker;
}

void load_from_text(benchmark::State& state) {
  const wrun::Engine engine;
  for (auto _ : state)
    benchmark::DoNotOptimize(wrun::Module::from_text(engine, small_text).value());
}
BENCHMARK(load_from_text);

void instantiate_prepared(benchmark::State& state) {
  const wrun::Engine engine;
  wrun::Linker linker(engine);
  const auto module = wrun::Module::from_text(engine, small_text).value();
  const auto prepared = linker.prepare(module).value();
  wrun::Store store(engine);
  for (auto _ : state) {
    auto instance = prepared.instantiate(store).value();
    instance.release().value();
  }
}
BENCHMARK(instantiate_prepared);

/// 100 KB: 200 functions, of which few are called, a page of data, a table, WASI's usual imports.
std::string large_text() {
  std::string text = "(module\n";
  for (const char* name : {"args_get", "args_sizes_get", "environ_get", "environ_sizes_get",
                           "fd_fdstat_get", "fd_prestat_get", "fd_read", "fd_seek", "fd_write",
                           "path_open", "clock_time_get", "random_get"}) {
    text += std::string("(import \"wasi\" \"") + name + "\" (func (param i32) (result i32)))\n";
  }
  text += R"((memory (export "memory") 16) (table 200 funcref)
    (global $sp (mut i32) (i32.const 65536)) (data (i32.const 1024) ")";
  text += std::string(16 * 1024, 'x') + "\")\n(elem (i32.const 0)";
  for (int i = 0; i < 200; ++i) text += " $f" + std::to_string(i);
  text += ")\n";
  for (int i = 0; i < 200; ++i) {
    text += "(func $f" + std::to_string(i) + " (param i32) (result i32)";
    for (int n = 0; n < 55; ++n)
      text += "(local.set 0 (i32.add (i32.mul (local.get 0) (i32.const 3)) (i32.const 5)))";
    text += "(local.get 0))\n";
  }
  return text + "(export \"run\" (func $f7)))";
}

wrun::Prepared prepare_large(const wrun::Engine& engine) {
  wrun::Linker linker(engine);
  const auto module = wrun::Module::from_text(engine, large_text()).value();
  for (const auto& import : module.imports())
    linker.func(import.module, import.name, [](int32_t value) { return value; });
  return linker.prepare(module).value();
}

// Instances that come and go in one store; each is called once.
void instantiate_100_kb(benchmark::State& state) {
  const wrun::Engine engine;
  const auto prepared = prepare_large(engine);
  wrun::Store store(engine);
  for (auto _ : state) {
    const auto instance = prepared.instantiate(store).value();
    if (state.range(0)) instance.typed<int32_t(int32_t)>("run").value()(1).value();
    instance.release().value();
  }
}
BENCHMARK(instantiate_100_kb)->ArgName("called")->Arg(0)->Arg(1);

// The same in a store of its own each time.
void lease_100_kb(benchmark::State& state) {
  const wrun::Engine engine;
  const wrun::Pool pool(prepare_large(engine));
  for (auto _ : state) {
    const auto lease = pool.take().value();
    if (state.range(0)) lease.instance.typed<int32_t(int32_t)>("run").value()(1).value();
  }
}
BENCHMARK(lease_100_kb)->ArgName("called")->Arg(0)->Arg(1);

wrun::Engine make_engine(const benchmark::State& state) {
  wrun::Config config;
  if (state.range(0)) config.tier = wrun::Tier::interpreter;
  return wrun::Engine(config);
}

void call_into_wasm(benchmark::State& state) {
  const wrun::Engine engine = make_engine(state);
  wrun::Linker linker = make_linker(engine);
  wrun::Store store(engine);
  const auto module = wrun::Module::from_text(engine, border_text).value();
  const auto instance = linker.instantiate(store, module).value();
  const auto add = instance.typed<int32_t(int32_t, int32_t)>("add").value();
  int32_t sum = 0;
  for (auto _ : state) sum = add(sum, 1).value();
  benchmark::DoNotOptimize(sum);
}
BENCHMARK(call_into_wasm)->ArgName("interpreted")->Arg(0)->Arg(1);

// Time per call: each iteration makes a thousand, from a loop in WebAssembly.
void call_out_of_wasm(benchmark::State& state) {
  constexpr int32_t calls = 1000;
  const wrun::Engine engine = make_engine(state);
  wrun::Linker linker = make_linker(engine);
  wrun::Store store(engine);
  const auto module = wrun::Module::from_text(engine, border_text).value();
  const auto instance = linker.instantiate(store, module).value();
  const auto run = instance.typed<int32_t(int32_t)>("call_host").value();
  for (auto _ : state) benchmark::DoNotOptimize(run(calls).value());
  state.SetItemsProcessed(state.iterations() * calls);
}
BENCHMARK(call_out_of_wasm)->ArgName("interpreted")->Arg(0)->Arg(1);

// Each iteration goes on with a call in WebAssembly, which the host's function sets aside again.
void pause_and_resume(benchmark::State& state) {
  const wrun::Engine engine;
  wrun::Linker linker(engine);
  linker.func("host", "add",
              [](int32_t, int32_t) -> wrun::Pausable<int32_t> { return wrun::pending; });
  wrun::Store store(engine);
  const auto module = wrun::Module::from_text(engine, border_text).value();
  const auto instance = linker.instantiate(store, module).value();
  auto call = instance.typed<int32_t(int32_t)>("call_host").value().start(0).value();
  for (auto _ : state) call.resume(int32_t{1}).value();
}
BENCHMARK(pause_and_resume);

// A call that is started, paused, continued once and has ended.
void start_a_pausable_call(benchmark::State& state) {
  const wrun::Engine engine;
  wrun::Linker linker(engine);
  linker.func("host", "add",
              [](int32_t, int32_t) -> wrun::Pausable<int32_t> { return wrun::pending; });
  wrun::Store store(engine);
  const auto module = wrun::Module::from_text(engine, border_text).value();
  const auto instance = linker.instantiate(store, module).value();
  const auto run = instance.typed<int32_t(int32_t)>("call_host").value();
  for (auto _ : state) {
    auto call = run.start(1).value();
    call.resume(int32_t{1}).value();
    benchmark::DoNotOptimize(call.result().value());
  }
}
BENCHMARK(start_a_pausable_call);

void fib_20(benchmark::State& state) {
  const wrun::Engine engine;
  wrun::Linker linker(engine);
  wrun::Store store(engine);
  const auto module = wrun::Module::from_text(engine, small_text).value();
  const auto instance = linker.instantiate(store, module).value();
  const auto fib = instance.typed<int32_t(int32_t)>("fib").value();
  for (auto _ : state) benchmark::DoNotOptimize(fib(20).value());
}
BENCHMARK(fib_20);

// Time per throw and catch, the thrower so many calls below the handler: each iteration makes a
// thousand.
void throw_and_catch(benchmark::State& state) {
  constexpr int32_t throws = 1000;
  const wrun::Engine engine;
  wrun::Linker linker(engine);
  wrun::Store store(engine);
  const auto module = wrun::Module::from_text(engine, throwing_text).value();
  const auto instance = linker.instantiate(store, module).value();
  const auto run = instance.typed<int32_t(int32_t, int32_t)>("run").value();
  const auto depth = static_cast<int32_t>(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(run(throws, depth).value());
  state.SetItemsProcessed(state.iterations() * throws);
}
BENCHMARK(throw_and_catch)->Arg(1)->Arg(10);

}  // namespace

BENCHMARK_MAIN();
