#include "jit/compiler.hpp"

#include <cstring>
#include <new>
#include <utility>

#include "lib/runtime/exec_state.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::jit {

using runtime::ExecState;
using runtime::Instance;
using runtime::Leave;
using runtime::ModuleCode;
using runtime::NativeEntry;

namespace {

Leave resume(ExecState& state, const ModuleCode& module) {
  Workshop& shop = native_module(module).compiler().open_workshop();
  const os::CatchingFaults catching(shop.faults.catcher());
  return shop.stubs.resume(&state);
}

bool locate(const ModuleCode& module, const void* pc, std::vector<runtime::NativeFrame>& frames) {
  return native_module(module).locate(pc, frames);
}

const NativeEntry* hot(const ModuleCode& module, std::uint32_t function,
                       std::uint32_t loop) noexcept {
  return native_module(module).hot(function, loop);
}

/// Of a function. Larger ones would keep a thread busy for too long.
constexpr std::uint32_t most_body = 2 * 1024 * 1024;

bool find_catch(const ModuleCode& module, const void* pc, const Instance& instance,
                const runtime::Tag* tag, runtime::NativeCatch& found) {
  return native_module(module).find_catch(pc, instance, tag, found);
}

Leave land(ExecState& state, const ModuleCode& module) {
  Workshop& shop = native_module(module).compiler().open_workshop();
  const os::CatchingFaults catching(shop.faults.catcher());
  return shop.stubs.land(&state);
}

constexpr runtime::NativeTier tier{resume, locate, find_catch, land, hot};

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
  {
    const std::lock_guard lock(code_lock());
    if (asked_) return workshop_.get();
    if (has_too_many_types_) throw std::bad_alloc();
  }
  // Has a lock of its own, which isn't taken inside the other.
  os::FaultHandling faults;
  if (options_.guard_pages) faults = os::FaultHandling::acquire();
  if (!faults) guards_ = false;
  const std::lock_guard lock(code_lock());
  if (asked_) return workshop_.get();
  auto arena = CodeArena::create(options_.code_bytes, options_.observers.perf_map);
  if (arena) {
    workshop_ = std::make_unique<Workshop>(std::move(arena), options_.fuel,
                                           options_.tries_upper_halves, std::move(faults));
    fill_all();
  }
  asked_ = true;
  return workshop_.get();
}

void CompilerImpl::add(NativeModule& module) {
  const std::lock_guard lock(code_lock());
  if (workshop_) module.fill_cells(workshop_->stubs);
  modules_.insert(&module);
}

void CompilerImpl::remove(NativeModule& module) {
  const std::lock_guard lock(code_lock());
  modules_.erase(&module);
  has_too_many_types_ = false;
}

std::string CompilerImpl::unavailable() try {
  return workshop() ? std::string() : std::string(no_executable_memory);
} catch (const std::bad_alloc&) {
  return "no memory for the ways into machine code";
}

/// While there is no memory for a workshop, too: memories are to be fit for the one to come.
bool CompilerImpl::relies_on_guards() try {
  return workshop() != nullptr && guards_;
} catch (const std::bad_alloc&) {
  return guards_;
}

void CompilerImpl::prepare(ModuleCode& module) {
  auto self = std::static_pointer_cast<CompilerImpl>(shared_from_this());
  module.native_data = std::make_shared<NativeModule>(std::move(self), module);
  module.native = &tier;
}

const runtime::CodeCell* CompilerImpl::host_cell(const wasm::CanonFuncType& type) {
  const std::lock_guard lock(code_lock());
  // Stores are made of many host functions: without an allocation for each.
  shape_to(sought_, type);
  const auto found = host_cells_.try_emplace(sought_).first;
  // The one before may have found no memory.
  if (workshop_ && found->second.stubs == nullptr) fill(found->first, found->second);
  return &found->second.cell;
}

/// All or nothing: stubs go with their workshop.
void CompilerImpl::fill_all() try {
  for (auto& [shape, cell] : host_cells_) fill(shape, cell);
  for (NativeModule* module : modules_) module->fill_cells(workshop_->stubs);
} catch (const std::bad_alloc&) {
  for (auto& [shape, cell] : host_cells_) cell.stubs.reset();
  for (NativeModule* module : modules_) module->empty_cells();
  workshop_.reset();
  has_too_many_types_ = true;
  throw;
}

void CompilerImpl::fill(const Shape& shape, HostCell& cell) {
  auto stubs = workshop_->stubs.of(shape);
  cell.cell.machine_code.store(stubs->to_host());
  cell.stubs = std::move(stubs);
}

CompileOptions CompilerImpl::options_for(std::uint32_t loop) const {
  CompileOptions options;
  options.fuel = options_.fuel;
  options.interruptible = options_.interruptible;
  options.canonical_nans = options_.canonical_nans;
  options.deterministic = options_.deterministic;
  if (options_.fused_madd) options.madd = cpu_.has_fma ? Madd::fused : Madd::called;
  options.explicit_bounds = !guards_;
  options.tries_upper_halves = options_.tries_upper_halves;
  if (loop != 0) options.osr_offset = loop;
  return options;
}

