#pragma once

// Runs the commands of one script. Knows nothing of files, output or counting.

#include "tools/wrun/script/verdict.hpp"
#include "tools/wrun/script/world.hpp"

namespace wrun::inline v0::tool {

class ScriptRunner {
 public:
  /// The text must outlive the runner.
  ScriptRunner(std::string_view script, Features features) : world_(script, features) {}

  Verdict run(const wat::Command& command);
  FunctionCounts functions() const { return world_.functions(); }

 private:
  Verdict define_module(const wat::ScriptModule& module);
  Verdict instantiate(const wat::Command& command);
  Verdict register_instance(const wat::Command& command);
  Verdict assert_return(const wat::Command& command);
  Verdict assert_stops(const wat::Command& command, ErrorKind wanted);
  Verdict assert_unlinkable(const wat::Command& command);
  Verdict assert_rejected(const wat::Command& command, ErrorKind wanted);

  using Values = std::vector<Val>;
  World::Maybe<Values> perform(const wat::Action& action);
  World::Maybe<Values> perform(const wat::Action& action, const Instance& instance);
  /// The action's, or of the module's instantiation.
  World::Maybe<Values> outcome(const wat::Command& command);

  World world_;
};

}  // namespace wrun::inline v0::tool
