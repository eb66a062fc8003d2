#include <wrun/engine.hpp>

#include "jit/jit.hpp"
#include "lib/api/state.hpp"
#include "lib/interp/interp.hpp"
#include "lib/os/mapping.hpp"
#include "lib/runtime/initial_memory.hpp"
#include "lib/runtime/memory.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0 {

namespace {

const Config default_config;

/// Empty if there may be guard pages, as far as address space is concerned.
std::string why_no_guards(const Config& config, runtime::MemoryPool& pool) {
  if (config.memory_checks == MemoryChecks::explicit_checks) return "Config::memory_checks says so";
  if (os::address_space_is_limited()) return "the process has little address space (RLIMIT_AS)";
  if (!pool.slots.try_one()) return "the system refuses to reserve 4 GiB of address space";
  return {};
}

/// Of an engine with a compiler that doesn't rely on them.
std::string why_explicit(const api::EngineState& state) {
  return state.no_guards.empty() ? "the system refuses a handler of faults" : state.no_guards;
}

/// How memory is checked, and why.
void describe_checks(api::EngineState& state, jit::Compiler* compiler, EngineInfo& info) {
  const bool relies = compiler && compiler->relies_on_guards();
  info.memory_checks = relies ? "guard pages" : "explicit";
  if (!compiler) {
    info.memory_checks_reason = "interpreted accesses compare addresses with the memory's size";
  } else if (relies) {
    info.memory_checks_reason = "there is address space for them, and a handler of faults";
  } else {
    info.memory_checks_reason = why_explicit(state);
  }
}

}  // namespace

wasm::DecodeOptions api::EngineState::decode_options() const {
  wasm::DecodeOptions options;
  options.features = config.features;
  const ModuleLimits& limits = config.module_limits;
  options.limits.module_size = limits.module_size;
  options.limits.types = limits.types;
  options.limits.functions = limits.functions;
  options.limits.imports = limits.imports;
  options.limits.exports = limits.exports;
  options.limits.globals = limits.globals;
  options.limits.tables = limits.tables;
  options.limits.memories = limits.memories;
  options.limits.data_segments = limits.data_segments;
  options.limits.element_segments = limits.element_segments;
  options.limits.function_size = limits.function_size;
  options.limits.locals = limits.locals;
  return options;
}

jit::Compiler* api::EngineState::compiler() {
  std::call_once(asked_, [this] {
    if (config.tier == Tier::interpreter) {
      no_compiler = "Config::tier says so";
      return;
    }
    no_guards = why_no_guards(config, *memories);
    const bool compiles_when_called = config.tier == Tier::compiler || config.hot_after <= 1;
    compiler_ =
        jit::Compiler::create({.fuel = config.fuel,
                               .interruptible = config.interruptible,
                               .canonical_nans = config.canonical_nans,
                               .deterministic = config.deterministic,
                               .fused_madd = config.relaxed_simd == RelaxedSimd::fused,
                               .compile_threads = compiles_when_called ? 0 : config.compile_threads,
                               .code_bytes = config.code_bytes,
                               .observers = {config.perf_map, config.jitdump, config.debugger},
                               .guard_pages = no_guards.empty(),
                               .tries_upper_halves = tries_upper_halves},
                              no_compiler);
    memories->has_guards = compiler_ && no_guards.empty();
  });
  return compiler_.get();
}

Result<void> api::EngineState::check_guards() {
  if (config.memory_checks != MemoryChecks::guard_pages) return {};
  jit::Compiler* made = compiler();
  if (made == nullptr || !made->unavailable().empty() || made->relies_on_guards()) return {};
  return Error(ErrorKind::limit, compose("there are no guard pages (Config::memory_checks): {}",
                                         why_explicit(*this)));
}

Engine::Engine(const Config& config) noexcept try
    : state_(detail::shared_of(std::make_shared<api::EngineState>())) {
  state_->config = config;
  state_->config.canonical_nans |= config.deterministic;
  if (!config.cache.empty() && config.tier != Tier::interpreter)
    state_->cache = std::make_unique<api::CodeCache>(config.cache, config.cache_bytes);
} catch (...) {
}

const Config& Engine::config() const noexcept {
  return state_ ? state_->config : default_config;
}

EngineInfo Engine::info() const {
  EngineInfo info;
  info.version = version();
  jit::Compiler* compiler = state_ ? state_->compiler() : nullptr;
  const std::string refused = compiler ? compiler->unavailable()
                              : state_ ? state_->no_compiler
                                       : "";
  const bool compiles = compiler && refused.empty();
  info.tier = !compiles                                ? "interpreter"
              : state_->config.tier == Tier::automatic ? "automatic"
                                                       : "compiler";
  info.tier_reason = compiles ? "Config::tier says so" : refused;
  info.dispatch = std::string(interp::dispatch_policy());
  if (state_) describe_checks(*state_, compiles ? compiler : nullptr, info);
  return info;
}

std::string_view version() noexcept {
  return WRUN_VERSION;
}

}  // namespace wrun::inline v0
