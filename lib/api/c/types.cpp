#include "lib/api/c/types.hpp"

#include <algorithm>
#include <limits>

#include <wrun/c/types.h>

#include "lib/api/c/guard.hpp"
#include "lib/api/types.hpp"

namespace wrun::inline v0::capi {

namespace {

constexpr std::uint32_t no_maximum = 0xffff'ffff;

std::uint32_t saturate(std::uint64_t size) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(size, no_maximum));
}

wasm_limits_t to_limits(const SizeRange& size) {
  return {saturate(size.min), size.max ? saturate(*size.max) : no_maximum};
}

SizeRange to_range(const wasm_limits_t& limits) {
  SizeRange size{limits.min};
  if (limits.max != no_maximum) size.max = limits.max;
  return size;
}

wasm_valtype_vec_t make_list(const wasm::TypeRegistry& types, const std::vector<ValType>& list) {
  wasm_valtype_vec_t made;
  if (!allocate(&made, list.size())) throw std::bad_alloc();
  try {
    for (std::size_t i = 0; i < list.size(); ++i)
      made.data[i] = new wasm_valtype_t{list[i], kind_of(types, list[i])};
  } catch (...) {
    remove(&made);
    throw;
  }
  return made;
}

wasm_valtype_vec_t copy_list(const wasm_valtype_vec_t& from) {
  wasm_valtype_vec_t made;
  wasm_valtype_vec_copy(&made, &from);
  if (made.size != from.size) throw std::bad_alloc();
  return made;
}

}  // namespace

wasm_valkind_t kind_of(HeapKind heap) {
  switch (heap) {
    case HeapKind::func:
    case HeapKind::nofunc:
      return WASM_FUNCREF;
    case HeapKind::extern_:
    case HeapKind::noextern:
      return WASM_EXTERNREF;
    case HeapKind::exn:
    case HeapKind::noexn:
      return WRUN_EXNREF;
    default:
      return WRUN_ANYREF;
  }
}

wasm_valkind_t kind_of(const wasm::TypeRegistry& types, const ValType& type) {
  if (!type.is_ref()) return static_cast<wasm_valkind_t>(type.kind());
  if (type.heap() != HeapKind::defined) return kind_of(type.heap());
  const wasm::TypeId id(type.defined_id());
  const wasm::CanonHeap func(wasm::AbstractHeap::func);
  return kind_of(types.is_subtype(wasm::CanonHeap(id), func) ? HeapKind::func : HeapKind::any);
}

wasm_valkind_t kind_of(const wasm::TypeRegistry& types, wasm::CanonType type) {
  if (!type.is_ref()) return static_cast<wasm_valkind_t>(type.kind());
  return kind_of(types, api::to_public(type));
}

wasm_functype_t* make_type(const wasm::TypeRegistry& types, const FuncType& type) {
  auto made = std::make_unique<wasm_functype_t>();
  made->params = make_list(types, type.params);
  made->results = make_list(types, type.results);
  made->defined_id = type.defined_id;
  return made.release();
}

wasm_globaltype_t* make_type(const wasm::TypeRegistry& types, const GlobalType& type) {
  return new wasm_globaltype_t({type.type, kind_of(types, type.type)}, type.is_mutable);
}

wasm_tabletype_t* make_type(const wasm::TypeRegistry& types, const TableType& type) {
  return new wasm_tabletype_t(type.size, {type.element, kind_of(types, type.element)});
}

wasm_memorytype_t* make_type(const wasm::TypeRegistry&, const MemoryType& type) {
  return new wasm_memorytype_t(type);
}

wrun_tagtype_t* make_type(const wasm::TypeRegistry& types, const TagType& type) {
  auto made = std::make_unique<wrun_tagtype_t>();
  made->params = make_list(types, type.params);
  return made.release();
}

wasm_externtype_t* make_type(const wasm::TypeRegistry& types, const ExternType& type) {
  return std::visit([&](const auto& each) -> wasm_externtype_t* { return make_type(types, each); },
                    type);
}

std::vector<ValType> to_list(const wasm_valtype_vec_t& types) {
  std::vector<ValType> list;
  list.reserve(types.size);
  for (std::size_t i = 0; i < types.size; ++i) list.push_back(types.data[i]->type);
  return list;
}

FuncType to_public(const wasm_functype_t& type) {
  return {to_list(type.params), to_list(type.results), type.defined_id};
}

GlobalType to_public(const wasm_globaltype_t& type) {
  return {type.content.type, type.is_mutable};
}

TableType to_public(const wasm_tabletype_t& type) {
  return {type.element.type, type.size};
}

wasm_name_t make_name(std::string_view text) {
  wasm_name_t name;
  if (!allocate(&name, text.size())) throw std::bad_alloc();
  if (!text.empty()) std::memcpy(name.data, text.data(), text.size());
  return name;
}

}  // namespace wrun::inline v0::capi

using namespace wrun;

wasm_functype_t::~wasm_functype_t() {
  wasm_valtype_vec_delete(&params);
  wasm_valtype_vec_delete(&results);
}

wrun_tagtype_t::~wrun_tagtype_t() {
  wasm_valtype_vec_delete(&params);
}

wasm_tabletype_t::wasm_tabletype_t(const SizeRange& range, wasm_valtype_t of)
    : wasm_externtype_t{kind_of_type}, size(range), element(of), limits(capi::to_limits(range)) {}

wasm_memorytype_t::wasm_memorytype_t(const MemoryType& of)
    : wasm_externtype_t{kind_of_type}, type(of), limits(capi::to_limits(of.size)) {}

