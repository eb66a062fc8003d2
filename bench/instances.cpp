// What many instances in one process hold: how many live at once, each called once, what one of
// them takes of memory while it is idle, and what is left of those that are gone.
//
//   build/release/bin/bench_instances [LIVE [GONE]]
//
// LIVE (100,000) instances are made, or as many as the system allows: each memory is a mapping of
// its own, or three, of which Linux lets a process have 65,530 (vm.max_map_count). Then GONE
// (1,000,000) are made, called and released in one store.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

#include <wrun/wrun.hpp>

namespace {

constexpr std::string_view with_memory = R"((module
  (import "host" "f" (func $f (result i32)))
  (memory 1)
  (data (i32.const 1000) "some data")
  (table 10 funcref)
  (elem (i32.const 0) $f $run)
  (func $run (export "run") (param i32) (result i32)
    (i32.store (i32.const 2000) (local.get 0))
    (i32.add (call $f) (i32.load (i32.const 2000))))))";

constexpr std::string_view without_memory = R"((module
  (import "host" "f" (func $f (result i32)))
  (global $g (mut i32) (i32.const 0))
  (table 10 funcref)
  (elem (i32.const 0) $f $run)
  (func $run (export "run") (param i32) (result i32)
    (global.set $g (local.get 0))
    (i32.add (call_indirect (result i32) (i32.const 0)) (global.get $g)))))";

/// Of this process, in bytes.
std::int64_t resident() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t size = 0, pages = 0;
  statm >> size >> pages;
  return pages * sysconf(_SC_PAGESIZE);
}

double mebibytes(std::int64_t bytes) {
  return static_cast<double>(bytes) / (1024 * 1024);
}

struct World {
  wrun::Engine engine;
  wrun::Store store{engine};
  wrun::Linker linker{engine};
  std::optional<wrun::Prepared> prepared;

  explicit World(std::string_view text, const wrun::Config& config = {}) : engine(config) {
    linker.func("host", "f", [] { return 1; });
    prepared = linker.prepare(wrun::Module::from_text(engine, text).value()).value();
  }
  /// An error where the system allows no more.
  wrun::Result<wrun::Instance> make_and_call(std::int32_t value) {
    auto instance = prepared->instantiate(store);
    if (!instance) return instance;
    const auto run = instance->typed<std::int32_t(std::int32_t)>("run").value();
    if (run(value).value() != value + 1) std::abort();
    return instance;
  }
};

void print_live(const char* name, std::string_view text, const wrun::Config& config,
                std::int32_t wanted) {
  World world(text, config);
  std::int32_t live = 0;
  std::string why = "as many as were asked for";
  const std::int64_t before = resident();
  for (; live < wanted; ++live) {
    const auto made = world.make_and_call(live);
    if (made) continue;
    why = made.error().message();
    break;
  }
  const std::int64_t each = (resident() - before) / (live > 0 ? live : 1);
  std::printf("%s: %d live at once, %lld bytes each (%s)\n", name, live,
              static_cast<long long>(each), why.c_str());
}

void print_gone(std::int32_t count) {
  World world(with_memory);
  std::int64_t early = 0;
  for (std::int32_t i = 0; i < count; ++i) {
    if (i == count / 10) early = resident();
    world.make_and_call(i).value().release().value();
  }
  std::printf("made and released in one store: %.1f MiB resident after %d, %.1f after %d\n",
              mebibytes(early), count / 10, mebibytes(resident()), count);
}

}  // namespace

int main(int argc, char** argv) {
  const std::int32_t live = argc > 1 ? std::atoi(argv[1]) : 100'000;
  const std::int32_t gone = argc > 2 ? std::atoi(argv[2]) : 1'000'000;
  wrun::Config explicit_checks;
  explicit_checks.memory_checks = wrun::MemoryChecks::explicit_checks;
  print_live("with a memory", with_memory, {}, live);
  print_live("with a memory checked explicitly", with_memory, explicit_checks, live);
  print_live("without a memory", without_memory, {}, live);
  print_gone(gone);
}
