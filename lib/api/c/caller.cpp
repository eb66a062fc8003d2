#include "lib/api/c/caller.hpp"

#include <chrono>

#include <wrun/caller.hpp>

#include "lib/api/c/calls.hpp"
#include "lib/api/c/error.hpp"
#include "lib/api/c/guard.hpp"
#include "lib/api/c/instance.hpp"
#include "lib/api/c/trap.hpp"
#include "lib/api/c/types.hpp"

using namespace wrun;
using capi::Use;

Result<detail::HostFunc> capi::make_host_func(const std::shared_ptr<wasm::TypeRegistry>& types,
                                              const wasm_functype_t& type, wrun_callback_t callback,
                                              std::shared_ptr<Environment> env) {
  if (!callback) return Error(ErrorKind::usage, "a host function without a callback");
  return make_callback<wrun_val_t>(
      types, to_public(type),
      [callback, env = std::move(env)](Use& use, runtime::CallContext* context,
                                       std::span<wrun_val_t> args, std::span<wrun_val_t> results) {
        wrun_caller_t caller{use, context};
        wrun_error_t* error =
            callback(env->get(), &caller, args.data(), args.size(), results.data(), results.size());
        if (!error && caller.pauses) return detail::pause_call(context), false;
        if (!error) return true;
        detail::fail_call(context, without_instances(error->error));
        wrun_error_delete(error);
        return false;
      });
}

extern "C" {

wrun_error_t* wrun_func_new(wasm_store_t* store, const wasm_functype_t* type,
                            wrun_callback_t callback, void* env, void (*finalizer)(void*),
                            wasm_func_t** out) {
  return capi::attempt([&]() -> Result<void> {
    auto kept = capi::share(env, finalizer);
    Use use(*store);
    if (!use) return use.error();
    auto made = capi::make_host_func(use.heap().registry(), *type, callback, std::move(kept));
    if (!made) return std::move(made).error();
    *out = capi::own_host_func(use, std::move(*made));
    return {};
  });
}

wrun_error_t* wrun_func_call(const wasm_func_t* function, const wrun_val_t* args, size_t arg_count,
                             wrun_val_t* results, size_t result_count) {
  return capi::attempt_in(function->store, [&](Use& use) -> Result<void> {
    detail::CallFailure failure;
    const bool done =
        capi::call<wrun_val_t>(use, *function, {args, arg_count}, {results, result_count}, failure);
    if (done) return {};
    return capi::take_error(use, failure);
  });
}

wasm_instance_t* wrun_caller_instance(wrun_caller_t* caller) {
  if (!caller->context->caller) return nullptr;
  return capi::guarded<wasm_instance_t*>(nullptr, [&] {
    return capi::own_object<wasm_instance_t>(caller->use, *caller->context->caller);
  });
}

wrun_error_t* wrun_caller_get(wrun_caller_t* caller, const char* name, wasm_extern_t** out) {
  return capi::attempt([&]() -> Result<void> {
    if (!caller->context->caller)
      return Error(ErrorKind::usage, "no instance called: the host called its own function");
    return capi::give_export(caller->use, *caller->context->caller, capi::text(name), out);
  });
}

wasm_store_t* wrun_caller_store(wrun_caller_t* caller) {
  return &caller->use.store();
}

void wrun_caller_report(wrun_caller_t* caller, uint64_t bytes_in, uint64_t bytes_out,
                        uint64_t time_ns) {
  HostWork work{bytes_in, bytes_out, {}};
  if (time_ns != WRUN_NOT_MEASURED)
    work.time = std::chrono::nanoseconds(static_cast<std::int64_t>(time_ns));
  Caller(caller->context).report(work);
}

wrun_error_t* wrun_caller_backtrace(wrun_caller_t* caller) {
  return capi::attempt([&]() -> Result<void> {
    Error::Details details;
    details.backtrace = Caller(caller->context).backtrace();
    return capi::without_instances(Error(ErrorKind::host, "backtrace", std::move(details)));
  });
}

}  // extern "C"
