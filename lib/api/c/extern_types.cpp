// Types of what is imported and exported, and the casts between them.

#include <wrun/c/types.h>

#include "lib/api/c/guard.hpp"
#include "lib/api/c/import_types.hpp"
#include "lib/api/c/types.hpp"

using namespace wrun;

wasm_importtype_t::~wasm_importtype_t() {
  wasm_name_delete(&module);
  wasm_name_delete(&name);
  wasm_externtype_delete(type);
}

wasm_exporttype_t::~wasm_exporttype_t() {
  wasm_name_delete(&name);
  wasm_externtype_delete(type);
}

#define WRUN_EXTERN_TYPE(prefix, name)                                            \
  wasm_externtype_t* prefix##_##name##_as_externtype(prefix##_##name##_t* type) { \
    return type;                                                                  \
  }                                                                               \
  const wasm_externtype_t* prefix##_##name##_as_externtype_const(                 \
      const prefix##_##name##_t* type) {                                          \
    return type;                                                                  \
  }                                                                               \
  prefix##_##name##_t* prefix##_externtype_as_##name(wasm_externtype_t* type) {   \
    return capi::cast_type<prefix##_##name##_t>(type);                            \
  }                                                                               \
  const prefix##_##name##_t* prefix##_externtype_as_##name##_const(               \
      const wasm_externtype_t* type) {                                            \
    return capi::cast_type<const prefix##_##name##_t>(type);                      \
  }

extern "C" {

WRUN_EXTERN_TYPE(wasm, functype)
WRUN_EXTERN_TYPE(wasm, globaltype)
WRUN_EXTERN_TYPE(wasm, tabletype)
WRUN_EXTERN_TYPE(wasm, memorytype)
WRUN_EXTERN_TYPE(wrun, tagtype)

wasm_externkind_t wasm_externtype_kind(const wasm_externtype_t* type) {
  return capi::to_c(type->kind);
}

wasm_externtype_t* wasm_externtype_copy(const wasm_externtype_t* type) {
  switch (type->kind) {
    case ExternKind::func:
      return wasm_functype_copy(static_cast<const wasm_functype_t*>(type));
    case ExternKind::global:
      return wasm_globaltype_copy(static_cast<const wasm_globaltype_t*>(type));
    case ExternKind::table:
      return wasm_tabletype_copy(static_cast<const wasm_tabletype_t*>(type));
    case ExternKind::memory:
      return wasm_memorytype_copy(static_cast<const wasm_memorytype_t*>(type));
    default:
      return wrun_tagtype_copy(static_cast<const wrun_tagtype_t*>(type));
  }
}

void wasm_externtype_delete(wasm_externtype_t* type) {
  if (!type) return;
  switch (type->kind) {
    case ExternKind::func:
      return delete static_cast<wasm_functype_t*>(type);
    case ExternKind::global:
      return delete static_cast<wasm_globaltype_t*>(type);
    case ExternKind::table:
      return delete static_cast<wasm_tabletype_t*>(type);
    case ExternKind::memory:
      return delete static_cast<wasm_memorytype_t*>(type);
    default:
      return delete static_cast<wrun_tagtype_t*>(type);
  }
}

wasm_importtype_t* wasm_importtype_new(wasm_name_t* module, wasm_name_t* name,
                                       wasm_externtype_t* type) {
  wasm_name_t taken_module = capi::take(module);
  wasm_name_t taken_name = capi::take(name);
  auto* made = new (std::nothrow) wasm_importtype_t{taken_module, taken_name, type};
  if (made) return made;
  wasm_name_delete(&taken_module);
  wasm_name_delete(&taken_name);
  wasm_externtype_delete(type);
  return nullptr;
}
wasm_importtype_t* wasm_importtype_copy(const wasm_importtype_t* from) {
  wasm_name_t module, name;
  wasm_name_copy(&module, &from->module);
  wasm_name_copy(&name, &from->name);
  return wasm_importtype_new(&module, &name, wasm_externtype_copy(from->type));
}
void wasm_importtype_delete(wasm_importtype_t* type) {
  delete type;
}
const wasm_name_t* wasm_importtype_module(const wasm_importtype_t* type) {
  return &type->module;
}
const wasm_name_t* wasm_importtype_name(const wasm_importtype_t* type) {
  return &type->name;
}
const wasm_externtype_t* wasm_importtype_type(const wasm_importtype_t* type) {
  return type->type;
}

wasm_exporttype_t* wasm_exporttype_new(wasm_name_t* name, wasm_externtype_t* type) {
  wasm_name_t taken_name = capi::take(name);
  auto* made = new (std::nothrow) wasm_exporttype_t{taken_name, type};
  if (made) return made;
  wasm_name_delete(&taken_name);
  wasm_externtype_delete(type);
  return nullptr;
}
wasm_exporttype_t* wasm_exporttype_copy(const wasm_exporttype_t* from) {
  wasm_name_t name;
  wasm_name_copy(&name, &from->name);
  return wasm_exporttype_new(&name, wasm_externtype_copy(from->type));
}
void wasm_exporttype_delete(wasm_exporttype_t* type) {
  delete type;
}
const wasm_name_t* wasm_exporttype_name(const wasm_exporttype_t* type) {
  return &type->name;
}
const wasm_externtype_t* wasm_exporttype_type(const wasm_exporttype_t* type) {
  return type->type;
}

}  // extern "C"
