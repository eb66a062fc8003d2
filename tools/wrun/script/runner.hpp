#pragma once

// Runs the commands of one script. Knows nothing of files, output or counting.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tools/wrun/script/verdict.hpp"
#include "tools/wrun/script/world.hpp"

namespace wrun::inline v0::tool {

class ScriptThread;
struct ThreadVerdict;

class ScriptRunner {
 public:
  /// The text must outlive the runner.
  ScriptRunner(std::string_view script, const Config& config, Stress stress);
  /// For a thread of a script.
  ScriptRunner(std::string_view script, const Engine& engine, World::SharedModules shared);
  ~ScriptRunner();

  Verdict run(const wat::Command& command);
  FunctionCounts functions() const;
  /// Ends the running command. Any thread.
  void interrupt() { world_.store().interrupt(); }

  /// Ends the threads that nobody waited for.
  void end_threads();
  /// What came of the commands of threads that have ended, since the last time.
  std::vector<ThreadVerdict> take_finished();

 private:
  Verdict define_module(const wat::ScriptModule& module);
  Verdict instantiate(const wat::Command& command);
  Verdict register_instance(const wat::Command& command);
  Verdict assert_return(const wat::Command& command);
  Verdict assert_stops(const wat::Command& command, ErrorKind wanted);
  Verdict assert_unlinkable(const wat::Command& command);
  Verdict assert_rejected(const wat::Command& command, ErrorKind wanted);

  // runner_threads.cpp
  Verdict start_thread(const wat::Command& command);
  Verdict wait_for(const wat::Command& command);
  void finish(ScriptThread& thread);

  using Values = std::vector<Val>;
  Result<Values> perform(const wat::Action& action);
  Result<Values> perform(const wat::Action& action, const Instance& instance);
  /// The action's, or of the module's instantiation.
  Result<Values> outcome(const wat::Command& command);

  std::string_view script_;
  World world_;
  std::map<std::string, std::unique_ptr<ScriptThread>, std::less<>> threads_;
  std::vector<ThreadVerdict> finished_;
  FunctionCounts thread_functions_;
};

}  // namespace wrun::inline v0::tool
