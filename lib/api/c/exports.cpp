// Exports of one kind, by name.

#include "lib/api/c/caller.hpp"
#include "lib/api/c/error.hpp"
#include "lib/api/c/instance.hpp"
#include "lib/wasm/compose.hpp"

using namespace wrun;

namespace {

/// What a look-up gave, as one of a kind.
template <class T>
wrun_error_t* narrow(wrun_error_t* error, wasm_extern_t* found, const char* name, T** out) {
  if (error) return error;
  *out = capi::cast<T>(found);
  if (*out) return nullptr;
  capi::drop(found);
  return capi::attempt([&]() -> Result<void> {
    constexpr std::string_view kinds[] = {"function", "global", "table", "memory", "tag"};
    return Error(ErrorKind::usage, compose("the export \"{}\" is not a {}", capi::text(name),
                                           kinds[static_cast<std::size_t>(T::kind_of_ref)]));
  });
}

template <class T>
wrun_error_t* of_instance(const wasm_instance_t* instance, const char* name, T** out) {
  wasm_extern_t* found = nullptr;
  wrun_error_t* error = wrun_instance_get(instance, name, &found);
  return narrow(error, found, name, out);
}

template <class T>
wrun_error_t* of_caller(wrun_caller_t* caller, const char* name, T** out) {
  wasm_extern_t* found = nullptr;
  wrun_error_t* error = wrun_caller_get(caller, name, &found);
  return narrow(error, found, name, out);
}

}  // namespace

extern "C" {

wrun_error_t* wrun_instance_func(const wasm_instance_t* instance, const char* name,
                                 wasm_func_t** out) {
  return of_instance(instance, name, out);
}
wrun_error_t* wrun_instance_memory(const wasm_instance_t* instance, const char* name,
                                   wasm_memory_t** out) {
  return of_instance(instance, name, out);
}
wrun_error_t* wrun_instance_table(const wasm_instance_t* instance, const char* name,
                                  wasm_table_t** out) {
  return of_instance(instance, name, out);
}
wrun_error_t* wrun_instance_global(const wasm_instance_t* instance, const char* name,
                                   wasm_global_t** out) {
  return of_instance(instance, name, out);
}
wrun_error_t* wrun_instance_tag(const wasm_instance_t* instance, const char* name,
                                wrun_tag_t** out) {
  return of_instance(instance, name, out);
}
wrun_error_t* wrun_caller_func(wrun_caller_t* caller, const char* name, wasm_func_t** out) {
  return of_caller(caller, name, out);
}
wrun_error_t* wrun_caller_memory(wrun_caller_t* caller, const char* name, wasm_memory_t** out) {
  return of_caller(caller, name, out);
}
wrun_error_t* wrun_caller_table(wrun_caller_t* caller, const char* name, wasm_table_t** out) {
  return of_caller(caller, name, out);
}
wrun_error_t* wrun_caller_global(wrun_caller_t* caller, const char* name, wasm_global_t** out) {
  return of_caller(caller, name, out);
}
wrun_error_t* wrun_caller_tag(wrun_caller_t* caller, const char* name, wrun_tag_t** out) {
  return of_caller(caller, name, out);
}

}  // extern "C"
