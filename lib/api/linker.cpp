#include <wrun/linker.hpp>

#include "lib/api/boundary.hpp"
#include "lib/api/held_types.hpp"
#include "lib/api/objects.hpp"
#include "lib/api/state.hpp"
#include "lib/api/storage.hpp"
#include "lib/api/types.hpp"
#include "lib/api/untyped.hpp"
#include "lib/runtime/instantiate.hpp"

namespace wrun::inline v0 {

namespace api {

HostDefinition::HostDefinition(EngineState& engine, detail::HostFunc&& host)
    : function(std::move(host)), types_(engine.types) {}

HostDefinition::~HostDefinition() {
  if (const std::uint32_t known = type_.load(); known != unknown)
    types_->release(wasm::TypeId(known));
}

wasm::TypeId HostDefinition::type() const {
  std::uint32_t known = type_.load();
  if (known != unknown) return wasm::TypeId(known);
  // A lambda's type names no module's types; others were checked, and the callable holds them.
  const wasm::TypeId interned = HeldTypes(types_).intern(function.type).value();
  if (type_.compare_exchange_strong(known, interned.value)) return interned;
  types_->release(interned);
  return wasm::TypeId(known);
}

const Definition* LinkerState::find(std::string_view module, std::string_view name) const {
  const auto names = modules.find(module);
  if (names == modules.end()) return nullptr;
  const auto found = names->second.find(name);
  return found == names->second.end() ? nullptr : &found->second;
}

namespace {

void define(LinkerState& linker, std::string_view module, std::string_view name,
            Definition definition) {
  linker.modules[std::string(module)].insert_or_assign(std::string(name), std::move(definition));
}

/// Runs body; its error, if it is the first, is kept for prepare().
template <class Body>
void keep_mistake(LinkerState* linker, Body&& body) noexcept {
  if (!linker) return;
  auto done = guarded(std::forward<Body>(body));
  if (!done && !linker->mistake) linker->mistake = std::move(done).error();
}

/// The type of a definition that is an object of a store.
Result<runtime::ExternType> type_of_object(const LinkerState& linker, const Extern& object) {
  const Session session(store_id(object));
  if (!session) return session.error();
  if (session->engine != linker.engine) return wrong_engine();
  const runtime::Extern found = to_runtime(*session, object);
  if (!found) return stale_handle();
  return runtime::type_of(found);
}

runtime::ExternType type_of_shared(const SharedMemory& shared) {
  runtime::ExternType type;
  type.kind = wasm::ExternKind::memory;
  type.memory = to_canonical(shared.type());
  return type;
}

Result<runtime::ExternType> type_of_definition(const LinkerState& linker,
                                               const Definition& definition) {
  if (const auto* host = std::get_if<HostDefinitionPtr>(&definition)) {
    runtime::ExternType type;
    type.kind = wasm::ExternKind::func;
    type.type = (*host)->type();
    return type;
  }
  if (const auto* shared = std::get_if<SharedMemory>(&definition)) return type_of_shared(*shared);
  return type_of_object(linker, std::get<Extern>(definition));
}

Result<void> check(const LinkerState& linker, const wasm::ModuleData& data, std::size_t import,
                   const Definition* definition) {
  if (!definition) return runtime::check_import(data, import, nullptr);
  auto type = type_of_definition(linker, *definition);
  if (!type) return std::move(type).error();
  return runtime::check_import(data, import, &*type);
}

}  // namespace

}  // namespace api

Linker::Linker(const Engine& engine) noexcept {
  try {
    if (!EngineAccess::state(engine)) return;
    auto state = std::make_unique<api::LinkerState>();
    state->engine = EngineAccess::state(engine);
    state_ = state.release();
  } catch (...) {
    // It stays empty.
  }
}

Linker::Linker(const Linker& other)
    : state_(other.state_ ? new api::LinkerState(*other.state_) : nullptr) {}

Linker& Linker::operator=(const Linker& other) {
  Linker copy(other);
  std::swap(state_, copy.state_);
  return *this;
}

Linker::Linker(Linker&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}

Linker& Linker::operator=(Linker&& other) noexcept {
  Linker taken(std::move(other));
  std::swap(state_, taken.state_);
  return *this;
}

Linker::~Linker() {
  delete state_;
}

Linker& Linker::add(std::string_view module, std::string_view name, detail::HostFunc&& function) {
  api::keep_mistake(state_, [&]() -> Result<void> {
    api::define(*state_, module, name,
                std::make_shared<const api::HostDefinition>(*state_->engine, std::move(function)));
    return {};
  });
  return *this;
}

Linker& Linker::func(std::string_view module, std::string_view name, FuncType type,
                     UntypedFunc callable) {
  api::keep_mistake(state_, [&]() -> Result<void> {
    auto made = api::make_untyped(state_->engine->types, std::move(type), std::move(callable));
    if (!made) return std::move(made).error();
    add(module, name, std::move(*made));
    return {};
  });
  return *this;
}

Linker& Linker::define(std::string_view module, std::string_view name, const Extern& object) {
  api::keep_mistake(state_, [&]() -> Result<void> {
    auto type = api::type_of_object(*state_, object);
    if (!type) return std::move(type).error();
    api::define(*state_, module, name, object);
    return {};
  });
  return *this;
}

Linker& Linker::define(std::string_view module, std::string_view name, const SharedMemory& memory) {
  api::keep_mistake(state_, [&]() -> Result<void> {
    const api::SharedMemoryState* shared = SharedMemoryAccess::state(memory);
    if (!shared) return api::empty_object("SharedMemory");
    if (shared->engine != state_->engine) return api::wrong_engine();
    api::define(*state_, module, name, memory);
    return {};
  });
  return *this;
}

Linker& Linker::instance(std::string_view module, const Instance& instance) {
  api::keep_mistake(state_, [&]() -> Result<void> {
    const api::Session session(instance);
    if (!session) return session.error();
    if (session->engine != state_->engine) return api::wrong_engine();
    auto* found = api::resolve<runtime::Instance>(*session, instance);
    if (!found) return api::stale_handle();
    const runtime::Handle owner = session->store.handle(*found);
    for (const wasm::Export& each : found->module->data->exports) {
      const runtime::Extern object = runtime::extern_at(*found, each.kind, each.index);
      api::define(*state_, module, each.name, api::to_public(*session, object, owner));
    }
    return {};
  });
  return *this;
}

Linker& Linker::alias_module(std::string_view module, std::string_view alias) {
  api::keep_mistake(state_, [&]() -> Result<void> {
    const auto names = state_->modules.find(module);
    if (names == state_->modules.end() || module == alias) return {};
    const api::LinkerState::Names copy = names->second;
    for (const auto& [name, definition] : copy) api::define(*state_, alias, name, definition);
    return {};
  });
  return *this;
}

bool Linker::defines(std::string_view module, std::string_view name) const {
  return state_ && state_->find(module, name);
}

Result<Prepared> Linker::prepare(const Module& module) const {
  return api::guarded([&]() -> Result<Prepared> {
    if (!state_) return api::empty_object("Linker");
    if (state_->mistake) return *state_->mistake;
    const auto& code = ModuleAccess::state(module);
    if (!code) return api::empty_object("Module");
    if (code->engine != state_->engine) return api::wrong_engine();
    auto prepared = std::make_shared<api::PreparedState>(code);
    const auto& imports = code->data->imports;
    for (std::size_t i = 0; i < imports.size(); ++i) {
      const api::Definition* found = state_->find(imports[i].module, imports[i].name);
      auto fits = api::check(*state_, *code->data, i, found);
      if (!fits) return std::move(fits).error();
      prepared->imports.push_back(*found);
      prepared->host_imports += std::holds_alternative<api::HostDefinitionPtr>(*found) ? 1 : 0;
    }
    return Prepared(
        detail::shared_of(std::shared_ptr<const api::PreparedState>(std::move(prepared))));
  });
}

NativeFunction::NativeFunction(std::string_view symbol) : symbol_(symbol) {}

NativeFunction::NativeFunction(const char* symbol) : symbol_(symbol) {}

NativeFunction::NativeFunction(std::string_view library, std::string_view symbol)
    : library_(library), symbol_(symbol) {}

Module Prepared::module() const {
  return ModuleAccess::make(state_ ? state_->module : nullptr);
}

}  // namespace wrun::inline v0
