#include "tools/wrun/script/thread.hpp"

#include "tools/wrun/script/runner.hpp"

namespace wrun::inline v0::tool {

ScriptThread::ScriptThread(std::string_view script, const wat::Command& command,
                           const Engine& engine, World::SharedModules shared)
    : command_(command),
      runner_(std::make_unique<ScriptRunner>(script, engine, std::move(shared))),
      thread_([this] { run(); }) {}

ScriptThread::~ScriptThread() {
  interrupt();
  if (thread_.joinable()) thread_.join();
}

void ScriptThread::run() {
  for (const wat::Command& each : command_.commands) {
    if (stopped_) return;
    verdicts_.push_back({&each, runner_->run(each)});
  }
}

std::vector<ThreadVerdict> ScriptThread::join() {
  if (thread_.joinable()) thread_.join();
  return std::move(verdicts_);
}

void ScriptThread::interrupt() {
  stopped_ = true;
  runner_->interrupt();
}

FunctionCounts ScriptThread::functions() const {
  return runner_->functions();
}

}  // namespace wrun::inline v0::tool
