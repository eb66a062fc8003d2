// The runner's thread and wait commands.

#include <fmt/format.h>

#include "tools/wrun/script/runner.hpp"
#include "tools/wrun/script/thread.hpp"

namespace wrun::inline v0::tool {

ScriptRunner::ScriptRunner(std::string_view script, const Config& config, Stress stress)
    : script_(script), world_(script, config, stress) {}

ScriptRunner::ScriptRunner(std::string_view script, const Engine& engine,
                           World::SharedModules shared)
    : script_(script), world_(script, engine, std::move(shared)) {}

ScriptRunner::~ScriptRunner() = default;

Verdict ScriptRunner::start_thread(const wat::Command& command) {
  if (!world_.can_share()) return Verdict::skipped("needs threads");
  const std::string name = command.id.value_or("");
  if (threads_.contains(name)) {
    return Verdict::failed(fmt::format("there is a thread {} already", name));
  }
  auto shared = world_.share(command.shared);
  if (!shared) return Verdict::failed(shared.error().message());
  threads_.emplace(
      name, std::make_unique<ScriptThread>(script_, command, world_.engine(), *std::move(shared)));
  return Verdict::passed();
}

Verdict ScriptRunner::wait_for(const wat::Command& command) {
  if (!world_.can_share()) return Verdict::skipped("needs threads");
  const auto found = threads_.find(command.id.value_or(""));
  if (found == threads_.end()) {
    return Verdict::failed(fmt::format("there is no thread {}", command.id.value_or("")));
  }
  finish(*found->second);
  threads_.erase(found);
  return Verdict::passed();
}

void ScriptRunner::finish(ScriptThread& thread) {
  for (ThreadVerdict& each : thread.join()) finished_.push_back(std::move(each));
  add(thread_functions_, thread.functions());
}

void ScriptRunner::end_threads() {
  for (auto& [name, thread] : threads_) {
    thread->interrupt();
    finish(*thread);
    finished_.push_back({&thread->command(), Verdict::failed("nobody waits for the thread")});
  }
  threads_.clear();
}

std::vector<ThreadVerdict> ScriptRunner::take_finished() {
  return std::exchange(finished_, {});
}

FunctionCounts ScriptRunner::functions() const {
  FunctionCounts counts = world_.functions();
  add(counts, thread_functions_);
  return counts;
}

}  // namespace wrun::inline v0::tool
