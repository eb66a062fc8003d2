#pragma once

// The compiler's inside: what an engine has once.

#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "jit/announcer.hpp"
#include "jit/arena.hpp"
#include "jit/compile_queue.hpp"
#include "jit/direct_calls.hpp"
#include "jit/faults.hpp"
#include "jit/jit.hpp"
#include "jit/native_module.hpp"
#include "jit/pipeline.hpp"
#include "jit/stubs.hpp"
#include "lib/os/faults.hpp"

namespace wrun::inline v0::jit {

/// What takes time and memory to have: made when the first function is hot.
struct Workshop {
  std::unique_ptr<CodeArena> arena;
  Stubs stubs;
  std::vector<std::unique_ptr<Pipeline>> idle;  // each thread that compiles takes one

  AccessFaults faults;
  os::FaultHandling handling;  // holds nothing where accesses are checked

  Workshop(std::unique_ptr<CodeArena> memory, bool fuel, bool tries_upper_halves,
           os::FaultHandling held)
      : arena(std::move(memory)),
        stubs(*arena, fuel, tries_upper_halves),
        faults(*arena, fuel, stubs.leave()),
        handling(std::move(held)) {}
};

/// Of code that calls these stubs, and has its lines. Throws std::bad_alloc.
Listing listing(const EmittedCode& code, const Stubs& stubs);

inline constexpr const char* no_executable_memory = "the system refuses executable memory";

class CompilerImpl final : public Compiler {
 public:
  CompilerImpl(const EngineOptions& options, const CpuFeatures& cpu)
      : options_(options),
        cpu_(cpu),
        guards_(options.guard_pages),
        announcer_(options.observers),
        queue_(*this, options.compile_threads) {}

  std::string unavailable() override;
  bool relies_on_guards() override;
  /// The system refused what code with guard pages needs, once there was to be some.
  bool has_lost_guards() const { return options_.guard_pages && !guards_; }
  void prepare(runtime::ModuleCode& module) override;
  std::string code_key() const override;
  const runtime::CodeCell* host_cell(const wasm::CanonFuncType& type) override;

  /// Null where the system refuses executable memory. Throws std::bad_alloc.
  Workshop* workshop();
  /// Of which there is one already.
  Workshop& open_workshop() { return *workshop_; }

  // While a module lives
  void add(NativeModule& module);
  void remove(NativeModule& module);

  /// What compiles while others run. Under code_lock().
  CompileQueue& queue() { return queue_; }
  /// Has what is being compiled come to nothing, soon: the engine ends.
  void stop_compiling() { stop_ = true; }
  /// Who is told of code. Under code_lock().
  Announcer& announcer() { return announcer_; }
  /// The code of a function or of a loop in it. There is a workshop.
  Outcome compile(const wasm::ModuleData& module, CodeKey key, bool lines = false) noexcept;
  /// Copies code to the arena; null if that is full. Under code_lock(). Throws std::bad_alloc.
  std::unique_ptr<NativeFunction> place(CodeKey key, Compiled& made, ShapeStubs& stubs,
                                        const CodeOf& code_of);
  std::string print(const wasm::ModuleData& module, std::uint32_t function, Form form);
  std::variant<Listing, std::string> list(const wasm::ModuleData& module, std::uint32_t function);

 private:
  /// What references to host functions have for a cell: empty until there is a workshop.
  struct HostCell {
    runtime::CodeCell cell;
    std::shared_ptr<ShapeStubs> stubs;
  };

  void fill_all();
  void fill(const Shape& shape, HostCell& cell);
  CompileOptions options_for(std::uint32_t loop) const;
  std::unique_ptr<Pipeline> take_pipeline();
  void return_pipeline(std::unique_ptr<Pipeline> pipeline);

  EngineOptions options_;
  CpuFeatures cpu_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> guards_;
  // Guarded by code_lock()
  bool asked_ = false;
  bool has_too_many_types_ = false;  // the modules together, for a workshop; until one goes
  std::unique_ptr<Workshop> workshop_;
  std::set<NativeModule*> modules_;
  std::map<Shape, HostCell> host_cells_;
  Shape sought_;  // in host_cells_, with room for the next
  Announcer announcer_;
  CompileQueue queue_;  // the last: its threads use the rest
};

}  // namespace wrun::inline v0::jit
