// Types that <wasm.h> has no words for.

#include <wrun/c/types.h>

#include "lib/api/c/error.hpp"
#include "lib/api/c/guard.hpp"
#include "lib/api/c/sized.hpp"
#include "lib/api/c/types.hpp"

using namespace wrun;

namespace {

/// A maximum; WRUN_UNLIMITED is none.
std::optional<std::uint64_t> maximum(std::uint64_t max) {
  if (max == WRUN_UNLIMITED) return std::nullopt;
  return max;
}

/// As the public C++ API has it.
ExternType to_public(const wasm_externtype_t& type) {
  switch (type.kind) {
    case ExternKind::func:
      return capi::to_public(static_cast<const wasm_functype_t&>(type));
    case ExternKind::global:
      return capi::to_public(static_cast<const wasm_globaltype_t&>(type));
    case ExternKind::table:
      return capi::to_public(static_cast<const wasm_tabletype_t&>(type));
    case ExternKind::memory:
      return static_cast<const wasm_memorytype_t&>(type).type;
    default:
      return TagType{capi::to_list(static_cast<const wrun_tagtype_t&>(type).params)};
  }
}

}  // namespace

extern "C" {

wasm_valtype_t* wrun_valtype_new_ref(wrun_heapkind_t heap, bool nullable) {
  if (heap >= WRUN_HEAP_DEFINED) return nullptr;
  const auto kind = static_cast<HeapKind>(heap);
  return new (std::nothrow) wasm_valtype_t{ValType::ref(kind, nullable), capi::kind_of(kind)};
}

wrun_heapkind_t wrun_valtype_heap(const wasm_valtype_t* type) {
  return static_cast<wrun_heapkind_t>(type->type.heap());
}

bool wrun_valtype_is_nullable(const wasm_valtype_t* type) {
  return type->type.is_ref() && type->type.is_nullable();
}

bool wrun_valtype_equal(const wasm_valtype_t* a, const wasm_valtype_t* b) {
  return a->type == b->type;
}

void wrun_valtype_to_string(const wasm_valtype_t* type, wasm_name_t* out) {
  capi::clear(out);
  capi::guarded([&] { capi::give_text(out, to_string(type->type)); });
}

void wrun_externtype_to_string(const wasm_externtype_t* type, wasm_name_t* out) {
  capi::clear(out);
  capi::guarded([&] { capi::give_text(out, to_string(to_public(*type))); });
}

wasm_memorytype_t* wrun_memorytype_new(const wrun_memorytype_info_t* info) {
  return capi::guarded<wasm_memorytype_t*>(nullptr, [&]() -> wasm_memorytype_t* {
    const auto read = capi::read_options<wrun_memorytype_info_t>(*info, WRUN_MEMORYTYPE_INFO_INIT);
    if (!read) return nullptr;
    MemoryType type;
    type.size = {read->min, maximum(read->max), read->is_64};
    type.is_shared = read->is_shared;
    type.page_size_log2 = read->page_size_log2;
    return new wasm_memorytype_t(type);
  });
}

bool wrun_memorytype_get(const wasm_memorytype_t* type, wrun_memorytype_info_t* out) {
  const MemoryType& of = type->type;
  const wrun_memorytype_info_t info{sizeof info,
                                    of.size.min,
                                    of.size.max.value_or(WRUN_UNLIMITED),
                                    of.size.is_64,
                                    of.is_shared,
                                    of.page_size_log2,
                                    {}};
  return capi::write_answers(info, *out);
}

wasm_tabletype_t* wrun_tabletype_new(wasm_valtype_t* element, const wrun_tabletype_info_t* info) {
  const std::unique_ptr<wasm_valtype_t> taken(element);
  return capi::guarded<wasm_tabletype_t*>(nullptr, [&]() -> wasm_tabletype_t* {
    const auto read = capi::read_options<wrun_tabletype_info_t>(*info, WRUN_TABLETYPE_INFO_INIT);
    if (!read || !taken) return nullptr;
    return new wasm_tabletype_t({read->min, maximum(read->max), read->is_64}, *taken);
  });
}

bool wrun_tabletype_get(const wasm_tabletype_t* type, wrun_tabletype_info_t* out) {
  const wrun_tabletype_info_t info{
      sizeof info, type->size.min, type->size.max.value_or(WRUN_UNLIMITED), type->size.is_64, {}};
  return capi::write_answers(info, *out);
}

}  // extern "C"
