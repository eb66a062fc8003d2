#include "jit/pipeline.hpp"

#include <algorithm>

#include "jit/extension_verify.hpp"
#include "jit/ir_print.hpp"
#include "jit/ir_verify.hpp"
#include "jit/machine_print.hpp"
#include "jit/regalloc_verify.hpp"
#include "lib/runtime/frame_layout.hpp"
#include "lib/runtime/native.hpp"
#include "lib/runtime/slot.hpp"
#include "lib/wasm/compose.hpp"
#include "lib/wasm/frame_cost.hpp"

namespace wrun::inline v0::jit {

namespace {

/// Machine code of an instruction is mostly shorter; where it isn't, there is a second attempt.
constexpr std::size_t bytes_per_inst = 14;
constexpr std::size_t most_of_function = std::size_t{64} << 20;
/// Bytes of a function's body: what is kept from functions of that size is less than 1 MiB.
constexpr std::uint32_t large_body = 4096;
/// Bytes of the stack that a call may take besides its frame: addresses, and what goes between the
/// tiers (runtime::Segment, runtime::Suspended).
constexpr std::uint64_t frame_extra = 160;
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

bool Pipeline::is_large(const wasm::ModuleData& module, wasm::FuncIdx function) {
  return module.functions[function.value].body.size > large_body;
}

Pipeline::Pipeline(const CpuFeatures& cpu, const Stubs& stubs, const std::atomic<bool>& stop)
    : cpu_(cpu), stubs_(stubs), stop_(stop) {}

std::optional<std::string> Pipeline::to_machine(const wasm::ModuleData& module,
                                                wasm::FuncIdx function,
                                                const CompileOptions& options, Compiled& made) {
  if (!front_) front_ = std::make_unique<Front>();
  if (!back_) back_ = std::make_unique<Back>();
  auto& [graph, builder, cfg, optimizer, order, lowering] = *front_;
  if (!builder) builder.emplace(graph);
  if (auto refused = builder->build(module, function, options)) return refused->reason;
  made.tries = builder->tries();
  made.inlined = builder->inlined();
  builder->swap_cfg(cfg);
  if (is_large(module, function)) builder.reset();
  if constexpr (verifies) {
    if (std::string wrong = verify(graph); !wrong.empty()) return "the graph is wrong: " + wrong;
  }
  if (stop_) return "nobody waits for it";
  if (!optimizer) optimizer.emplace();
  if (std::string wrong = optimizer->run(graph, cfg, shares_memory(module)); !wrong.empty())
    return "the graph is wrong " + wrong;
  order.compute(graph, optimizer->cfg());
  if (is_large(module, function)) optimizer.reset();
  own_ = signature_of(shape_of(module.type_of(function)));
  if (options.osr_offset) {
    own_.params.clear();
    own_.param_bytes = 0;
  }
  if (!lowering) lowering.emplace(cpu_);
  lowering->run(module, graph, order, own_, options, back_->machine);
  if constexpr (verifies) {
    if (std::string wrong = verify_extension(back_->machine); !wrong.empty())
      return "the lowering is wrong: " + wrong;
  }
  return std::nullopt;
}

bool Pipeline::makes_calls() const {
  const auto& all = back_->machine.lir.insts;
  return std::any_of(all.begin(), all.end(), [](const LInst& inst) {
    const auto op = static_cast<MOp>(inst.op);
    return op == MOp::call_local || op == MOp::call_reference || op == MOp::call_helper ||
           op == MOp::tail_call_local || op == MOp::tail_call_reference;
  });
}

const Allocation& Pipeline::allocate() {
  if (!back_->allocator) back_->allocator.emplace();
  return back_->allocator->run(back_->machine.lir);
}

/// At least so much that the emitter can write to.
void Pipeline::make_room(std::size_t bytes) {
  const std::size_t count = bytes / sizeof(CodeRoom) + 1;
  if (back_->emitter && back_->room_count >= count) return;
  back_->emitter.reset();
  back_->room.reset();
  back_->room.reset(new CodeRoom[count]);
  back_->room_count = count;
  auto* const begin = reinterpret_cast<std::uint8_t*>(back_->room.get());
  back_->emitter.emplace(std::span(begin, count * sizeof(CodeRoom)), cpu_, stubs_);
}

void Pipeline::emit(const wasm::ModuleData& module, wasm::FuncIdx function,
                    const Allocation& allocation, const CompileOptions& options, Compiled& made) {
  const MachineFunction& machine = back_->machine;
  const std::uint32_t start =
      options.osr_offset.value_or(module.functions[function.value].body.offset);
  const EmitterTask task{.function = machine,
                         .allocation = allocation,
                         .own = own_,
                         .imported_functions = module.imported_functions,
                         .start = start,
                         .makes_calls = makes_calls(),
                         .keeps_lines = options.lines,
                         .tries_upper_halves = options.tries_upper_halves};
  for (std::size_t room = 4096 + machine.lir.insts.size() * bytes_per_inst;; room *= 4) {
    try {
      make_room(room);
      made.code = back_->emitter->run(task);
      return;
    } catch (const Xbyak::Error& error) {
      if (static_cast<int>(error) != Xbyak::ERR_CODE_IS_TOO_BIG || room > most_of_function) throw;
    }
  }
}

/// Whether machine code's stack lasts for as many calls as may be made. A call's area for what is
/// passed on the stack is the caller's; of a call from the interpreter it is the callee's own.
bool Pipeline::fits_charge(const wasm::FrameCost& cost, const Allocation& allocation) const {
  std::uint64_t area = 0;
  for (const CallLayout& call : back_->machine.calls)
    area = std::max(area, std::uint64_t{call.param_bytes} + call.result_bytes);
  area += std::uint64_t{own_.param_bytes} + own_.result_bytes;
  return 8 * std::uint64_t{allocation.slots} + area + frame_extra <=
         std::uint64_t{cost.bytes} * runtime::native_bytes_per_charge;
}

std::variant<Compiled, std::string> Pipeline::run(const wasm::ModuleData& module,
                                                  wasm::FuncIdx function,
                                                  const CompileOptions& options) try {
  Compiled made;
  wasm::FrameCost cost;
  if (options.deterministic) cost = wasm::frame_cost(module, function);
  if (cost.bytes / sizeof(runtime::Slot) > runtime::max_frame_slots)
    return "calls of it end in exhaustion in deterministic engines";
  if (auto refused = to_machine(module, function, options, made)) return std::move(*refused);
  if (is_large(module, function)) {
    front_.reset();
    back_->machine.shrink();
  }
  if (stop_) return "nobody waits for it";
  const LFunction& lir = back_->machine.lir;
  const Allocation* allocation = &allocate();
  if (stop_) return "nobody waits for it";
  if constexpr (verifies) {
    if (std::string wrong = verify_allocation(lir, *allocation); !wrong.empty())
      return "the register allocation is wrong: " + wrong;
  }
  if (options.deterministic && !fits_charge(cost, *allocation)) {
    if (made.inlined.empty())
      return compose(
          "its machine code needs a frame of {} bytes, too many for a deterministic engine",
          8 * std::uint64_t{allocation->slots});
    CompileOptions alone = options;
    alone.inlines = false;
    return run(module, function, alone);
  }
  Allocation taken;
  if (is_large(module, function)) {
    taken = back_->allocator->take();
    back_->allocator.reset();
    allocation = &taken;
  }
  emit(module, function, *allocation, options, made);
  return made;
} catch (const Xbyak::Error& error) {
  return compose("machine code couldn't be written: {}", error.what());
}

std::string Pipeline::print(const wasm::ModuleData& module, wasm::FuncIdx function,
                            const CompileOptions& options, Form form) {
  Compiled made;
  if (auto refused = to_machine(module, function, options, made)) return std::move(*refused);
  if (form == Form::graph) return jit::print(front_->graph, true);
  return jit::print(back_->machine, &allocate());
}

}  // namespace wrun::inline v0::jit
