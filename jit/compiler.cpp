#include "jit/compiler.hpp"
#include "lib/runtime/exec_state.hpp"

#include <cstring>
#include <new>
#include <utility>

namespace wrun::inline v0::jit {

using runtime::ExecState;
using runtime::Instance;
using runtime::Leave;
using runtime::ModuleCode;
using runtime::NativeEntry;
using runtime::Slot;

namespace {

Leave enter(ExecState& state, const NativeEntry& entry, Instance& instance,
            std::uint32_t function) {
  using Stub = Leave (*)(ExecState*, const void*, Slot*, Instance*, std::uint32_t);
  const auto stub = reinterpret_cast<Stub>(reinterpret_cast<std::uintptr_t>(entry.stub));
  const auto& segment = *reinterpret_cast<const runtime::Segment*>(state.native.sp);
  return stub(&state, entry.code, segment.fp, &instance, function);
}

Leave resume(ExecState& state, const ModuleCode& module) {
  return native_module(module).compiler().open_workshop().stubs.resume(&state);
}

bool locate(const ModuleCode& module, const void* pc, std::vector<runtime::NativeFrame>& frames) {
  return native_module(module).locate(pc, frames);
}

const NativeEntry* hot(const ModuleCode& module, std::uint32_t function,
                       std::uint32_t loop) noexcept {
  return native_module(module).hot(function, loop);
}

constexpr runtime::NativeTier tier{enter, resume, locate, hot};

}  // namespace

std::shared_ptr<Compiler> Compiler::create(const EngineOptions& options, std::string& reason) {
  const CpuFeatures cpu = CpuFeatures::detect();
  if (!cpu.has_v2) {
    reason = "the CPU hasn't the instructions of x86-64-v2";
    return nullptr;
  }
  return std::make_shared<CompilerImpl>(options, cpu);
}

Workshop* CompilerImpl::workshop() {
  const std::lock_guard lock(mutex_);
  if (asked_) return workshop_.get();
  auto arena = CodeArena::create();
  if (arena) {
    workshop_ = std::make_unique<Workshop>(std::move(arena));
    for (auto& [shape, cell] : host_cells_)
      cell.machine_code.store(workshop_->stubs.of(shape).to_host);
    for (const NativeModule* module : modules_) module->fill_cells(workshop_->stubs);
  }
  asked_ = true;
  return workshop_.get();
}

void CompilerImpl::add(NativeModule& module) {
  const std::lock_guard lock(mutex_);
  if (workshop_) module.fill_cells(workshop_->stubs);
  modules_.insert(&module);
}

void CompilerImpl::remove(NativeModule& module) {
  const std::lock_guard lock(mutex_);
  modules_.erase(&module);
}

std::string CompilerImpl::unavailable() {
  return workshop() ? std::string() : std::string("the system refuses executable memory");
}

void CompilerImpl::prepare(ModuleCode& module) {
  auto self = std::static_pointer_cast<CompilerImpl>(shared_from_this());
  module.native_data = std::make_shared<NativeModule>(std::move(self), module);
  module.native = &tier;
}

const runtime::CodeCell* CompilerImpl::host_cell(const wasm::CanonFuncType& type) {
  const std::lock_guard lock(mutex_);
  const auto [found, is_new] = host_cells_.try_emplace(shape_of(type));
  if (is_new && workshop_)
    found->second.machine_code.store(workshop_->stubs.of(found->first).to_host);
  return &found->second;
}

CompileOptions CompilerImpl::options_for(std::uint32_t loop) const {
  CompileOptions options;
  options.fuel = options_.fuel;
  options.interruptible = options_.interruptible;
  options.explicit_bounds = true;
  if (loop != 0) options.osr_offset = loop;
  return options;
}

std::unique_ptr<Pipeline> CompilerImpl::take_pipeline(Workshop& shop) {
  const std::lock_guard lock(shop.mutex);
  if (shop.idle.empty()) return std::make_unique<Pipeline>(cpu_, shop.stubs);
  auto pipeline = std::move(shop.idle.back());
  shop.idle.pop_back();
  return pipeline;
}

void CompilerImpl::return_pipeline(Workshop& shop, std::unique_ptr<Pipeline> pipeline) {
  const std::lock_guard lock(shop.mutex);
  shop.idle.push_back(std::move(pipeline));
}

/// Copies code to the arena, and lets it know how far it is from what it calls.
std::unique_ptr<NativeFunction> CompilerImpl::place(CodeArena& arena, const Compiled& made) {
  auto function = std::make_unique<NativeFunction>();
  const std::span<const std::uint8_t> bytes = made.code.bytes;
  const std::uint8_t* room = arena.allocate(bytes.size());
  if (room == nullptr) return nullptr;
  std::vector<std::uint8_t> code(bytes.begin(), bytes.end());
  for (const Relocation& at : made.code.relocations) {
    const auto distance = static_cast<std::int32_t>(static_cast<const std::uint8_t*>(at.target) -
                                                    (room + at.offset + 4));
    std::memcpy(code.data() + at.offset, &distance, sizeof(distance));
  }
  arena.write(room, code);
  function->code = room;
  function->size = code.size();
  return function;
}

std::variant<std::unique_ptr<NativeFunction>, std::string> CompilerImpl::compile(
    const wasm::ModuleData& module, std::uint32_t function, std::uint32_t loop) {
  Workshop* shop = workshop();
  if (shop == nullptr) return unavailable();
  auto pipeline = take_pipeline(*shop);
  auto result = pipeline->run(module, wasm::FuncIdx(function), options_for(loop));
  return_pipeline(*shop, std::move(pipeline));
  if (auto* reason = std::get_if<std::string>(&result)) return std::move(*reason);
  auto& made = std::get<Compiled>(result);
  auto placed = place(*shop->arena, made);
  if (!placed) return std::string("the memory for machine code is full");
  const SignatureStubs& stubs = shop->stubs.of(shape_of(module.type_of(wasm::FuncIdx(function))));
  placed->function = function;
  placed->sites = std::move(made.code.sites);
  placed->entry = {placed->code, loop != 0 ? stubs.enter_loop : stubs.enter};
  return placed;
}

std::string CompilerImpl::print(const wasm::ModuleData& module, std::uint32_t function, Form form) {
  Workshop* shop = workshop();
  if (shop == nullptr) return unavailable();
  auto pipeline = take_pipeline(*shop);
  std::string text = pipeline->print(module, wasm::FuncIdx(function), options_for(0), form);
  return_pipeline(*shop, std::move(pipeline));
  return text;
}

Census census(const ModuleCode& module) {
  return native_module(module).census();
}

std::string print(const ModuleCode& module, std::uint32_t function, Form form) {
  return native_module(module).compiler().print(*module.data, function, form);
}

std::vector<std::uint8_t> code_bytes(const ModuleCode& module, std::uint32_t function) {
  NativeModule& native = native_module(module);
  native.hot(function, 0);
  const NativeFunction* found = native.find(function);
  if (found == nullptr) return {};
  return {found->code, found->code + found->size};
}

}  // namespace wrun::inline v0::jit
