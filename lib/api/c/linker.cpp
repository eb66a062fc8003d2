#include "lib/api/c/linker.hpp"

#include "lib/api/c/caller.hpp"
#include "lib/api/c/engine.hpp"
#include "lib/api/c/error.hpp"
#include "lib/api/c/guard.hpp"
#include "lib/api/c/instance.hpp"
#include "lib/api/c/shared_memory.hpp"
#include "lib/api/objects.hpp"
#include "lib/runtime/extern.hpp"

using namespace wrun;
using capi::Use;

namespace {

/// The same object as the public API has it.
Extern to_public(const wasm_extern_t& ref) {
  switch (ref.kind) {
    case capi::RefKind::func:
      return ref.as<Func>();
    case capi::RefKind::global:
      return ref.as<Global>();
    case capi::RefKind::table:
      return ref.as<Table>();
    case capi::RefKind::memory:
      return ref.as<Memory>();
    default:
      return ref.as<Tag>();
  }
}

/// Runs body(linker); the mistake that it leaves, which others would find in prepare().
template <class Body>
wrun_error_t* change(wrun_linker_t& linker, Body&& body) noexcept {
  return capi::attempt([&]() -> Result<void> {
    auto done = api::guarded([&] { return body(linker); });
    std::optional<Error>& mistake = LinkerAccess::state(linker.linker)->mistake;
    if (!mistake) return done;
    return *std::exchange(mistake, std::nullopt);
  });
}

void define(wrun_linker_t& linker, std::string_view module, std::string_view name,
            wasm_extern_t* taken) {
  linker.kept.emplace_back(taken, capi::Dropper());
  linker.linker.define(module, name, to_public(*taken));
}

Result<void> instantiate(const wrun_prepared_t& prepared, Use& use, wasm_instance_t** out) {
  use.store().forget_thrown();
  try {
    const auto made = prepared.prepared.instantiate(use.facade());
    if (!made) return made.error();
    *out = capi::own_handle<wasm_instance_t>(use, capi::to_runtime<runtime::Instance>(use, *made));
    return {};
  } catch (...) {
    return detail::error_of(std::current_exception());
  }
}

Result<Prepared> prepare(const wrun_linker_t& linker, const wasm_shared_module_t& module) {
  return linker.linker.prepare(module.module);
}

}  // namespace

