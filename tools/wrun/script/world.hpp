#pragma once

// What a script's commands act on: modules, instances by name, and one store. What went wrong with
// an instance is kept in its place.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <wrun/wrun.hpp>

#include "lib/text/script.hpp"

namespace wrun::inline v0::tool {

/// How many functions ran, by how they did.
struct FunctionCounts {
  std::uint64_t interpreted = 0;
  std::uint64_t compiled = 0;
  std::uint64_t entered_in_loop = 0;
  /// Those that were to be compiled and couldn't be: which, and why.
  std::vector<std::string> refused;
};

void add(FunctionCounts& sum, const FunctionCounts& more);

/// What makes scripts find more, and take longer.
struct Stress {
  bool collections = false;   ///< one at every allocation
  bool upper_halves = false;  ///< see api::engine_that_tries_upper_halves()
};

class World {
 public:
  using Id = std::optional<std::string>;

  /// A module's shared memories by their names; modules by identifier.
  using SharedMemories = std::map<std::string, SharedMemory, std::less<>>;
  using SharedModules = std::map<std::string, SharedMemories, std::less<>>;

  World(std::string_view script, const Config& config, Stress stress);
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
  Result<Prepared> link(const Module& module);
  Result<Instance> instantiate(const Module& module);
  /// Makes it the latest instance, and the one of that name.
  void keep(const Id& id, const Result<Instance>& instance);
  Result<Instance> instance(const Id& id) const;
  /// Offers its exports to later modules.
  void offer(const std::string& name, const Instance& instance);

  /// Whether threads are on.
  bool can_share() const;
  /// What a thread finds of that instance. Errors: there is no such instance.
  Result<SharedModules> share(const Id& id) const;
  /// Offers a shared module's memories to later modules; false if there is none of that name.
  bool offer_shared(const std::string& name, const Id& id);

  FunctionCounts functions() const;

 private:
  std::string_view script_;
  Engine engine_;
  Store store_;
  Linker linker_;
  std::optional<Error> broken_;  ///< there is no spectest
  std::optional<Module> latest_definition_;
  std::map<std::string, Module, std::less<>> definitions_;
  Result<Instance> latest_;
  std::map<std::string, Result<Instance>, std::less<>> instances_;
  std::vector<Module> instantiated_;
  SharedModules shared_;
};

}  // namespace wrun::inline v0::tool
