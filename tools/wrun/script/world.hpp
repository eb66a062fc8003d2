#pragma once

// What a script's commands act on: modules, instances by name, and one store. An instance may be
// absent, because its module needs what the engine doesn't run yet; what depends on it is absent
// for the same reason.

#include <map>
#include <optional>
#include <string>
#include <variant>

#include <wrun/wrun.hpp>

#include "lib/text/script.hpp"

namespace wrun::inline v0::tool {

/// Why something is not there, although nothing is wrong.
struct Absence {
  std::string reason;  ///< "needs simd"
};

/// How many functions ran, by how they did.
struct FunctionCounts {
  std::uint64_t interpreted = 0;
  std::uint64_t compiled = 0;
  std::uint64_t entered_in_loop = 0;
};

class World {
 public:
  template <class T>
  using Maybe = std::variant<T, Absence, Error>;
  using Id = std::optional<std::string>;

  /// A module's shared memories by their names; modules by identifier.
  using SharedMemories = std::map<std::string, SharedMemory, std::less<>>;
  using SharedModules = std::map<std::string, SharedMemories, std::less<>>;

  /// `gc_stress`: the store collects at every allocation.
  World(std::string_view script, Features features, bool gc_stress);
  /// One beside another, on the same engine, that finds there what is shared.
  World(std::string_view script, const Engine& engine, SharedModules shared);

  Store& store() { return store_; }
  const Engine& engine() const { return engine_; }

  /// Parses, decodes and validates.
  Result<Module> load(const wat::ScriptModule& module);
  /// Keeps a module for instance commands; it is the latest one, too.
  void define(const Id& id, const Module& module);
  const Module* definition(const Id& id) const;

  /// Whether its imports are there and fit.
  Maybe<Prepared> link(const Module& module);
  Maybe<Instance> instantiate(const Module& module);
  /// Makes it the latest instance, and the one of that name.
  void keep(const Id& id, const Maybe<Instance>& instance);
  /// Absent if there's none.
  Maybe<Instance> instance(const Id& id) const;
  /// Offers its exports to later modules. An absence is registered as well.
  void offer(const std::string& name, const Maybe<Instance>& instance);

  /// Whether threads are on.
  bool can_share() const;
  /// What a thread finds of that instance. Errors: there is no such instance.
  Result<SharedModules> share(const Id& id) const;
  /// Offers a shared module's memories to later modules; false if there is none of that name.
  bool offer_shared(const std::string& name, const Id& id);

  FunctionCounts functions() const;

 private:
  std::optional<Absence> absence_of(const Module& module) const;

  std::string_view script_;
  Engine engine_;
  Store store_;
  Linker linker_;
  std::optional<Error> broken_;  ///< there is no spectest
  std::optional<Module> latest_definition_;
  std::map<std::string, Module, std::less<>> definitions_;
  Maybe<Instance> latest_;
  std::map<std::string, Maybe<Instance>, std::less<>> instances_;
  std::map<std::string, Absence, std::less<>> absent_names_;
  std::vector<Module> instantiated_;
  SharedModules shared_;
};

}  // namespace wrun::inline v0::tool
