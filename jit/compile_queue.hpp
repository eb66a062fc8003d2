#pragma once

// Functions that wait to be compiled, and the threads that do it. All that these threads share with
// others is guarded by one lock, which fork() waits for: so a child finds what its parent had
// compiled, whole, and goes on without the threads.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "jit/pipeline.hpp"
#include "lib/os/thread.hpp"
#include "lib/wasm/module_data.hpp"

namespace wrun::inline v0::jit {

class CompilerImpl;
class NativeModule;

/// Guards what is known of machine code: which functions have some or are being compiled, the
/// queues, an engine's memory for code. Held for look-ups and to put code into its place, never
/// while compiling.
std::mutex& code_lock();

/// A function, or a loop of it by byte offset; 0 is the function's entry.
struct CodeKey {
  std::uint32_t function = 0;
  std::uint32_t loop = 0;
  friend auto operator<=>(const CodeKey&, const CodeKey&) = default;
};

/// Something to be compiled. Outlives the module that asked for it, if need be.
struct CompileJob {
  NativeModule* module = nullptr;  ///< null once it is gone: guarded by code_lock()
  std::shared_ptr<const wasm::ModuleData> data;
  CodeKey key;
};

class CompileQueue {
 public:
  CompileQueue(CompilerImpl& compiler, std::uint32_t threads);
  ~CompileQueue();
  CompileQueue(const CompileQueue&) = delete;
  CompileQueue& operator=(const CompileQueue&) = delete;

  // Under code_lock()

  /// Whether anybody else compiles: if not, whoever asks does.
  bool has_threads() const { return wanted_ != 0; }
  /// False if there is too much to do already, or no thread can be had. Loops come first: somebody
  /// is in them. Throws std::bad_alloc.
  bool submit(std::shared_ptr<CompileJob> job);

 private:
  struct State;

  bool start_threads();
  std::shared_ptr<CompileJob> next();
  void work();

  CompilerImpl& compiler_;
  std::uint32_t wanted_;
  std::unique_ptr<State> state_;
};

}  // namespace wrun::inline v0::jit
