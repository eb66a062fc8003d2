// How engines compile, for C programs.

#include <wrun/c/compiler.h>

#include "lib/api/c/engine.hpp"
#include "lib/api/c/error.hpp"
#include "lib/api/c/guard.hpp"
#include "lib/api/c/sized.hpp"
#include "lib/api/c/types.hpp"

using namespace wrun;

template <>
inline constexpr std::size_t capi::first_size<wrun_compiler_options_t> =
    offsetof(wrun_compiler_options_t, guard_pages);

namespace {

static_assert(static_cast<int>(Tier::automatic) == WRUN_TIER_AUTOMATIC);
static_assert(static_cast<int>(Tier::interpreter) == WRUN_TIER_INTERPRETER);
static_assert(static_cast<int>(Tier::compiler) == WRUN_TIER_COMPILER);

Result<MemoryChecks> memory_checks(const wrun_compiler_options_t& options) {
  if (options.explicit_checks && options.guard_pages)
    return Error(ErrorKind::usage, "memories checked by guard pages, and never by them");
  return options.explicit_checks ? MemoryChecks::explicit_checks
         : options.guard_pages   ? MemoryChecks::guard_pages
                                 : MemoryChecks::automatic;
}

}  // namespace

extern "C" {

wrun_error_t* wrun_config_set_compiler(wasm_config_t* config,
                                       const wrun_compiler_options_t* options) {
  return capi::attempt([&]() -> Result<void> {
    auto read = capi::read_options<wrun_compiler_options_t>(*options, WRUN_COMPILER_OPTIONS_INIT);
    if (!read) return std::move(read).error();
    if (read->tier > WRUN_TIER_COMPILER) return Error(ErrorKind::usage, "no such tier");
    if (read->hot_after == 0)
      return Error(ErrorKind::usage, "hot after no call and no turn of a loop");
    const auto checks = memory_checks(*read);
    if (!checks) return checks.error();
    Config& made = config->config;
    made.tier = static_cast<Tier>(read->tier);
    made.memory_checks = *checks;
    made.hot_after = read->hot_after;
    made.compile_threads = read->compile_threads;
    made.code_bytes = read->code_bytes;
    made.perf_map = read->perf_map;
    made.jitdump = read->jitdump;
    made.debugger = read->debugger;
    return {};
  });
}

bool wrun_config_get_compiler(const wasm_config_t* config, wrun_compiler_options_t* out) {
  const Config& from = config->config;
  wrun_compiler_options_t answer = WRUN_COMPILER_OPTIONS_INIT;
  answer.tier = static_cast<wrun_tier_t>(from.tier);
  answer.explicit_checks = from.memory_checks == MemoryChecks::explicit_checks;
  answer.guard_pages = from.memory_checks == MemoryChecks::guard_pages;
  answer.hot_after = from.hot_after;
  answer.compile_threads = from.compile_threads;
  answer.code_bytes = from.code_bytes;
  answer.perf_map = from.perf_map;
  answer.jitdump = from.jitdump;
  answer.debugger = from.debugger;
  return capi::write_answers(answer, *out);
}

wrun_error_t* wrun_config_set_cache(wasm_config_t* config, const char* directory,
                                    uint64_t max_bytes) {
  return capi::attempt([&]() -> Result<void> {
    config->config.cache = capi::text(directory);
    config->config.cache_bytes = max_bytes != 0 ? max_bytes : Config().cache_bytes;
    return {};
  });
}

void wrun_config_get_cache(const wasm_config_t* config, wasm_name_t* directory,
                           uint64_t* max_bytes) {
  if (max_bytes) *max_bytes = config->config.cache_bytes;
  if (!directory) return;
  capi::clear(directory);
  capi::guarded([&] { *directory = capi::make_name(config->config.cache); });
}

}  // extern "C"
