// How much memory compiling a function takes at most, on the heap: of each module's functions,
// those that are nearest to a bound or furthest beyond it.
//
//   build/release/bin/bench_compile_memory [--within N] MODULE.wasm...
//
// The bound is 1 MiB and N bytes (40) for each byte of the function's body. Fails where there is a
// function beyond it; exit code 77 if none of the modules is there.

#include <malloc.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <string_view>
#include <vector>

#include <wrun/wrun.hpp>

#include "lib/api/inspect.hpp"

namespace {

std::size_t bytes_per_byte = 40;
constexpr std::size_t spare = std::size_t{1} << 20;
constexpr std::size_t shown = 3;

std::size_t live = 0;
std::size_t peak = 0;

void* counted(void* block) {
  if (block == nullptr) throw std::bad_alloc();
  live += malloc_usable_size(block);
  peak = std::max(peak, live);
  return block;
}

void release(void* block) {
  if (block != nullptr) live -= malloc_usable_size(block);
  std::free(block);
}

struct Row {
  std::uint32_t function = 0;
  std::size_t body = 0;
  std::size_t bytes = 0;
  std::size_t bound() const { return body * bytes_per_byte + spare; }
  double part() const { return static_cast<double>(bytes) / static_cast<double>(bound()); }
};

std::vector<Row> measure(const wrun::Module& module) {
  std::vector<Row> rows;
  const auto& data = wrun::api::data(module);
  for (std::uint32_t i = data.imported_functions; i < data.functions.size(); ++i) {
    const std::size_t before = peak = live;
    const auto listing = wrun::api::machine_listing(module, i);
    if (listing) rows.push_back({i, data.functions[i].body.size, peak - before});
  }
  std::sort(rows.begin(), rows.end(),
            [](const Row& a, const Row& b) { return a.part() > b.part(); });
  return rows;
}

/// Whether all functions are within the bound.
bool report(const char* path) {
  wrun::Config config;
  config.features = config.features.with(wrun::Feature::legacy_exceptions);
  const wrun::Engine engine(config);
  const auto module = wrun::Module::from_file(engine, path);
  if (!module) {
    std::printf("%s: %s\n", path, module.error().message().c_str());
    return false;
  }
  const std::vector<Row> rows = measure(*module);
  std::printf("%s: %zu functions\n", path, rows.size());
  for (std::size_t i = 0; i < std::min(shown, rows.size()); ++i) {
    const Row& row = rows[i];
    std::printf("  function %u: body %zu bytes, compiling it %zu (%.1f times), bound %zu\n",
                row.function, row.body, row.bytes,
                static_cast<double>(row.bytes) / static_cast<double>(row.body), row.bound());
  }
  return !rows.empty() && rows.front().bytes <= rows.front().bound();
}

}  // namespace

void* operator new(std::size_t size) {
  return counted(std::malloc(size));
}
void* operator new(std::size_t size, std::align_val_t align) {
  const auto to = static_cast<std::size_t>(align);
  return counted(std::aligned_alloc(to, (size + to - 1) / to * to));
}
void operator delete(void* block) noexcept {
  release(block);
}
void operator delete(void* block, std::size_t) noexcept {
  release(block);
}
void operator delete(void* block, std::align_val_t) noexcept {
  release(block);
}
void operator delete(void* block, std::size_t, std::align_val_t) noexcept {
  release(block);
}

int main(int argc, char** argv) {
  bool is_within = true;
  int measured = 0;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--within" && i + 1 < argc) {
      bytes_per_byte = std::strtoull(argv[++i], nullptr, 10);
    } else if (std::filesystem::exists(argv[i])) {
      is_within = report(argv[i]) && is_within;
      ++measured;
    } else {
      std::printf("skipped: no %s; tools/dev guests builds guests\n", argv[i]);
    }
  }
  if (measured == 0) return 77;
  return is_within ? 0 : 1;
}
