#include "lib/api/c/instance.hpp"

#include <vector>

#include "lib/api/boundary.hpp"
#include "lib/api/c/guard.hpp"
#include "lib/api/c/import_types.hpp"
#include "lib/api/c/trap.hpp"
#include "lib/api/c/types.hpp"
#include "lib/api/c/vectors.hpp"
#include "lib/api/calls.hpp"
#include "lib/api/objects.hpp"
#include "lib/api/types.hpp"
#include "lib/runtime/instantiate.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::capi {

namespace {

/// Nothing if the object is gone.
runtime::Extern resolve_extern(api::StoreState& state, const wasm_extern_t& ref) {
  switch (ref.kind) {
    case RefKind::func:
      return api::resolve<runtime::FuncRef>(state, ref.handle);
    case RefKind::global:
      return api::resolve<runtime::Global>(state, ref.handle);
    case RefKind::table:
      return api::resolve<runtime::Table>(state, ref.handle);
    case RefKind::memory:
      return api::resolve<runtime::Memory>(state, ref.handle);
    default:
      return api::resolve<runtime::Tag>(state, ref.handle);
  }
}

Result<std::vector<runtime::Extern>> gather(Use& use, const wasm::ModuleData& data,
                                            std::span<wasm_extern_t* const> imports) {
  if (imports.size() < data.imports.size())
    return Error(ErrorKind::unlinkable, compose("the module has {} imports, and {} are given",
                                                data.imports.size(), imports.size()));
  std::vector<runtime::Extern> list;
  list.reserve(data.imports.size());
  for (wasm_extern_t* each : imports.first(data.imports.size())) {
    if (each && &each->store != &use.store())
      return Error(ErrorKind::usage, compose("import {} is of another store", list.size() + 1));
    list.push_back(each ? resolve_extern(use.state(), *each) : runtime::Extern());
  }
  return list;
}

}  // namespace

wasm_instance_t* instantiate(Use& use, const Module& module,
                             std::span<wasm_extern_t* const> imports,
                             detail::CallFailure& failure) {
  const auto fail = [&](Error error) {
    failure.error = std::move(error);
    return nullptr;
  };
  const auto& code = ModuleAccess::state(module);
  if (code->engine != use.state().engine) return fail(api::wrong_engine());
  auto objects = gather(use, *code->data, imports);
  if (!objects) return fail(std::move(objects).error());
  auto made =
      runtime::instantiate(use.heap(), std::const_pointer_cast<api::ModuleState>(code), *objects);
  if (!made) return fail(std::move(made).error());
  Owned<wasm_instance_t> instance(own_object<wasm_instance_t>(use, **made));
  const runtime::FuncRef* start = runtime::start_function(**made);
  runtime::Slot none;
  if (start && !api::enter(use.state(), *start, &none, failure)) return nullptr;
  return instance.release();
}

Result<void> give_export(Use& use, runtime::Instance& instance, std::string_view name,
                         wasm_extern_t** out) {
  const runtime::Extern found = runtime::find_export(instance, name);
  if (!found) return api::no_export(instance, name);
  *out = own_extern(use, found);
  return {};
}

}  // namespace wrun::inline v0::capi

using namespace wrun;
using capi::Use;

extern "C" {

wasm_externkind_t wasm_extern_kind(const wasm_extern_t* object) {
  switch (object->kind) {
    case capi::RefKind::func:
      return WASM_EXTERN_FUNC;
    case capi::RefKind::global:
      return WASM_EXTERN_GLOBAL;
    case capi::RefKind::table:
      return WASM_EXTERN_TABLE;
    case capi::RefKind::memory:
      return WASM_EXTERN_MEMORY;
    default:
      return WRUN_EXTERN_TAG;
  }
}

wasm_externtype_t* wasm_extern_type(const wasm_extern_t* object) {
  return capi::guarded<wasm_externtype_t*>(nullptr, [&]() -> wasm_externtype_t* {
    Use use(object->store);
    const runtime::Extern found =
        use ? capi::resolve_extern(use.state(), *object) : runtime::Extern();
    if (!found) return nullptr;
    wasm::TypeRegistry& types = use.heap().types();
    return capi::make_type(types, api::to_public(types, runtime::type_of(found)));
  });
}

wasm_instance_t* wasm_instance_new(wasm_store_t* store, const wasm_module_t* module,
                                   const wasm_extern_vec_t* imports, wasm_trap_t** trap) {
  if (trap) *trap = nullptr;
  Use use(*store);
  if (!use) {
    if (trap) *trap = capi::make_plain_trap(*store, use.error());
    return nullptr;
  }
  detail::CallFailure failure;
  try {
    std::span<wasm_extern_t* const> given;
    if (imports) given = {imports->data, imports->size};
    if (auto* made = capi::instantiate(use, module->module, given, failure)) return made;
  } catch (...) {
    failure.error = api::out_of_memory();
  }
  wasm_trap_t* why = capi::take_trap(use, failure);
  if (trap) {
    *trap = why;
  } else {
    capi::drop(why);
  }
  return nullptr;
}

void wasm_instance_exports(const wasm_instance_t* instance, wasm_extern_vec_t* out) {
  capi::clear(out);
  Use use(instance->store);
  auto* found = use ? api::resolve<runtime::Instance>(use.state(), instance->handle) : nullptr;
  if (!found) return;
  const auto& exports = found->module->data->exports;
  capi::fill(out, exports.size(), [&](std::size_t i) {
    return capi::own_extern(use, runtime::extern_at(*found, exports[i].kind, exports[i].index));
  });
}

}  // extern "C"
