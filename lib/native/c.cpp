// Native functions for C programs.

#include <wrun/c/native.h>
#include <wrun/native.hpp>

#include "lib/api/c/error.hpp"
#include "lib/api/c/guard.hpp"
#include "lib/api/c/linker.hpp"

using namespace wrun;

struct wrun_native_callback_t {
  detail::Shared<detail::NativeCode> code;
  std::shared_ptr<wasm_ref_t> function;
  std::shared_ptr<wasm_ref_t> memory;
};

namespace {

static_assert(static_cast<int>(detail::NativeKind::none) == WRUN_NATIVE_VOID);
static_assert(static_cast<int>(detail::NativeKind::i32) == WRUN_NATIVE_I32);
static_assert(static_cast<int>(detail::NativeKind::pointer) == WRUN_NATIVE_POINTER);

/// Defines one, and returns the mistake that others would find in prepare().
wrun_error_t* define(wrun_linker_t* linker, const char* module, const char* name,
                     const char* signature, const NativeFunction& function) {
  return capi::attempt([&]() -> Result<void> {
    linker->linker.native(capi::text(module), capi::text(name), capi::text(signature), function);
    std::optional<Error>& mistake = LinkerAccess::state(linker->linker)->mistake;
    if (!mistake) return {};
    return *std::exchange(mistake, std::nullopt);
  });
}

std::shared_ptr<wasm_ref_t> keep(const wasm_ref_t* ref) {
  return {capi::copy(const_cast<wasm_ref_t*>(ref)), capi::Dropper()};
}

}  // namespace

extern "C" {

wrun_error_t* wrun_linker_define_native(wrun_linker_t* linker, const char* module, const char* name,
                                        const char* signature, wrun_native_function_t function) {
  if (!function) return capi::to_c(Error(ErrorKind::usage, "a native function without an address"));
  return define(linker, module, name, signature, NativeFunction(function));
}

wrun_error_t* wrun_linker_define_symbol(wrun_linker_t* linker, const char* module, const char* name,
                                        const char* signature, const char* library,
                                        const char* symbol) {
  return capi::attempt([&]() -> Result<void> {
    const NativeFunction function = library
                                        ? NativeFunction(capi::text(library), capi::text(symbol))
                                        : NativeFunction(capi::text(symbol));
    wrun_error_t* const error = define(linker, module, name, signature, function);
    if (!error) return {};
    const std::unique_ptr<wrun_error_t> taken(error);
    return std::move(taken->error);
  });
}

wrun_error_t* wrun_func_as_native(const wasm_func_t* function, wasm_memory_t* memory,
                                  wrun_native_kind_t result, const wrun_native_kind_t* params,
                                  size_t param_count, wrun_native_callback_t** out) {
  return capi::attempt([&]() -> Result<void> {
    std::vector<detail::NativeKind> kinds;
    for (std::size_t i = 0; i < param_count; ++i) {
      if (params[i] == WRUN_NATIVE_VOID || params[i] > WRUN_NATIVE_POINTER)
        return Error(ErrorKind::usage, "a parameter of no known kind");
      kinds.push_back(static_cast<detail::NativeKind>(params[i]));
    }
    if (result > WRUN_NATIVE_POINTER) return Error(ErrorKind::usage, "a result of no known kind");
    const auto where = memory ? detail::Access::get(memory->as<Memory>()) : detail::Handle();
    auto code = detail::make_native(detail::Access::get(function->as<Func>()), where,
                                    static_cast<detail::NativeKind>(result), kinds);
    if (!code) return std::move(code).error();
    *out = new wrun_native_callback_t{std::move(*code), keep(function), keep(memory)};
    return {};
  });
}

wrun_native_function_t wrun_native_callback_get(const wrun_native_callback_t* callback) {
  return reinterpret_cast<wrun_native_function_t>(detail::native_address(*callback->code));
}

wrun_error_t* wrun_native_callback_check(wrun_native_callback_t* callback) {
  return capi::attempt([&]() -> Result<void> {
    detail::CallFailure failure;
    if (!detail::take_native_failure(callback->code.get(), failure)) return {};
    return failure.error ? std::move(*failure.error) : detail::error_of(failure.exception);
  });
}

void wrun_native_callback_delete(wrun_native_callback_t* callback) {
  delete callback;
}

}  // extern "C"
