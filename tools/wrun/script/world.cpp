#include "tools/wrun/script/world.hpp"

#include <algorithm>

#include "lib/api/inspect.hpp"
#include "tools/wrun/script/spectest.hpp"

namespace wrun::inline v0::tool {
namespace {

Config config_for(Features features) {
  Config config;
  config.features = features;
  return config;
}

}  // namespace

World::World(std::string_view script, Features features)
    : script_(script),
      engine_(config_for(features)),
      store_(engine_),
      linker_(engine_),
      latest_(Error(ErrorKind::usage, "there is no instance")) {
  const auto defined = define_spectest(linker_, store_);
  if (!defined) broken_ = defined.error();
}

Result<Module> World::load(const wat::ScriptModule& module) {
  if (broken_) return *broken_;
  auto parsed = wat::parse_module(script_, module);
  if (!parsed) return std::move(parsed).error();
  return Module::from_bytes(engine_, std::move(parsed->bytes));
}

void World::define(const Id& id, const Module& module) {
  latest_definition_ = module;
  if (id) definitions_.insert_or_assign(*id, module);
}

const Module* World::definition(const Id& id) const {
  if (!id) return latest_definition_ ? &*latest_definition_ : nullptr;
  const auto found = definitions_.find(*id);
  return found == definitions_.end() ? nullptr : &found->second;
}

std::optional<Absence> World::absence_of(const Module& module) const {
  for (const ImportType& import : module.imports()) {
    const auto found = absent_names_.find(import.module);
    if (found != absent_names_.end()) return found->second;
  }
  const Features runs = api::executable();
  for (unsigned i = 0; i < static_cast<unsigned>(Feature::count_); ++i) {
    const auto feature = static_cast<Feature>(i);
    if (!module.features_used().has(feature) || runs.has(feature)) continue;
    return Absence{"needs " + std::string(name(feature))};
  }
  return std::nullopt;
}

World::Maybe<Prepared> World::link(const Module& module) {
  if (auto absence = absence_of(module)) return *std::move(absence);
  auto prepared = linker_.prepare(module);
  if (!prepared) return std::move(prepared).error();
  return *std::move(prepared);
}

World::Maybe<Instance> World::instantiate(const Module& module) {
  const auto linked = link(module);
  if (const auto* absence = std::get_if<Absence>(&linked)) return *absence;
  if (const auto* error = std::get_if<Error>(&linked)) return *error;
  if (std::find(instantiated_.begin(), instantiated_.end(), module) == instantiated_.end()) {
    instantiated_.push_back(module);
  }
  auto instance = std::get<Prepared>(linked).instantiate(store_);
  if (!instance) return std::move(instance).error();
  return *instance;
}

void World::keep(const Id& id, const Maybe<Instance>& instance) {
  latest_ = instance;
  if (id) instances_.insert_or_assign(*id, instance);
}

World::Maybe<Instance> World::instance(const Id& id) const {
  if (!id) return latest_;
  const auto found = instances_.find(*id);
  if (found != instances_.end()) return found->second;
  return Error(ErrorKind::usage, "there is no instance " + *id);
}

void World::offer(const std::string& name, const Maybe<Instance>& instance) {
  absent_names_.erase(name);
  if (const auto* present = std::get_if<Instance>(&instance)) {
    linker_.instance(name, *present);
  } else if (const auto* absence = std::get_if<Absence>(&instance)) {
    absent_names_.insert_or_assign(name, *absence);
  }
}

FunctionCounts World::functions() const {
  FunctionCounts counts;
  for (const Module& module : instantiated_) {
    counts.interpreted += api::interpreted_functions(module);
  }
  return counts;
}

}  // namespace wrun::inline v0::tool
