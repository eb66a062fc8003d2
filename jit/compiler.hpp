#pragma once

// The compiler's inside: what an engine has once.

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "jit/arena.hpp"
#include "jit/jit.hpp"
#include "jit/native_module.hpp"
#include "jit/pipeline.hpp"
#include "jit/stubs.hpp"

namespace wrun::inline v0::jit {

/// What takes time and memory to have: made when the first function is hot.
struct Workshop {
  std::unique_ptr<CodeArena> arena;
  Stubs stubs;
  std::mutex mutex;
  std::vector<std::unique_ptr<Pipeline>> idle;  // each thread that compiles takes one

  explicit Workshop(std::unique_ptr<CodeArena> memory) : arena(std::move(memory)), stubs(*arena) {}
};

class CompilerImpl final : public Compiler {
 public:
  CompilerImpl(const EngineOptions& options, const CpuFeatures& cpu)
      : options_(options), cpu_(cpu) {}

  std::string unavailable() override;
  void prepare(runtime::ModuleCode& module) override;
  const runtime::CodeCell* host_cell(const wasm::CanonFuncType& type) override;

  /// Null where the system refuses executable memory. Throws std::bad_alloc.
  Workshop* workshop();
  /// Of which there is one already.
  Workshop& open_workshop() { return *workshop_; }

  // While a module lives
  void add(NativeModule& module);
  void remove(NativeModule& module);

  /// Compiles and puts the code in its place; or says why not. `loop` as in NativeTier::hot.
  std::variant<std::unique_ptr<NativeFunction>, std::string> compile(const wasm::ModuleData& module,
                                                                     std::uint32_t function,
                                                                     std::uint32_t loop);
  std::string print(const wasm::ModuleData& module, std::uint32_t function, Form form);

 private:
  CompileOptions options_for(std::uint32_t loop) const;
  std::unique_ptr<Pipeline> take_pipeline(Workshop& shop);
  static void return_pipeline(Workshop& shop, std::unique_ptr<Pipeline> pipeline);
  static std::unique_ptr<NativeFunction> place(CodeArena& arena, const Compiled& made);

  EngineOptions options_;
  CpuFeatures cpu_;
  std::mutex mutex_;
  bool asked_ = false;
  std::unique_ptr<Workshop> workshop_;
  std::set<NativeModule*> modules_;
  std::map<Shape, runtime::CodeCell> host_cells_;  // empty until there is a workshop
};

}  // namespace wrun::inline v0::jit
