#include <wrun/instance.hpp>

#include "lib/api/boundary.hpp"
#include "lib/api/calls.hpp"
#include "lib/api/host.hpp"
#include "lib/api/objects.hpp"
#include "lib/api/state.hpp"
#include "lib/runtime/instantiate.hpp"
#include "lib/runtime/memory.hpp"

namespace wrun::inline v0 {

namespace {

using api::Session;
using api::StoreState;

runtime::HostFunctionSpec spec_of_import(StoreState& state, const api::PreparedState& prepared,
                                         std::size_t import, const api::HostDefinition& host) {
  if (!state.calls_by_name) return api::spec_of(host.type(), host.function);
  const wasm::Import& named = prepared.module->data->imports[import];
  std::string name(named.module);
  name += '.';
  name += named.name;
  return api::counted_spec_of(*state.calls_by_name, host.type(), host.function, name);
}

std::unique_ptr<runtime::HostFunctions> make_host_functions(StoreState& state,
                                                            const api::PreparedState& prepared) {
  auto made = std::make_unique<runtime::HostFunctions>(state.store, prepared.host_imports);
  for (std::size_t i = 0; i < prepared.imports.size(); ++i) {
    if (const auto* host = std::get_if<api::HostDefinitionPtr>(&prepared.imports[i]))
      made->add(spec_of_import(state, prepared, i, **host));
  }
  return made;
}

/// The host functions among the imports, the same for all instances in the store. Once its calls
/// are counted by name, further instances have others, with its counters, which go to no other
/// store.
std::span<runtime::HostFunction> host_functions(StoreState& state,
                                                const api::PreparedState& prepared) {
  if (prepared.host_imports == 0) return {};
  const std::shared_ptr<runtime::HostFunctionPool> owner(prepared.shared_from_this(),
                                                         &prepared.host_functions);
  runtime::KeptFunctions& kept = state.store.kept();
  const bool may_be_shared = !state.calls_by_name;
  if (auto* found = kept.find(owner, may_be_shared)) return found->cells();
  auto functions = may_be_shared ? owner->take() : nullptr;
  if (functions) {
    functions->move_to(state.store);
  } else {
    functions = make_host_functions(state, prepared);
  }
  state.store.note_allocation(functions->cells().size_bytes());
  return kept.keep(owner, std::move(functions), may_be_shared).cells();
}

/// The imports as objects of the store, in their order. A shared memory gets a cell there, which
/// `roots` holds until the instance does.
Result<std::vector<runtime::Extern>> imports_in(StoreState& state,
                                                const api::PreparedState& prepared,
                                                runtime::RootScope& roots) {
  std::vector<runtime::Extern> imports;
  imports.reserve(prepared.imports.size());
  const std::span<runtime::HostFunction> functions = host_functions(state, prepared);
  auto function = functions.begin();
  for (const api::Definition& each : prepared.imports) {
    if (const Extern* object = std::get_if<Extern>(&each)) {
      imports.push_back(api::to_runtime(state, *object));
      if (!imports.back()) return api::stale_handle();
      continue;
    }
    if (const SharedMemory* shared = std::get_if<SharedMemory>(&each)) {
      auto memory = runtime::create_memory(state.store, SharedMemoryAccess::state(*shared)->memory);
      if (!memory) return std::move(memory).error();
      roots.add(**memory);
      imports.push_back(*memory);
      continue;
    }
    imports.push_back(&(function++)->ref);
  }
  return imports;
}

/// Makes the instance and runs its start function. Nothing, with `failure` filled in, if that
/// failed.
Result<std::optional<Instance>> instantiate(StoreState& state, const api::PreparedState& prepared,
                                            detail::CallFailure& failure) {
  runtime::RootScope roots(state.store);
  auto imports = imports_in(state, prepared, roots);
  if (!imports) return std::move(imports).error();
  auto code = std::const_pointer_cast<api::ModuleState>(prepared.module);
  auto made = runtime::instantiate_checked(state.store, std::move(code), *imports);
  if (!made) return std::move(made).error();
  const runtime::Handle handle = state.store.handle(**made);
  const runtime::FuncRef* start = runtime::start_function(**made);
  runtime::Slot none;
  if (start && !api::enter(state, *start, &none, failure)) {
    state.store.release(handle);
    return std::optional<Instance>();
  }
  return std::optional(detail::Access::make<Instance>(api::to_public(state, handle)));
}

}  // namespace

bool detail::instantiate(const api::PreparedState* prepared, Store& store, Instance& made,
                         CallFailure& failure) noexcept {
  const Session session(store);
  auto done = api::guarded([&]() -> Result<std::optional<Instance>> {
    if (!session) return session.error();
    if (!prepared) return api::empty_object("Prepared");
    if (session->engine != prepared->module->engine) return api::wrong_engine();
    return wrun::instantiate(*session, *prepared, failure);
  });
  if (!done) return failure.error = std::move(done).error(), false;
  if (*done) made = **done;
  return done->has_value();
}

Result<Extern> Instance::get(std::string_view name) const {
  return api::with_object<runtime::Instance>(*this,
                                             [&](StoreState& state, runtime::Instance& instance) {
                                               return api::find_export(state, instance, name);
                                             });
}

Result<Func> Instance::func(std::string_view name) const {
  return api::narrow<Func>(get(name), name, "function");
}
Result<Memory> Instance::memory(std::string_view name) const {
  return api::narrow<Memory>(get(name), name, "memory");
}
Result<Table> Instance::table(std::string_view name) const {
  return api::narrow<Table>(get(name), name, "table");
}
Result<Global> Instance::global(std::string_view name) const {
  return api::narrow<Global>(get(name), name, "global");
}
Result<Tag> Instance::tag(std::string_view name) const {
  return api::narrow<Tag>(get(name), name, "tag");
}

Result<Module> Instance::module() const {
  return api::with_object<runtime::Instance>(
      *this, [](StoreState&, runtime::Instance& instance) -> Result<Module> {
        // Instances are made here only, of ModuleStates.
        return ModuleAccess::make(std::static_pointer_cast<api::ModuleState>(instance.module));
      });
}

Result<void> Instance::release() const {
  return api::release<runtime::Instance>(*this);
}

}  // namespace wrun::inline v0
