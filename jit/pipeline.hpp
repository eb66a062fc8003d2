#pragma once

// One function from its bytes to machine code. Keeps its memory from function to function.

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "jit/block_order.hpp"
#include "jit/builder.hpp"
#include "jit/emit.hpp"
#include "jit/jit.hpp"
#include "jit/lower.hpp"
#include "jit/optimize.hpp"

namespace wrun::inline v0::jit {

/// Machine code that isn't in its place yet, in `emitter`'s memory.
struct Compiled {
  std::unique_ptr<CodeEmitter> emitter;
  EmittedCode code;
  TryTable tries;
  std::vector<InlinedCall> inlined;
};

class Pipeline {
 public:
  /// Gives up soon, for whatever reason, once `stop` is true.
  Pipeline(const CpuFeatures& cpu, const Stubs& stubs, const std::atomic<bool>& stop);

  /// Or why not. Throws std::bad_alloc.
  std::variant<Compiled, std::string> run(const wasm::ModuleData& module, wasm::FuncIdx function,
                                          const CompileOptions& options);

  /// The function in that form; or why not. Throws std::bad_alloc.
  std::string print(const wasm::ModuleData& module, wasm::FuncIdx function,
                    const CompileOptions& options, Form form);

 private:
  std::optional<std::string> to_machine(const wasm::ModuleData& module, wasm::FuncIdx function,
                                        const CompileOptions& options);
  Compiled emit(const wasm::ModuleData& module, const Allocation& allocation,
                const CompileOptions& options);
  bool makes_calls() const;

  const CpuFeatures& cpu_;
  const Stubs& stubs_;
  const std::atomic<bool>& stop_;
  Graph graph_;
  Builder builder_;
  Optimizer optimizer_;
  Cfg cfg_;
  BlockOrder order_;
  Signature own_;
  MachineFunction machine_;
  RegisterAllocator allocator_;
};

}  // namespace wrun::inline v0::jit
