// What stands between a module's bytes and its first call: decoding, validating, instantiating and
// translating, of a module of 110 bytes and of guests (tests/guests) as large as they come.
//
//   build/release/bin/bench_load [--benchmark_filter=REGEX]
//
// The guests are taken from build/guests/bin, or from $WRUN_GUESTS/bin.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <wrun/wasi/wasi.hpp>
#include <wrun/wrun.hpp>

#include "lib/api/inspect.hpp"
#include "lib/api/state.hpp"
#include "lib/interp/module.hpp"

namespace {

using Bytes = std::vector<std::uint8_t>;

// A function, a memory, a global and data: 110 bytes.
constexpr std::uint8_t small[] = {
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x07, 0x01, 0x60, 0x02, 0x7f, 0x7f, 0x01,
    0x7f, 0x03, 0x02, 0x01, 0x00, 0x05, 0x03, 0x01, 0x00, 0x01, 0x06, 0x06, 0x01, 0x7f, 0x01, 0x41,
    0x07, 0x0b, 0x07, 0x10, 0x02, 0x03, 0x61, 0x64, 0x64, 0x00, 0x00, 0x06, 0x6d, 0x65, 0x6d, 0x6f,
    0x72, 0x79, 0x02, 0x00, 0x0a, 0x21, 0x01, 0x1f, 0x00, 0x20, 0x00, 0x41, 0x02, 0x48, 0x04, 0x40,
    0x41, 0x00, 0x20, 0x01, 0x36, 0x02, 0x00, 0x0b, 0x20, 0x00, 0x20, 0x01, 0x6a, 0x41, 0x00, 0x28,
    0x02, 0x00, 0x6a, 0x23, 0x00, 0x6a, 0x0b, 0x0b, 0x15, 0x01, 0x00, 0x41, 0x08, 0x0b, 0x0f, 0x73,
    0x6f, 0x6d, 0x65, 0x20, 0x62, 0x79, 0x74, 0x65, 0x73, 0x2e, 0x2e, 0x2e, 0x0a, 0x00};

void use_small(const wrun::Linker& linker, wrun::Store& store, const wrun::Module& module) {
  auto instance = linker.instantiate(store, module).value();
  const auto add = instance.typed<std::int32_t(std::int32_t, std::int32_t)>("add").value();
  benchmark::DoNotOptimize(add(3, 4).value());
  instance.release().value();
}

std::span<const std::uint8_t> small_module() {
  return small;
}

// Load with validation, instantiate, one call; the engine and the store exist.
void small_to_first_call(benchmark::State& state) {
  const wrun::Engine engine;
  const wrun::Linker linker(engine);
  wrun::Store store(engine);
  for (auto _ : state) {
    const auto module = wrun::Module::from_bytes(engine, small_module()).value();
    use_small(linker, store, module);
  }
}
BENCHMARK(small_to_first_call)->Unit(benchmark::kMicrosecond);

// The same with a store for each.
void small_in_its_own_store(benchmark::State& state) {
  const wrun::Engine engine;
  const wrun::Linker linker(engine);
  for (auto _ : state) {
    wrun::Store store(engine);
    const auto module = wrun::Module::from_bytes(engine, small_module()).value();
    use_small(linker, store, module);
  }
}
BENCHMARK(small_in_its_own_store)->Unit(benchmark::kMicrosecond);

void small_load_only(benchmark::State& state) {
  const wrun::Engine engine;
  for (auto _ : state)
    benchmark::DoNotOptimize(wrun::Module::from_bytes(engine, small_module()).value());
}
BENCHMARK(small_load_only)->Unit(benchmark::kMicrosecond);

wrun::Engine engine_for_guests() {
  wrun::Config config;
  config.features = wrun::Features::parse("wasm3,+legacy-exceptions").value();
  return wrun::Engine(config);
}

double megabytes_per_second(double bytes, const benchmark::State& state) {
  return bytes * static_cast<double>(state.iterations()) / 1e6;
}

// Decode, validate, instantiate.
void load_guest(benchmark::State& state, const Bytes& bytes) {
  const wrun::Engine engine = engine_for_guests();
  wrun::Linker linker(engine);
  wrun::wasi::add_to(linker, wrun::wasi::Config{}).value();
  wrun::Store store(engine);
  for (auto _ : state) {
    const auto module = wrun::Module::from_bytes(engine, bytes).value();
    auto instance = linker.instantiate(store, module).value();
    instance.release().value();
  }
  state.counters["MB/s"] = benchmark::Counter(
      megabytes_per_second(static_cast<double>(bytes.size()), state), benchmark::Counter::kIsRate);
}

struct Sizes {
  double bodies = 0;
  double slot_code = 0;
};

// Translates every function; what their bodies and their slot code take.
Sizes translate_all(const wrun::Module& module) {
  const auto& code = *wrun::ModuleAccess::state(module);
  const wrun::wasm::ModuleData& data = *code.data;
  Sizes sizes;
  for (std::size_t index = data.imported_functions; index < data.functions.size(); ++index) {
    const auto* slots = wrun::interp::code_of(code, static_cast<std::uint32_t>(index));
    if (slots) sizes.slot_code += slots->words * double{sizeof(wrun::interp::Word)};
    sizes.bodies += static_cast<double>(data.functions[index].body.size);
  }
  return sizes;
}

void count(benchmark::State& state, const Sizes& sizes) {
  state.counters["MB/s"] =
      benchmark::Counter(megabytes_per_second(sizes.bodies, state), benchmark::Counter::kIsRate);
  state.counters["slot bytes/byte"] = sizes.slot_code / sizes.bodies;
}

void translate_guest(benchmark::State& state, const Bytes& bytes) {
  const wrun::Engine engine = engine_for_guests();
  Sizes sizes;
  for (auto _ : state) {
    state.PauseTiming();
    auto module = std::make_unique<wrun::Module>(wrun::Module::from_bytes(engine, bytes).value());
    state.ResumeTiming();
    sizes = translate_all(*module);
    state.PauseTiming();
    module.reset();
    state.ResumeTiming();
  }
  count(state, sizes);
}

void load_and_translate_guest(benchmark::State& state, const Bytes& bytes) {
  const wrun::Engine engine = engine_for_guests();
  Sizes sizes;
  for (auto _ : state) sizes = translate_all(wrun::Module::from_bytes(engine, bytes).value());
  count(state, sizes);
}

Bytes read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void add_guests() {
  const char* folder = std::getenv("WRUN_GUESTS");
  for (const char* name : {"sqlite", "duktape", "lua", "mujs", "zlib"}) {
    const auto path = std::filesystem::path(folder ? folder : "build/guests") / "bin" /
                      (std::string(name) + ".wasm");
    static std::vector<Bytes> kept;
    Bytes bytes = read(path);
    if (bytes.empty()) {
      fprintf(stderr, "left out, since `tools/dev guests` hasn't built it: %s\n", name);
      continue;
    }
    const auto add = [&](const char* what, auto function) {
      benchmark::RegisterBenchmark((std::string(what) + "/" + name).c_str(), function, bytes)
          ->Unit(benchmark::kMillisecond);
    };
    add("load", load_guest);
    add("translate", translate_guest);
    add("load_and_translate", load_and_translate_guest);
  }
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  add_guests();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