extern "C" {

wasm_valtype_t* wasm_valtype_new(wasm_valkind_t kind) {
  switch (kind) {
    case WASM_I32:
    case WASM_I64:
    case WASM_F32:
    case WASM_F64:
    case WRUN_V128:
      return new (std::nothrow) wasm_valtype_t{ValType(static_cast<ValKind>(kind)), kind};
    case WASM_EXTERNREF:
      return new (std::nothrow) wasm_valtype_t{ValType::externref(), kind};
    case WASM_FUNCREF:
      return new (std::nothrow) wasm_valtype_t{ValType::funcref(), kind};
    case WRUN_ANYREF:
      return new (std::nothrow) wasm_valtype_t{ValType::ref(HeapKind::any, true), kind};
    case WRUN_EXNREF:
      return new (std::nothrow) wasm_valtype_t{ValType::ref(HeapKind::exn, true), kind};
    default:
      return nullptr;
  }
}

wasm_valtype_t* wasm_valtype_copy(const wasm_valtype_t* type) {
  return new (std::nothrow) wasm_valtype_t(*type);
}
void wasm_valtype_delete(wasm_valtype_t* type) {
  delete type;
}
wasm_valkind_t wasm_valtype_kind(const wasm_valtype_t* type) {
  return type->kind;
}

wasm_functype_t* wasm_functype_new(wasm_valtype_vec_t* params, wasm_valtype_vec_t* results) {
  wasm_valtype_vec_t taken_params = capi::take(params);
  wasm_valtype_vec_t taken_results = capi::take(results);
  auto* made = new (std::nothrow) wasm_functype_t;
  if (!made) {
    wasm_valtype_vec_delete(&taken_params);
    wasm_valtype_vec_delete(&taken_results);
    return nullptr;
  }
  made->params = taken_params;
  made->results = taken_results;
  return made;
}

wasm_functype_t* wasm_functype_copy(const wasm_functype_t* type) {
  return capi::guarded<wasm_functype_t*>(nullptr, [&] {
    auto made = std::make_unique<wasm_functype_t>();
    made->params = capi::copy_list(type->params);
    made->results = capi::copy_list(type->results);
    made->defined_id = type->defined_id;
    return made.release();
  });
}
void wasm_functype_delete(wasm_functype_t* type) {
  delete type;
}
const wasm_valtype_vec_t* wasm_functype_params(const wasm_functype_t* type) {
  return &type->params;
}
const wasm_valtype_vec_t* wasm_functype_results(const wasm_functype_t* type) {
  return &type->results;
}

wasm_globaltype_t* wasm_globaltype_new(wasm_valtype_t* content, wasm_mutability_t mutability) {
  const std::unique_ptr<wasm_valtype_t> taken(content);
  if (!taken) return nullptr;
  return new (std::nothrow) wasm_globaltype_t(*taken, mutability == WASM_VAR);
}
wasm_globaltype_t* wasm_globaltype_copy(const wasm_globaltype_t* type) {
  return new (std::nothrow) wasm_globaltype_t(*type);
}
void wasm_globaltype_delete(wasm_globaltype_t* type) {
  delete type;
}
const wasm_valtype_t* wasm_globaltype_content(const wasm_globaltype_t* type) {
  return &type->content;
}
wasm_mutability_t wasm_globaltype_mutability(const wasm_globaltype_t* type) {
  return type->is_mutable ? WASM_VAR : WASM_CONST;
}

wasm_tabletype_t* wasm_tabletype_new(wasm_valtype_t* element, const wasm_limits_t* limits) {
  const std::unique_ptr<wasm_valtype_t> taken(element);
  if (!taken || !limits) return nullptr;
  return new (std::nothrow) wasm_tabletype_t(capi::to_range(*limits), *taken);
}
wasm_tabletype_t* wasm_tabletype_copy(const wasm_tabletype_t* type) {
  return new (std::nothrow) wasm_tabletype_t(*type);
}
void wasm_tabletype_delete(wasm_tabletype_t* type) {
  delete type;
}
const wasm_valtype_t* wasm_tabletype_element(const wasm_tabletype_t* type) {
  return &type->element;
}
const wasm_limits_t* wasm_tabletype_limits(const wasm_tabletype_t* type) {
  return &type->limits;
}

wasm_memorytype_t* wasm_memorytype_new(const wasm_limits_t* limits) {
  MemoryType type;
  type.size = capi::to_range(*limits);
  return new (std::nothrow) wasm_memorytype_t(type);
}
wasm_memorytype_t* wasm_memorytype_copy(const wasm_memorytype_t* type) {
  return new (std::nothrow) wasm_memorytype_t(*type);
}
void wasm_memorytype_delete(wasm_memorytype_t* type) {
  delete type;
}
const wasm_limits_t* wasm_memorytype_limits(const wasm_memorytype_t* type) {
  return &type->limits;
}

wrun_tagtype_t* wrun_tagtype_new(wasm_valtype_vec_t* params) {
  wasm_valtype_vec_t taken = capi::take(params);
  auto* made = new (std::nothrow) wrun_tagtype_t;
  if (!made) return wasm_valtype_vec_delete(&taken), nullptr;
  made->params = taken;
  return made;
}
wrun_tagtype_t* wrun_tagtype_copy(const wrun_tagtype_t* type) {
  return capi::guarded<wrun_tagtype_t*>(nullptr, [&] {
    auto made = std::make_unique<wrun_tagtype_t>();
    made->params = capi::copy_list(type->params);
    return made.release();
  });
}
void wrun_tagtype_delete(wrun_tagtype_t* type) {
  delete type;
}
const wasm_valtype_vec_t* wrun_tagtype_params(const wrun_tagtype_t* type) {
  return &type->params;
}

}  // extern "C"
