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

wrun_module_limits_t to_c(const ModuleLimits& limits) {
  wrun_module_limits_t made = WRUN_MODULE_LIMITS_INIT;
  made.module_size = limits.module_size;
  made.types = limits.types;
  made.functions = limits.functions;
  made.imports = limits.imports;
  made.exports = limits.exports;
  made.globals = limits.globals;
  made.tables = limits.tables;
  made.memories = limits.memories;
  made.data_segments = limits.data_segments;
  made.element_segments = limits.element_segments;
  made.function_size = limits.function_size;
  made.locals = limits.locals;
  return made;
}

bool has(std::optional<Features> features, const char* name) {
  const auto feature = feature_from_name(capi::text(name));
  return features && feature && features->has(*feature);
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

bool wrun_config_get(const wasm_config_t* config, wrun_config_options_t* out) {
  const Config& from = config->config;
  wrun_config_options_t answer = WRUN_CONFIG_OPTIONS_INIT;
  answer.fuel = from.fuel;
  answer.interruptible = from.interruptible;
  answer.stack_bytes = from.stack_bytes;
  answer.canonical_nans = from.canonical_nans;
  answer.deterministic = from.deterministic;
  answer.relaxed_simd = static_cast<wrun_relaxed_simd_t>(from.relaxed_simd);
  return capi::write_answers(answer, *out);
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
  return has(config->config.features, feature);
}

const char* wrun_feature_name(size_t index) {
  if (index >= static_cast<std::size_t>(Feature::count_)) return nullptr;
  return name(static_cast<Feature>(index)).data();
}

bool wrun_features_have(const char* features, const char* feature) {
  return has(Features::parse(capi::text(features)), feature);
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

bool wrun_config_get_module_limits(const wasm_config_t* config, wrun_module_limits_t* out) {
  return capi::write_answers(to_c(config->config.module_limits), *out);
}

wasm_config_t* wrun_engine_config(const wasm_engine_t* engine) {
  return capi::guarded<wasm_config_t*>(nullptr,
                                       [&] { return new wasm_config_t{engine->engine.config()}; });
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
