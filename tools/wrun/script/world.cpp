#include "tools/wrun/script/world.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lib/api/inspect.hpp"
#include "tools/wrun/script/spectest.hpp"

namespace wrun::inline v0::tool {

World::World(std::string_view script, const Config& config, Stress stress)
    : World(script,
            stress.upper_halves ? api::engine_that_tries_upper_halves(config) : Engine(config),
            {}) {
  if (stress.collections) api::stress_collector(store_);
}

World::World(std::string_view script, const Engine& engine, SharedModules shared)
    : script_(script),
      engine_(engine),
      store_(engine_),
      linker_(engine_),
      latest_(Error(ErrorKind::usage, "there is no instance")),
      shared_(std::move(shared)) {
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

Result<Prepared> World::link(const Module& module) {
  return linker_.prepare(module);
}

Result<Instance> World::instantiate(const Module& module) {
  const auto linked = link(module);
  if (!linked) return linked.error();
  if (std::find(instantiated_.begin(), instantiated_.end(), module) == instantiated_.end()) {
    instantiated_.push_back(module);
  }
  return linked->instantiate(store_);
}

void World::keep(const Id& id, const Result<Instance>& instance) {
  latest_ = instance;
  if (id) instances_.insert_or_assign(*id, instance);
}

Result<Instance> World::instance(const Id& id) const {
  if (!id) return latest_;
  const auto found = instances_.find(*id);
  if (found != instances_.end()) return found->second;
  return Error(ErrorKind::usage, "there is no instance " + *id);
}

void World::offer(const std::string& name, const Instance& instance) {
  linker_.instance(name, instance);
}

bool World::can_share() const {
  return engine_.config().features.has(Feature::threads);
}

Result<World::SharedModules> World::share(const Id& id) const {
  SharedModules modules;
  if (!id) return modules;
  const auto present = instance(id);
  if (!present) return present.error();
  const auto module = present->module();
  if (!module) return module.error();
  SharedMemories& memories = modules[*id];
  for (const ExportType& offered : module->exports()) {
    if (kind_of(offered.type) != ExternKind::memory) continue;
    const auto memory = present->memory(offered.name).and_then([](Memory m) { return m.shared(); });
    if (memory) memories.insert_or_assign(offered.name, *memory);
  }
  return modules;
}

bool World::offer_shared(const std::string& name, const Id& id) {
  const auto found = id ? shared_.find(*id) : shared_.end();
  if (found == shared_.end()) return false;
  for (const auto& [field, memory] : found->second) linker_.define(name, field, memory);
  return true;
}

FunctionCounts World::functions() const {
  FunctionCounts counts;
  for (const Module& module : instantiated_) {
    const api::CompiledCounts compiled = api::compiled_functions(module);
    counts.interpreted += api::interpreted_functions(module);
    counts.compiled += compiled.functions;
    counts.entered_in_loop += compiled.loops;
    for (const auto& [function, reason] : compiled.interpreted)
      counts.refused.push_back(fmt::format("function {}: {}", function, reason));
  }
  return counts;
}

void add(FunctionCounts& sum, const FunctionCounts& more) {
  sum.interpreted += more.interpreted;
  sum.compiled += more.compiled;
  sum.entered_in_loop += more.entered_in_loop;
  sum.refused.insert(sum.refused.end(), more.refused.begin(), more.refused.end());
}

}  // namespace wrun::inline v0::tool
