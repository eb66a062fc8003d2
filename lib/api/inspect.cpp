#include "lib/api/inspect.hpp"

#include "jit/jit.hpp"
#include "lib/api/boundary.hpp"
#include "lib/api/session.hpp"
#include "lib/api/state.hpp"
#include "lib/interp/interp.hpp"

namespace wrun::inline v0::api {

const wasm::ModuleData& data(const Module& module) {
  return *ModuleAccess::state(module)->data;
}

Result<std::string> slots(const Module& module, std::uint32_t index) {
  return guarded([&]() -> Result<std::string> {
    const wasm::ModuleData& functions = data(module);
    if (index < functions.imported_functions || index >= functions.functions.size())
      return Error(ErrorKind::usage, "no function with that index has a body");
    return interp::print_slots(*ModuleAccess::state(module), index);
  });
}

std::uint32_t interpreted_functions(const Module& module) {
  return interp::translated_functions(*ModuleAccess::state(module));
}

CompiledCounts compiled_functions(const Module& module) {
  const auto& state = *ModuleAccess::state(module);
  CompiledCounts counts;
  if (state.native == nullptr) return counts;
  jit::Census census = jit::census(state);
  counts.functions = census.compiled;
  counts.loops = census.loops;
  counts.bytes = census.code_bytes;
  for (jit::Interpreted& each : census.interpreted)
    counts.interpreted.emplace_back(each.function, std::move(each.reason));
  return counts;
}

namespace {

/// The compiler's view of a function with a body.
template <class T, class Look>
Result<T> look(const Module& module, std::uint32_t index, Look look_at) {
  return guarded([&]() -> Result<T> {
    const wasm::ModuleData& functions = data(module);
    if (index < functions.imported_functions || index >= functions.functions.size())
      return Error(ErrorKind::usage, "no function with that index has a body");
    const auto& state = *ModuleAccess::state(module);
    if (state.native == nullptr)
      return Error(ErrorKind::usage, "the engine has no compiler: " + state.engine->no_compiler);
    return look_at(state);
  });
}

}  // namespace

Result<std::string> compiler_graph(const Module& module, std::uint32_t index) {
  return look<std::string>(module, index, [index](const ModuleState& state) {
    return jit::print(state, index, jit::Form::graph);
  });
}

Result<std::string> compiler_registers(const Module& module, std::uint32_t index) {
  return look<std::string>(module, index, [index](const ModuleState& state) {
    return jit::print(state, index, jit::Form::allocated);
  });
}

Result<jit::Listing> machine_listing(const Module& module, std::uint32_t index) {
  return look<jit::Listing>(module, index,
                            [index](const ModuleState& state) -> Result<jit::Listing> {
                              auto listing = jit::list(state, index);
                              if (auto* reason = std::get_if<std::string>(&listing))
                                return Error(ErrorKind::usage, "it stays interpreted: " + *reason);
                              return std::get<jit::Listing>(std::move(listing));
                            });
}

Result<std::vector<std::uint8_t>> machine_code(const Module& module, std::uint32_t index) {
  return look<std::vector<std::uint8_t>>(
      module, index, [index](const ModuleState& state) { return jit::code_bytes(state, index); });
}

Result<HeapCounts> heap_counts(const Store& store) {
  const Session session(store);
  if (!session) return session.error();
  runtime::Store& heap = session->store;
  std::size_t cells = heap.cell_count();
  heap.kept().each([&](const runtime::HostFunctions& each) { cells += each.cells().size(); });
  return HeapCounts{cells, heap.handle_count()};
}

void stress_collector(const Store& store) {
  const Session session(store);
  if (session) session->store.heap().set_stress();
}

Engine engine_that_tries_upper_halves(const Config& config) {
  Engine engine(config);
  if (const auto& state = EngineAccess::state(engine)) state->tries_upper_halves = true;
  return engine;
}

}  // namespace wrun::inline v0::api
