#pragma once

// One function from its bytes to machine code. Keeps its memory from function to function; only
// what a large one needs goes as soon as the next step doesn't need it.

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

/// Machine code that isn't in its place yet.
struct Compiled {
  EmittedCode code;
  TryTable tries;
  std::vector<InlinedCall> inlined;
};

class Pipeline {
 public:
  /// Gives up soon, for whatever reason, once `stop` is true.
  Pipeline(const CpuFeatures& cpu, const Stubs& stubs, const std::atomic<bool>& stop);

  /// Whether a pipeline that compiled that function holds too much to be kept for others.
  static bool is_large(const wasm::ModuleData& module, wasm::FuncIdx function);

  /// Or why not. Throws std::bad_alloc.
  std::variant<Compiled, std::string> run(const wasm::ModuleData& module, wasm::FuncIdx function,
                                          const CompileOptions& options);

  /// The function in that form; or why not. Throws std::bad_alloc.
  std::string print(const wasm::ModuleData& module, wasm::FuncIdx function,
                    const CompileOptions& options, Form form);

 private:
  /// What comes before machine instructions, and is of no use once there are some.
  struct Front {
    Graph graph;
    std::optional<Builder> builder;
    Cfg cfg;
    std::optional<Optimizer> optimizer;
    BlockOrder order;
    std::optional<Lowering> lowering;
  };
  /// As aligned as code is where it runs.
  struct alignas(64) CodeRoom {
    std::uint8_t bytes[64];
  };
  struct Back {
    MachineFunction machine;
    std::optional<RegisterAllocator> allocator;
    std::unique_ptr<CodeRoom[]> room;  // that the emitter writes to
    std::size_t room_count = 0;
    std::optional<CodeEmitter> emitter;
  };

  /// Sets what `made` says of the function besides its code.
  std::optional<std::string> to_machine(const wasm::ModuleData& module, wasm::FuncIdx function,
                                        const CompileOptions& options, Compiled& made);
  const Allocation& allocate();
  bool fits_charge(const wasm::FrameCost& cost, const Allocation& allocation) const;
  void make_room(std::size_t bytes);
  void emit(const wasm::ModuleData& module, wasm::FuncIdx function, const Allocation& allocation,
            const CompileOptions& options, Compiled& made);
  bool makes_calls() const;

  const CpuFeatures& cpu_;
  const Stubs& stubs_;
  const std::atomic<bool>& stop_;
  Signature own_;
  std::unique_ptr<Front> front_;
  std::unique_ptr<Back> back_;
};

}  // namespace wrun::inline v0::jit
