// Configurations, and what engines tell.

#include <wrun/c/engine.h>

#include <new>

#include "lib/api/c/engine.hpp"
#include "lib/api/c/error.hpp"
#include "lib/api/c/guard.hpp"
#include "lib/api/c/sized.hpp"
#include "lib/api/c/vectors.hpp"

using namespace wrun;

template <>
inline constexpr std::size_t capi::first_size<wrun_config_options_t> =
    offsetof(wrun_config_options_t, canonical_nans);

namespace {

ModuleLimits to_public(const wrun_module_limits_t& limits) {
  return {
      .module_size = limits.module_size,
      .types = limits.types,
      .functions = limits.functions,
      .imports = limits.imports,
      .exports = limits.exports,
      .globals = limits.globals,
      .tables = limits.tables,
      .memories = limits.memories,
      .data_segments = limits.data_segments,
      .element_segments = limits.element_segments,
      .function_size = limits.function_size,
      .locals = limits.locals,
  };
}

std::string info_text(const EngineInfo& info, wrun_engine_info_t which) {
  switch (which) {
    case WRUN_INFO_VERSION:
      return std::string(info.version);
    case WRUN_INFO_TIER:
      return info.tier;
    case WRUN_INFO_TIER_REASON:
      return info.tier_reason;
    case WRUN_INFO_DISPATCH:
      return info.dispatch;
    case WRUN_INFO_MEMORY_CHECKS:
      return info.memory_checks;
    case WRUN_INFO_MEMORY_CHECKS_REASON:
      return info.memory_checks_reason;
    default:
      return {};
  }
}

}  // namespace

extern "C" {

wrun_error_t* wrun_config_set(wasm_config_t* config, const wrun_config_options_t* options) {
  return capi::attempt([&]() -> Result<void> {
    auto read = capi::read_options<wrun_config_options_t>(*options, WRUN_CONFIG_OPTIONS_INIT);
    if (!read) return std::move(read).error();
    if (read->relaxed_simd > WRUN_RELAXED_SIMD_FUSED)
      return Error(ErrorKind::usage, "no such choice for relaxed vector instructions");
    config->config.fuel = read->fuel;
    config->config.interruptible = read->interruptible;
    config->config.stack_bytes = read->stack_bytes;
    config->config.canonical_nans = read->canonical_nans;
    config->config.deterministic = read->deterministic;
    config->config.relaxed_simd = static_cast<RelaxedSimd>(read->relaxed_simd);
    return {};
  });
}

wrun_error_t* wrun_config_set_features(wasm_config_t* config, const char* features) {
  return capi::attempt([&]() -> Result<void> {
    const auto parsed = Features::parse(capi::text(features));
    if (!parsed)
      return Error(ErrorKind::usage, "no list of features: " + std::string(capi::text(features)));
    config->config.features = *parsed;
    return {};
  });
}

bool wrun_config_has_feature(const wasm_config_t* config, const char* feature) {
  const auto found = feature_from_name(capi::text(feature));
  return found && config->config.features.has(*found);
}

wrun_error_t* wrun_config_set_module_limits(wasm_config_t* config,
                                            const wrun_module_limits_t* limits) {
  return capi::attempt([&]() -> Result<void> {
    auto read = capi::read_options<wrun_module_limits_t>(*limits, WRUN_MODULE_LIMITS_INIT);
    if (!read) return std::move(read).error();
    config->config.module_limits = to_public(*read);
    return {};
  });
}

wasm_engine_t* wrun_engine_copy(const wasm_engine_t* engine) {
  return new (std::nothrow) wasm_engine_t(*engine);
}

bool wrun_engine_same(const wasm_engine_t* a, const wasm_engine_t* b) {
  return a->engine == b->engine;
}

void wrun_engine_info(const wasm_engine_t* engine, wrun_engine_info_t which, wasm_name_t* out) {
  capi::clear(out);
  capi::guarded([&] { capi::give_text(out, info_text(engine->engine.info(), which)); });
}

}  // extern "C"
