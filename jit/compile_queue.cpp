#include "jit/compile_queue.hpp"

#include <algorithm>

#include <new>

#include "jit/compiler.hpp"
#include "jit/native_module.hpp"
#include "lib/os/fork.hpp"

namespace wrun::inline v0::jit {

namespace {

constexpr std::size_t most_waiting = 4096;
constexpr std::uint32_t most_threads = 64;
constexpr std::size_t stack_bytes = 1024 * 1024;

constinit std::mutex lock_of_all;
[[maybe_unused]] const bool is_held_over_fork = os::hold_over_fork(lock_of_all);

}  // namespace

std::mutex& code_lock() {
  return lock_of_all;
}

struct CompileQueue::State {
  std::deque<std::shared_ptr<CompileJob>> loops;
  std::deque<std::shared_ptr<CompileJob>> functions;
  std::condition_variable changed;
  bool ending = false;
  std::deque<os::Thread> threads;
};

CompileQueue::CompileQueue(CompilerImpl& compiler, std::uint32_t threads)
    : compiler_(compiler), wanted_(std::min(threads, most_threads)) {}

CompileQueue::~CompileQueue() {
  if (!state_) return;
  if (state_->threads.front().is_left_behind()) {
    // In a child of fork(): what its threads waited at can't be taken apart.
    static_cast<void>(state_.release());
    return;
  }
  {
    const std::lock_guard lock(code_lock());
    state_->ending = true;
  }
  compiler_.stop_compiling();
  state_->changed.notify_all();
  for (os::Thread& thread : state_->threads) thread.join();
}

bool CompileQueue::start_threads() {
  if (state_) return !state_->threads.front().is_left_behind();
  auto state = std::make_unique<State>();
  for (std::uint32_t i = 0; i < wanted_; ++i) state->threads.emplace_back();
  state_ = std::move(state);
  const auto body = [](void* self) { static_cast<CompileQueue*>(self)->work(); };
  for (os::Thread& thread : state_->threads) {
    if (thread.start(stack_bytes, body, this)) continue;
    if (&thread != &state_->threads.front()) break;
    state_.reset();
    wanted_ = 0;
    return false;
  }
  return true;
}

bool CompileQueue::submit(std::shared_ptr<CompileJob> job) {
  if (!start_threads()) return false;
  if (state_->loops.size() + state_->functions.size() >= most_waiting) return false;
  (job->key.loop != 0 ? state_->loops : state_->functions).push_back(std::move(job));
  state_->changed.notify_one();
  return true;
}

/// The next job whose module is there; null if there is none.
std::shared_ptr<CompileJob> CompileQueue::next() {
  for (auto* jobs : {&state_->loops, &state_->functions}) {
    while (!jobs->empty()) {
      auto job = std::move(jobs->front());
      jobs->pop_front();
      if (job->module != nullptr) return job;
    }
  }
  return nullptr;
}

void CompileQueue::work() {
  std::unique_lock lock(code_lock());
  while (!state_->ending) {
    auto job = next();
    if (job == nullptr) {
      state_->changed.wait(lock);
      continue;
    }
    lock.unlock();
    Outcome outcome = compiler_.compile(*job->data, job->key);
    lock.lock();
    if (job->module != nullptr) job->module->finish(*job, std::move(outcome));
    lock.unlock();
    job.reset();
    lock.lock();
  }
}

}  // namespace wrun::inline v0::jit
