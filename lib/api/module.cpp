#include <wrun/module.hpp>

#include <algorithm>
#include <string>

#include "jit/jit.hpp"
#include "lib/api/boundary.hpp"
#include "lib/api/build.hpp"
#include "lib/api/image.hpp"
#include "lib/api/load.hpp"
#include "lib/api/session.hpp"
#include "lib/api/state.hpp"
#include "lib/api/types.hpp"
#include "lib/interp/interp.hpp"
#include "lib/runtime/extern.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0 {

api::ModuleState::ModuleState(std::shared_ptr<const wasm::ModuleData> module,
                              std::shared_ptr<EngineState> owner, CodeFrom from)
    : ModuleCode(std::move(module), owner->idle_bytes), engine(std::move(owner)) {
  const Config& config = engine->config;
  jit::Compiler* compiler = engine->compiler();
  interp::CodeOptions options;
  options.fuel = config.fuel;
  options.interruptible = config.interruptible;
  options.poison_upper_halves = engine->tries_upper_halves;
  options.canonical_nans = config.canonical_nans;
  options.fused_madd = config.relaxed_simd == RelaxedSimd::fused;
  options.deterministic = config.deterministic;
  // Functions that have machine code already run it from their first call on.
  const bool is_compiled = config.tier == Tier::compiler || from == CodeFrom::image;
  if (compiler != nullptr) options.hot_after = is_compiled ? 1 : std::max(config.hot_after, 1u);
  interp::prepare(*this, options);
  if (compiler != nullptr) compiler->prepare(*this);
  if (runtime::InitialMemory::is_possible(*data))
    initial_memory = std::make_shared<runtime::InitialMemory>(data, engine->memories);
}

namespace {

using api::Bytes;
using api::guarded;
using Engines = std::shared_ptr<api::EngineState>;

}  // namespace

Result<std::shared_ptr<wasm::ModuleData>> api::decode_valid(const Engines& engine, Bytes&& bytes) {
  const wasm::DecodeOptions options = engine->decode_options();
  auto data = wasm::decode(std::move(bytes), options, engine->types);
  if (!data) return std::move(data).error();
  auto valid = wasm::validate(**data, options);
  if (!valid) return std::move(valid).error();
  return data;
}

Result<Module> api::build_anew(const Engines& engine, Bytes&& bytes) {
  auto data = decode_valid(engine, std::move(bytes));
  if (!data) return std::move(data).error();
  if (auto checked = engine->check_guards(); !checked) return std::move(checked).error();
  return ModuleAccess::make(std::make_shared<api::ModuleState>(std::move(*data), engine));
}

Result<Module> api::build_binary(const Engines& engine, Bytes&& bytes) {
  return engine->cache ? build_cached(engine, std::move(bytes))
                       : build_anew(engine, std::move(bytes));
}

namespace {

std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Error not_a_module(std::span<const std::uint8_t> bytes) {
  std::string start;
  for (const std::uint8_t byte : bytes.first(std::min<std::size_t>(bytes.size(), 4)))
    start += compose(" {:02x}", byte);
  return Error(ErrorKind::malformed, 0,
               compose("neither a WebAssembly module nor text: it starts with{}", start));
}

Result<Module> build_plain(const Engines& engine, Bytes&& content) {
  switch (api::content_of(content)) {
    case api::Content::binary:
      return api::build_binary(engine, std::move(content));
    case api::Content::text:
      return api::build_text(engine, as_text(content));
    default:
      if (api::is_image(content))
        return Error(ErrorKind::denied,
                     "a precompiled module is native code: only Module::deserialize_trusted() "
                     "takes it");
      return not_a_module(content);
  }
}

Result<Module> build_any(const Engines& engine, Bytes&& content) {
  if (api::content_of(content) != api::Content::gzip)
    return build_plain(engine, std::move(content));
  auto unpacked = api::inflate(content, engine->config.module_limits.module_size);
  if (!unpacked) return std::move(unpacked).error();
  return build_plain(engine, std::move(*unpacked));
}

/// Runs build(engine state), unless the engine is empty.
template <class Build>
Result<Module> with_engine(const Engine& engine, Build&& build_it) {
  return guarded([&]() -> Result<Module> {
    const Engines& state = EngineAccess::state(engine);
    if (!state) return api::empty_object("Engine");
    return build_it(state);
  });
}

ExternType type_at(const wasm::ModuleData& data, wasm::ExternKind kind, std::uint32_t index) {
  return api::to_public(*data.registry, runtime::type_of(data, kind, index));
}

}  // namespace

