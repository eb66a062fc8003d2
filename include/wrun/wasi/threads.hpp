#pragma once

// Threads of a guest, as wasi-threads has them: a module that imports `wasi` `thread-spawn` and its
// memory, a shared one, and exports `wasi_thread_start`. Each thread has a store of its own and an
// instance of the same Prepared; they share the memory, the WASI context and one budget. What ends
// one of them, other than the return of its function, ends them all. Nobody is granted this
// unasked.
//
//   auto group = wasi::ThreadGroup::add_to(linker, module, budget).value();
//   Store store(engine, budget);
//   auto instance = group->start(store, linker.prepare(module).value()).value();
//   auto result = instance.typed<void()>("_start").value()();
//   if (auto ended = group->finish(); !ended) result = ended;
//
// https://github.com/WebAssembly/wasi-threads

#include <cstdint>
#include <functional>
#include <memory>

#include <wrun/budget.hpp>
#include <wrun/export.hpp>
#include <wrun/instance.hpp>
#include <wrun/limits.hpp>
#include <wrun/result.hpp>

namespace wrun {
inline namespace v0 {

class Linker;
class Module;
class Prepared;
class Store;

namespace wasi {

/// A thread that was started; the destructor waits for its end.
class RunningThread {
 public:
  virtual ~RunningThread() = default;
};

/// Where a guest's threads come from. Used by any of the guest's threads, several at once.
class Threads {
 public:
  virtual ~Threads() = default;
  /// Has `body`, which doesn't throw, run on a thread of its own. Null if there is none to be had;
  /// what it throws is taken for that.
  virtual std::unique_ptr<RunningThread> start(std::function<void()> body) = 0;
};

/// A thread of the host's for each of the guest's.
WRUN_API std::shared_ptr<Threads> host_threads();

struct ThreadOptions {
  /// host_threads() if there's nothing here.
  std::shared_ptr<Threads> threads = nullptr;
  /// Alive at once, besides the first; thread-spawn answers `again` beyond.
  std::uint32_t most = 64;
  /// Of each thread's store but the first, which the host makes. Fuel is the group's: a thread gets
  /// half of what is left to the one that starts it.
  Limits limits = {};
};

class ThreadGroup {
 public:
  /// Defines `thread-spawn`, and the shared memories that the module imports and nobody defined.
  /// Other definitions should be good for all stores. Errors: limit.
  WRUN_API static Result<std::shared_ptr<ThreadGroup>> add_to(Linker& linker, const Module& module,
                                                              const Budget& budget,
                                                              const ThreadOptions& options = {});
  ~ThreadGroup();
  ThreadGroup(const ThreadGroup&) = delete;
  ThreadGroup& operator=(const ThreadGroup&) = delete;

  /// Makes the first instance; once. The store must live until finish(), and stay where it is.
  /// Errors: as Prepared::instantiate().
  WRUN_API Result<Instance> start(Store& first, const Prepared& prepared);

  /// After the first thread's last call: stops the other threads and waits for them. If one of them
  /// had ended the group before, this is its error, and what interrupted the first thread.
  WRUN_API Result<void> finish();

 private:
  struct State;
  explicit ThreadGroup(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

}  // namespace wasi
}  // namespace v0
}  // namespace wrun
