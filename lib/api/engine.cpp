#include <wrun/engine.hpp>

#include <fmt/format.h>

#include "jit/jit.hpp"
#include "lib/api/state.hpp"
#include "lib/interp/interp.hpp"

namespace wrun::inline v0 {

namespace {

const Config default_config;

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
    const bool compiles_when_called = config.tier == Tier::compiler || config.hot_after <= 1;
    compiler_ =
        jit::Compiler::create({.fuel = config.fuel,
                               .interruptible = config.interruptible,
                               .compile_threads = compiles_when_called ? 0 : config.compile_threads,
                               .code_bytes = config.code_bytes,
                               .observers = {config.perf_map, config.jitdump, config.debugger}},
                              no_compiler);
  });
  return compiler_.get();
}

Engine::Engine(const Config& config) noexcept try : state_(std::make_shared<api::EngineState>()) {
  state_->config = config;
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
  info.memory_checks = "explicit";
  info.memory_checks_reason = "interpreted accesses compare addresses with the memory's size";
  return info;
}

std::string_view version() noexcept {
  return WRUN_VERSION;
}

}  // namespace wrun::inline v0