Result<Module> Module::from_bytes(const Engine& engine, std::span<const std::uint8_t> bytes) {
  return with_engine(engine, [&](const Engines& state) {
    return api::build_binary(state, Bytes(bytes.begin(), bytes.end()));
  });
}

Result<Module> Module::from_bytes(const Engine& engine, std::vector<std::uint8_t>&& bytes) {
  return with_engine(
      engine, [&](const Engines& state) { return api::build_binary(state, std::move(bytes)); });
}

Result<Module> Module::from_text(const Engine& engine, std::string_view text) {
  return with_engine(engine, [&](const Engines& state) { return api::build_text(state, text); });
}

Result<Module> Module::from_content(const Engine& engine, std::span<const std::uint8_t> content) {
  return with_engine(engine, [&](const Engines& state) {
    return build_any(state, Bytes(content.begin(), content.end()));
  });
}

Result<Module> Module::from_file(const Engine& engine, std::string_view path) {
  return with_engine(engine, [&](const Engines& state) -> Result<Module> {
    auto content = api::read_file(path, state->config.module_limits.module_size);
    if (!content) return std::move(content).error();
    return build_any(state, std::move(*content));
  });
}

Result<std::vector<std::uint8_t>> Module::serialize() const {
  return guarded([&]() -> Result<std::vector<std::uint8_t>> {
    if (!state_) return api::empty_object("Module");
    return api::make_image(*state_, api::open_key);
  });
}

Result<Module> Module::deserialize_trusted(const Engine& engine,
                                           std::span<const std::uint8_t> image) {
  return with_engine(engine, [&](const Engines& state) {
    return api::load_image(state, api::ImageSource(image), api::open_key);
  });
}

Result<Module> Module::deserialize_trusted_file(const Engine& engine, std::string_view path) {
  return with_engine(engine, [&](const Engines& state) -> Result<Module> {
    auto source = api::open_image(path);
    if (!source) return std::move(source).error();
    return api::load_image(state, *std::move(source), api::open_key);
  });
}

bool Module::is_serialized(std::span<const std::uint8_t> content) {
  return api::is_image(content);
}

std::vector<ImportType> Module::imports() const {
  if (!state_) return {};
  const wasm::ModuleData& data = *state_->data;
  std::vector<ImportType> list;
  list.reserve(data.imports.size());
  for (const wasm::Import& each : data.imports) {
    list.push_back(
        {std::string(each.module), std::string(each.name), type_at(data, each.kind, each.index)});
  }
  return list;
}

std::vector<ExportType> Module::exports() const {
  if (!state_) return {};
  const wasm::ModuleData& data = *state_->data;
  std::vector<ExportType> list;
  list.reserve(data.exports.size());
  for (const wasm::Export& each : data.exports)
    list.push_back({std::string(each.name), type_at(data, each.kind, each.index)});
  return list;
}

std::vector<CustomSection> Module::custom_sections() const {
  if (!state_) return {};
  const wasm::ModuleData& data = *state_->data;
  std::vector<CustomSection> list;
  list.reserve(data.customs.size());
  for (const wasm::CustomSection& each : data.customs)
    list.push_back({each.name, data.at(each.payload)});
  return list;
}

std::optional<std::string_view> Module::name() const {
  if (!state_) return std::nullopt;
  return state_->data->names.module;
}

Features Module::features_used() const {
  return state_ ? state_->data->features_used : Features();
}

std::span<const std::uint8_t> Module::bytes() const {
  if (!state_) return {};
  return state_->data->bytes;
}

Engine Module::engine() const {
  return EngineAccess::make(state_ ? state_->engine : nullptr);
}

}  // namespace wrun::inline v0
