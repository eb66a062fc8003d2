// How much memory compiling a function takes at most, on the heap: of each module's functions,
// those that are nearest to a bound or furthest beyond it; or of functions as large as generators
// make them (large_functions.hpp), with why they stay interpreted if they do.
//
//   build/release/bin/bench_compile_memory [--within N] MODULE.wasm...
//   build/release/bin/bench_compile_memory --large
//
// The bound is 1 MiB and N bytes (40) for each byte of the function's body, of some large functions
// more. Fails where there is a function beyond it, or a large one isn't compiled; exit code 77 if
// none of the modules is there.

#include <malloc.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <wrun/wrun.hpp>

#include "bench/large_functions.hpp"
#include "lib/api/inspect.hpp"

namespace {

std::size_t bytes_per_byte = 40;
constexpr std::size_t spare = std::size_t{1} << 20;
constexpr std::size_t shown = 3;

std::size_t live = 0;
std::size_t peak = 0;

void* counted(void* block) {
  if (block == nullptr) return nullptr;
  live += malloc_usable_size(block);
  peak = std::max(peak, live);
  return block;
}

void forget(void* block) {
  if (block != nullptr) live -= malloc_usable_size(block);
}

/// Whether glibc has given a block pages of its own, which are moved where it grows.
bool has_pages(const void* block) {
  const auto* const size = static_cast<const std::size_t*>(block) - 1;
  return (*size & 2) != 0;
}

struct Row {
  std::uint32_t function = 0;
  std::size_t body = 0;
  std::size_t bytes = 0;
  std::string interpreted;  // why it stays so
  std::size_t times = bytes_per_byte;
  std::size_t bound() const { return body * times + spare; }
  double part() const { return static_cast<double>(bytes) / static_cast<double>(bound()); }
};

std::vector<Row> measure(const wrun::Module& module) {
  std::vector<Row> rows;
  const auto& data = wrun::api::data(module);
  for (std::uint32_t i = data.imported_functions; i < data.functions.size(); ++i) {
    const std::size_t before = peak = live;
    const auto listing = wrun::api::machine_listing(module, i);
    rows.push_back({i, data.functions[i].body.size, peak - before,
                    listing ? std::string() : listing.error().message()});
  }
  std::sort(rows.begin(), rows.end(),
            [](const Row& a, const Row& b) { return a.part() > b.part(); });
  return rows;
}

void print(const Row& row) {
  std::printf("body %zu bytes, compiling it %zu (%.1f times), bound %zu%s%s\n", row.body, row.bytes,
              static_cast<double>(row.bytes) / static_cast<double>(row.body), row.bound(),
              row.interpreted.empty() ? "" : ": ", row.interpreted.c_str());
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
    std::printf("  function %u: ", rows[i].function);
    print(rows[i]);
  }
  return !rows.empty() && rows.front().bytes <= rows.front().bound();
}

/// The same of large functions.
bool report_large() {
  bool is_within = true;
  for (const LargeFunction& function : large_functions) {
    const wrun::Engine engine;
    const auto module = wrun::Module::from_text(engine, text_of(function));
    if (!module) {
      std::printf("%s: %s\n", function.name, module.error().message().c_str());
      return false;
    }
    const std::vector<Row> rows = measure(*module);
    Row row = *std::max_element(rows.begin(), rows.end(),
                                [](const Row& a, const Row& b) { return a.body < b.body; });
    row.times = function.most;
    std::printf("%s: ", function.name);
    print(row);
    is_within = row.bytes <= row.bound() && row.interpreted.empty() && is_within;
  }
  return is_within;
}

}  // namespace

extern "C" {

void* __libc_malloc(std::size_t) noexcept;
void* __libc_calloc(std::size_t, std::size_t) noexcept;
void* __libc_realloc(void*, std::size_t) noexcept;
void* __libc_memalign(std::size_t, std::size_t) noexcept;
void __libc_free(void*) noexcept;

void* malloc(std::size_t size) noexcept {
  return counted(__libc_malloc(size));
}
void* calloc(std::size_t count, std::size_t size) noexcept {
  return counted(__libc_calloc(count, size));
}
void* aligned_alloc(std::size_t align, std::size_t size) noexcept {
  return counted(__libc_memalign(align, size));
}
void* memalign(std::size_t align, std::size_t size) noexcept {
  return counted(__libc_memalign(align, size));
}
void free(void* block) noexcept {
  forget(block);
  __libc_free(block);
}
/// What is copied to another place is there twice meanwhile.
void* realloc(void* block, std::size_t size) noexcept {
  if (block == nullptr) return malloc(size);
  const bool had_pages = has_pages(block);
  const std::size_t before = malloc_usable_size(block);
  void* const made = __libc_realloc(block, size);
  if (made == nullptr && size != 0) return nullptr;
  live -= before;
  counted(made);
  if (made != nullptr && made != block && !(had_pages && has_pages(made)))
    peak = std::max(peak, live + before);
  return made;
}
}

int main(int argc, char** argv) {
  bool is_within = true;
  int measured = 0;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--within" && i + 1 < argc) {
      bytes_per_byte = std::strtoull(argv[++i], nullptr, 10);
    } else if (std::string_view(argv[i]) == "--large") {
      is_within = report_large() && is_within;
      ++measured;
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
