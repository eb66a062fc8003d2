#pragma once

// A thread of a script: `(thread $T (shared (module $M)) ...)`. It runs its commands with a store
// of its own, and finds of the script's modules only shared memories that they export.

#include <atomic>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include "tools/wrun/script/verdict.hpp"
#include "tools/wrun/script/world.hpp"

namespace wrun::inline v0::tool {

class ScriptRunner;

/// What came of a command in a thread.
struct ThreadVerdict {
  const wat::Command* command;
  Verdict verdict;
};

class ScriptThread {
 public:
  /// `command` and the text must outlive the thread.
  ScriptThread(std::string_view script, const wat::Command& command, const Engine& engine,
               World::SharedModules shared);
  ~ScriptThread();
  ScriptThread(const ScriptThread&) = delete;
  ScriptThread& operator=(const ScriptThread&) = delete;

  const wat::Command& command() const { return command_; }
  /// Waits for its end.
  std::vector<ThreadVerdict> join();
  /// Ends it: its running command fails.
  void interrupt();
  /// After its end.
  FunctionCounts functions() const;

 private:
  void run();

  const wat::Command& command_;
  std::unique_ptr<ScriptRunner> runner_;
  std::vector<ThreadVerdict> verdicts_;
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

}  // namespace wrun::inline v0::tool