extern "C" {

wrun_linker_t* wrun_linker_new(wasm_engine_t* engine) {
  return capi::guarded<wrun_linker_t*>(nullptr, [&]() -> wrun_linker_t* {
    Linker linker(engine->engine);
    if (!LinkerAccess::state(linker)) return nullptr;
    return new wrun_linker_t{std::move(linker)};
  });
}

wrun_linker_t* wrun_linker_copy(const wrun_linker_t* linker) {
  return capi::guarded<wrun_linker_t*>(nullptr, [&] { return new wrun_linker_t(*linker); });
}

void wrun_linker_delete(wrun_linker_t* linker) {
  delete linker;
}

wrun_error_t* wrun_linker_define_func(wrun_linker_t* linker, const char* module, const char* name,
                                      const wasm_functype_t* type, wrun_callback_t callback,
                                      void* env, void (*finalizer)(void*)) {
  return change(*linker, [&](wrun_linker_t& into) -> Result<void> {
    auto kept = capi::share(env, finalizer);
    auto made = capi::make_host_func(LinkerAccess::state(into.linker)->engine->types, *type,
                                     callback, std::move(kept));
    if (!made) return std::move(made).error();
    LinkerAccess::add(into.linker, capi::text(module), capi::text(name), std::move(*made));
    return {};
  });
}

wrun_error_t* wrun_linker_define(wrun_linker_t* linker, const char* module, const char* name,
                                 const wasm_extern_t* object) {
  return change(*linker, [&](wrun_linker_t& into) -> Result<void> {
    define(into, capi::text(module), capi::text(name),
           capi::copy(const_cast<wasm_extern_t*>(object)));
    return {};
  });
}

wrun_error_t* wrun_linker_define_shared_memory(wrun_linker_t* linker, const char* module,
                                               const char* name,
                                               const wrun_shared_memory_t* memory) {
  return change(*linker, [&](wrun_linker_t& into) -> Result<void> {
    into.linker.define(capi::text(module), capi::text(name), memory->memory);
    return {};
  });
}

wrun_error_t* wrun_linker_define_instance(wrun_linker_t* linker, const char* module,
                                          const wasm_instance_t* instance) {
  return change(*linker, [&](wrun_linker_t& into) -> Result<void> {
    Use use(instance->store);
    if (!use) return use.error();
    const auto* found = api::resolve<runtime::Instance>(use.state(), instance->handle);
    if (!found) return api::stale_handle();
    for (const wasm::Export& each : found->module->data->exports) {
      const runtime::Extern object = runtime::extern_at(*found, each.kind, each.index);
      define(into, capi::text(module), each.name, capi::own_extern(use, object));
    }
    return {};
  });
}

wrun_error_t* wrun_linker_alias_module(wrun_linker_t* linker, const char* module,
                                       const char* alias) {
  return change(*linker, [&](wrun_linker_t& into) -> Result<void> {
    into.linker.alias_module(capi::text(module), capi::text(alias));
    return {};
  });
}

bool wrun_linker_defines(const wrun_linker_t* linker, const char* module, const char* name) {
  return linker->linker.defines(capi::text(module), capi::text(name));
}

wrun_error_t* wrun_linker_prepare(const wrun_linker_t* linker, const wasm_shared_module_t* module,
                                  wrun_prepared_t** out) {
  return capi::attempt([&]() -> Result<void> {
    auto prepared = prepare(*linker, *module);
    if (!prepared) return std::move(prepared).error();
    *out = new wrun_prepared_t{std::move(*prepared), linker->kept};
    return {};
  });
}

wrun_error_t* wrun_linker_instantiate(const wrun_linker_t* linker, wasm_store_t* store,
                                      const wasm_shared_module_t* module, wasm_instance_t** out) {
  return capi::attempt_in(*store, [&](Use& use) -> Result<void> {
    auto prepared = prepare(*linker, *module);
    if (!prepared) return std::move(prepared).error();
    return instantiate({std::move(*prepared), {}}, use, out);
  });
}

wrun_error_t* wrun_prepared_instantiate(const wrun_prepared_t* prepared, wasm_store_t* store,
                                        wasm_instance_t** out) {
  return capi::attempt_in(*store, [&](Use& use) { return instantiate(*prepared, use, out); });
}

wasm_shared_module_t* wrun_prepared_module(const wrun_prepared_t* prepared) {
  return new (std::nothrow) wasm_shared_module_t{prepared->prepared.module()};
}

wrun_prepared_t* wrun_prepared_copy(const wrun_prepared_t* prepared) {
  return capi::guarded<wrun_prepared_t*>(nullptr, [&] { return new wrun_prepared_t(*prepared); });
}

void wrun_prepared_delete(wrun_prepared_t* prepared) {
  delete prepared;
}

wrun_error_t* wrun_instance_get(const wasm_instance_t* instance, const char* name,
                                wasm_extern_t** out) {
  return capi::attempt_in(instance->store, [&](Use& use) -> Result<void> {
    auto* found = api::resolve<runtime::Instance>(use.state(), instance->handle);
    if (!found) return api::stale_handle();
    return capi::give_export(use, *found, capi::text(name), out);
  });
}

wrun_error_t* wrun_instance_module(const wasm_instance_t* instance, wasm_shared_module_t** out) {
  return capi::attempt_in(instance->store, [&](Use&) -> Result<void> {
    auto module = instance->as<Instance>().module();
    if (!module) return std::move(module).error();
    *out = new wasm_shared_module_t{std::move(*module)};
    return {};
  });
}

}  // extern "C"
