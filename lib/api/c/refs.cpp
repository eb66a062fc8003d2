// What references of all kinds have: owners, identity, host info, casts.

#include <wrun/c/objects.h>

#include "lib/api/c/foreign.hpp"
#include "lib/api/c/host_info.hpp"
#include "lib/api/c/module.hpp"
#include "lib/api/c/object.hpp"
#include "lib/api/c/trap.hpp"

using namespace wrun;
using capi::RefKind;

#define WRUN_REF_BASE(prefix, name)                                                         \
  void prefix##_##name##_delete(prefix##_##name##_t* ref) {                                 \
    capi::drop(ref);                                                                        \
  }                                                                                         \
  prefix##_##name##_t* prefix##_##name##_copy(const prefix##_##name##_t* ref) {             \
    return capi::copy(const_cast<prefix##_##name##_t*>(ref));                               \
  }                                                                                         \
  bool prefix##_##name##_same(const prefix##_##name##_t* a, const prefix##_##name##_t* b) { \
    return a == b;                                                                          \
  }                                                                                         \
  void* prefix##_##name##_get_host_info(const prefix##_##name##_t* ref) {                   \
    return capi::get_host_info(*ref);                                                       \
  }                                                                                         \
  void prefix##_##name##_set_host_info(prefix##_##name##_t* ref, void* info) {              \
    capi::set_host_info(*ref, info, nullptr);                                               \
  }                                                                                         \
  void prefix##_##name##_set_host_info_with_finalizer(prefix##_##name##_t* ref, void* info, \
                                                      void (*finalizer)(void*)) {           \
    capi::set_host_info(*ref, info, finalizer);                                             \
  }

#define WRUN_REF_CASTS(prefix, name)                                                 \
  wasm_ref_t* prefix##_##name##_as_ref(prefix##_##name##_t* ref) {                   \
    return ref;                                                                      \
  }                                                                                  \
  const wasm_ref_t* prefix##_##name##_as_ref_const(const prefix##_##name##_t* ref) { \
    return ref;                                                                      \
  }                                                                                  \
  prefix##_##name##_t* prefix##_ref_as_##name(wasm_ref_t* ref) {                     \
    return capi::cast<prefix##_##name##_t>(ref);                                     \
  }                                                                                  \
  const prefix##_##name##_t* prefix##_ref_as_##name##_const(const wasm_ref_t* ref) { \
    return capi::cast<prefix##_##name##_t>(const_cast<wasm_ref_t*>(ref));            \
  }

#define WRUN_REF(prefix, name) WRUN_REF_BASE(prefix, name) WRUN_REF_CASTS(prefix, name)

#define WRUN_EXTERN(prefix, name)                                                          \
  WRUN_REF(prefix, name)                                                                   \
  wasm_extern_t* prefix##_##name##_as_extern(prefix##_##name##_t* ref) {                   \
    return ref;                                                                            \
  }                                                                                        \
  const wasm_extern_t* prefix##_##name##_as_extern_const(const prefix##_##name##_t* ref) { \
    return ref;                                                                            \
  }                                                                                        \
  prefix##_##name##_t* prefix##_extern_as_##name(wasm_extern_t* ref) {                     \
    return capi::cast<prefix##_##name##_t>(ref);                                           \
  }                                                                                        \
  const prefix##_##name##_t* prefix##_extern_as_##name##_const(const wasm_extern_t* ref) { \
    return capi::cast<prefix##_##name##_t>(const_cast<wasm_extern_t*>(ref));               \
  }

extern "C" {

WRUN_REF_BASE(wasm, ref)
WRUN_REF(wasm, trap)
WRUN_REF(wasm, foreign)
WRUN_REF(wasm, module)
WRUN_REF(wasm, instance)
WRUN_EXTERN(wasm, func)
WRUN_EXTERN(wasm, global)
WRUN_EXTERN(wasm, table)
WRUN_EXTERN(wasm, memory)
WRUN_EXTERN(wrun, tag)
WRUN_REF(wrun, anyref)
WRUN_REF(wrun, exception)

WRUN_REF_BASE(wasm, extern)

wasm_ref_t* wasm_extern_as_ref(wasm_extern_t* object) {
  return object;
}
const wasm_ref_t* wasm_extern_as_ref_const(const wasm_extern_t* object) {
  return object;
}
wasm_extern_t* wasm_ref_as_extern(wasm_ref_t* ref) {
  return ref && capi::is_extern(*ref) ? static_cast<wasm_extern_t*>(ref) : nullptr;
}
const wasm_extern_t* wasm_ref_as_extern_const(const wasm_ref_t* ref) {
  return wasm_ref_as_extern(const_cast<wasm_ref_t*>(ref));
}

}  // extern "C"
