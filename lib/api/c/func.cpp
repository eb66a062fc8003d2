#include <wasm.h>

#include "lib/api/boundary.hpp"
#include "lib/api/c/calls.hpp"
#include "lib/api/c/guard.hpp"
#include "lib/api/c/trap.hpp"
#include "lib/api/c/types.hpp"
#include "lib/api/host.hpp"

using namespace wrun;
using capi::Use;

wasm_func_t* capi::own_host_func(Use& use, detail::HostFunc&& function) {
  const api::HostDefinition definition(*use.state().engine, std::move(function));
  runtime::HostFunction& cell = api::make_cell(use.state(), definition.type(), definition.function);
  return own_object<wasm_func_t>(use, cell.ref);
}

namespace {

/// `invoke` calls the program's callback with argument and result vectors.
template <class Invoke>
wasm_func_t* new_func(wasm_store_t* store, const wasm_functype_t* type, Invoke invoke) {
  return capi::guarded<wasm_func_t*>(nullptr, [&]() -> wasm_func_t* {
    Use use(*store);
    if (!use) return nullptr;
    const auto body = [invoke](Use& inside, runtime::CallContext* context,
                               std::span<wasm_val_t> args, std::span<wasm_val_t> results) {
      const wasm_val_vec_t arg_vec{args.size(), args.data()};
      wasm_val_vec_t result_vec{results.size(), results.data()};
      wasm_trap_t* trap = invoke(&arg_vec, &result_vec);
      if (trap) capi::fail_with_trap(inside, context, trap);
      return trap == nullptr;
    };
    auto made =
        capi::make_callback<wasm_val_t>(use.heap().registry(), capi::to_public(*type), body);
    return made ? capi::own_host_func(use, std::move(*made)) : nullptr;
  });
}

const wasm::CanonFuncType* type_of(Use& use, const wasm_func_t& ref) {
  if (!use) return nullptr;
  const auto* function = api::resolve<runtime::FuncRef>(use.state(), ref.handle);
  return function ? &use.heap().types().entry(function->type).type.func : nullptr;
}

template <class Vec>
auto to_span(Vec* vec) {
  return vec ? std::span(vec->data, vec->size) : std::span<wasm_val_t>();
}

}  // namespace

extern "C" {

wasm_func_t* wasm_func_new(wasm_store_t* store, const wasm_functype_t* type,
                           wasm_func_callback_t callback) {
  if (!callback) return nullptr;
  return new_func(store, type, [callback](const wasm_val_vec_t* args, wasm_val_vec_t* results) {
    return callback(args, results);
  });
}

wasm_func_t* wasm_func_new_with_env(wasm_store_t* store, const wasm_functype_t* type,
                                    wasm_func_callback_with_env_t callback, void* env,
                                    void (*finalizer)(void*)) {
  return capi::guarded<wasm_func_t*>(nullptr, [&]() -> wasm_func_t* {
    auto kept = capi::share(env, finalizer);
    if (!callback) return nullptr;
    return new_func(store, type,
                    [callback, kept](const wasm_val_vec_t* args, wasm_val_vec_t* results) {
                      return callback(kept->get(), args, results);
                    });
  });
}

wasm_functype_t* wasm_func_type(const wasm_func_t* function) {
  return capi::guarded<wasm_functype_t*>(nullptr, [&]() -> wasm_functype_t* {
    Use use(function->store);
    if (!use) return nullptr;
    const auto* found = api::resolve<runtime::FuncRef>(use.state(), function->handle);
    wasm::TypeRegistry& types = use.heap().types();
    return found ? capi::make_type(types, api::to_public(types, found->type)) : nullptr;
  });
}

size_t wasm_func_param_arity(const wasm_func_t* function) {
  Use use(function->store);
  const wasm::CanonFuncType* type = type_of(use, *function);
  return type ? type->params.size() : 0;
}

size_t wasm_func_result_arity(const wasm_func_t* function) {
  Use use(function->store);
  const wasm::CanonFuncType* type = type_of(use, *function);
  return type ? type->results.size() : 0;
}

wasm_trap_t* wasm_func_call(const wasm_func_t* function, const wasm_val_vec_t* args,
                            wasm_val_vec_t* results) {
  Use use(function->store);
  if (!use) return capi::make_plain_trap(function->store, use.error());
  detail::CallFailure failure;
  try {
    const std::span<const wasm_val_t> given = to_span(args);
    if (capi::call<wasm_val_t>(use, *function, given, to_span(results), failure)) return nullptr;
  } catch (...) {
    failure.error = api::out_of_memory();
  }
  return capi::take_trap(use, failure);
}

}  // extern "C"
