#include "jit/pipeline.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "jit/extension_verify.hpp"
#include "jit/ir_print.hpp"
#include "jit/ir_verify.hpp"
#include "jit/lir_print.hpp"
#include "jit/regalloc_verify.hpp"

namespace wrun::inline v0::jit {

namespace {

/// Machine code of an instruction is mostly shorter; where it isn't, there is a second attempt.
constexpr std::size_t bytes_per_inst = 24;
constexpr std::size_t most_code = std::size_t{64} << 20;
#ifdef NDEBUG
constexpr bool verifies = false;
#else
constexpr bool verifies = true;
#endif

bool shares_memory(const wasm::ModuleData& module) {
  return std::any_of(module.memories.begin(), module.memories.end(),
                     [](const wasm::MemoryType& type) { return type.is_shared; });
}

}  // namespace

Pipeline::Pipeline(const CpuFeatures& cpu, const Stubs& stubs, const std::atomic<bool>& stop)
    : cpu_(cpu), stubs_(stubs), stop_(stop), builder_(graph_) {}

std::optional<std::string> Pipeline::to_machine(const wasm::ModuleData& module,
                                                wasm::FuncIdx function,
                                                const CompileOptions& options) {
  if (auto refused = builder_.build(module, function, options)) return refused->reason;
  if constexpr (verifies) {
    if (std::string wrong = verify(graph_); !wrong.empty()) return "the graph is wrong: " + wrong;
  }
  if (stop_) return "nobody waits for it";
  if (std::string wrong = optimizer_.run(graph_, shares_memory(module)); !wrong.empty())
    return "the graph is wrong " + wrong;
  cfg_.compute(graph_);
  order_.compute(graph_, cfg_);
  own_ = signature_of(shape_of(module.type_of(function)));
  const bool from_frame = options.osr_offset.has_value();
  if (from_frame) {
    own_.params.clear();
    own_.param_bytes = 0;
  }
  Lowering(module, cpu_).run(graph_, order_, own_, from_frame, machine_);
  if constexpr (verifies) {
    if (std::string wrong = verify_extension(machine_); !wrong.empty())
      return "the lowering is wrong: " + wrong;
  }
  return std::nullopt;
}

bool Pipeline::makes_calls() const {
  return std::any_of(machine_.machine.begin(), machine_.machine.end(), [](const Machine& m) {
    return m.op == MOp::call_local || m.op == MOp::call_reference || m.op == MOp::call_helper ||
           m.op == MOp::tail_call_local || m.op == MOp::tail_call_reference;
  });
}

Compiled Pipeline::emit(const wasm::ModuleData& module, const Allocation& allocation,
                        const CompileOptions& options) {
  const bool calls = makes_calls();
  for (std::size_t room = 4096 + machine_.lir.insts.size() * bytes_per_inst;; room *= 4) {
    try {
      Compiled made;
      made.emitter = std::make_unique<CodeEmitter>(room, cpu_, stubs_, module.imported_functions);
      made.emitter->keep_lines(options.lines);
      made.code = made.emitter->run(machine_, allocation, own_, calls);
      return made;
    } catch (const Xbyak::Error& error) {
      if (static_cast<int>(error) != Xbyak::ERR_CODE_IS_TOO_BIG || room > most_code) throw;
    }
  }
}

std::variant<Compiled, std::string> Pipeline::run(const wasm::ModuleData& module,
                                                  wasm::FuncIdx function,
                                                  const CompileOptions& options) try {
  if (auto refused = to_machine(module, function, options)) return std::move(*refused);
  if (stop_) return "nobody waits for it";
  const Allocation& allocation = allocator_.run(machine_.lir);
  if (stop_) return "nobody waits for it";
  if constexpr (verifies) {
    if (std::string wrong = verify_allocation(machine_.lir, allocation); !wrong.empty())
      return "the register allocation is wrong: " + wrong;
  }
  Compiled made = emit(module, allocation, options);
  made.tries = builder_.tries();
  made.inlined = builder_.inlined();
  return made;
} catch (const Xbyak::Error& error) {
  return fmt::format("machine code couldn't be written: {}", error.what());
}

std::string Pipeline::print(const wasm::ModuleData& module, wasm::FuncIdx function,
                            const CompileOptions& options, Form form) {
  if (auto refused = to_machine(module, function, options)) return std::move(*refused);
  if (form == Form::graph) return jit::print(graph_, true);
  return jit::print(machine_.lir, &allocator_.run(machine_.lir));
}

}  // namespace wrun::inline v0::jit