std::string CompilerImpl::code_key() const {
  const CompileOptions options = options_for(0);
  std::string key = "x86-64-v2";
  const auto add = [&key](bool has, const char* name) {
    if (has) key += compose(", {}", name);
  };
  add(cpu_.has_bmi1, "bmi1");
  add(cpu_.has_bmi2, "bmi2");
  add(cpu_.has_lzcnt, "lzcnt");
  add(cpu_.has_avx, "avx");
  add(cpu_.has_avx2, "avx2");
  add(cpu_.has_fma, "fma");
  add(options.fuel, "fuel");
  add(options.interruptible, "interruptible");
  add(options.canonical_nans, "canonical_nans");
  add(options.deterministic, "deterministic");
  add(options.madd != Madd::unfused, "fused_madd");
  add(options.explicit_bounds, "checked");
  add(options.tries_upper_halves, "upper_halves");
  return key;
}

std::unique_ptr<Pipeline> CompilerImpl::take_pipeline() {
  {
    const std::lock_guard lock(code_lock());
    auto& idle = workshop_->idle;
    if (!idle.empty()) {
      auto pipeline = std::move(idle.back());
      idle.pop_back();
      return pipeline;
    }
  }
  return std::make_unique<Pipeline>(cpu_, workshop_->stubs, stop_);
}

void CompilerImpl::return_pipeline(std::unique_ptr<Pipeline> pipeline) {
  const std::lock_guard lock(code_lock());
  workshop_->idle.push_back(std::move(pipeline));
}

std::unique_ptr<NativeFunction> CompilerImpl::place(CodeKey key, Compiled& made, ShapeStubs& stubs,
                                                    const CodeOf& code_of) {
  auto function = std::make_unique<NativeFunction>();
  function->tables = std::make_unique<FunctionTables>(key.function, made);
  const std::span<std::uint8_t> code = made.code.bytes;
  function->function = key.function;
  function->size = code.size();
  function->frame_start = made.code.frame_start;
  const ShapeStubs::Entries entries = key.loop != 0 ? stubs.loop() : stubs.function();
  // Nothing throws from here on.
  const std::uint8_t* room = workshop_->arena->allocate(code.size());
  if (room == nullptr) return nullptr;
  for (const Relocation& at : made.code.relocations) {
    const auto distance = static_cast<std::int32_t>(static_cast<const std::uint8_t*>(at.target) -
                                                    (room + at.offset + 4));
    std::memcpy(code.data() + at.offset, &distance, sizeof(distance));
  }
  link_calls(code, room, made.code.calls, [&](std::uint32_t callee) {
    return key == CodeKey{callee, 0} ? room : code_of(callee);
  });
  if (!workshop_->arena->write(room, code)) {
    workshop_->arena->free(room);
    return nullptr;
  }
  function->code = room;
  function->piece = {room, function->tables->view()};
  workshop_->arena->set_owner(room, &function->piece);
  function->entry = {room, entries.call, entries.tail_call, workshop_->faults.catcher()};
  return function;
}

Outcome CompilerImpl::compile(const wasm::ModuleData& module, CodeKey key, bool lines) noexcept
    try {
  const wasm::FuncIdx function(key.function);
  if (const std::uint32_t size = module.functions[key.function].body.size; size > most_body)
    return compose("its body has {} bytes, and at most {} are compiled", size, most_body);
  auto pipeline = take_pipeline();
  CompileOptions options = options_for(key.loop);
  options.lines = lines;
  auto result = pipeline->run(module, function, options);
  if (!Pipeline::is_large(module, function)) return_pipeline(std::move(pipeline));
  return std::visit([](auto& made) -> Outcome { return std::move(made); }, result);
} catch (const std::bad_alloc&) {
  return {};
}

std::string CompilerImpl::print(const wasm::ModuleData& module, std::uint32_t function, Form form) {
  if (workshop() == nullptr) return unavailable();
  return Pipeline(cpu_, workshop_->stubs, stop_)
      .print(module, wasm::FuncIdx(function), options_for(0), form);
}

std::variant<Listing, std::string> CompilerImpl::list(const wasm::ModuleData& module,
                                                      std::uint32_t function) {
  if (workshop() == nullptr) return unavailable();
  const Outcome outcome = compile(module, {function, 0}, true);
  if (const auto* reason = std::get_if<std::string>(&outcome)) return *reason;
  const auto* made = std::get_if<Compiled>(&outcome);
  if (made == nullptr) throw std::bad_alloc();
  return listing(made->code, workshop_->stubs);
}

Listing listing(const EmittedCode& code, const Stubs& stubs) {
  Listing made;
  made.code = code.bytes;
  for (const Line& line : code.lines) made.lines.push_back({line.offset, line.wasm_offset});
  for (const Relocation& each : code.relocations)
    made.targets.push_back({each.offset, stubs.name_of(each.target)});
  return made;
}

Census census(const ModuleCode& module) {
  return native_module(module).census();
}

std::string print(const ModuleCode& module, std::uint32_t function, Form form) {
  return native_module(module).compiler().print(*module.data, function, form);
}

std::variant<Listing, std::string> list(const ModuleCode& module, std::uint32_t function) {
  return native_module(module).compiler().list(*module.data, function);
}

void write_image(const ModuleCode& module, std::vector<std::uint8_t>& tables,
                 std::vector<std::uint8_t>& code) {
  native_module(module).write_image(tables, code);
}

std::optional<ImageRefusal> read_image(const ModuleCode& module, MachineImage image) {
  return native_module(module).read_image(std::move(image));
}

std::vector<std::uint8_t> code_bytes(const ModuleCode& module, std::uint32_t function) {
  NativeModule& native = native_module(module);
  native.hot(function, 0);
  const NativeFunction* found = native.find(function);
  if (found == nullptr) return {};
  return {found->code, found->code + found->size};
}

}  // namespace wrun::inline v0::jit
