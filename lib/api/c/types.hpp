#pragma once

// Types as C programs hold them.

#include <memory>
#include <new>
#include <optional>
#include <string_view>

#include <wasm.h>
#include <wrun/types.hpp>

#include "lib/api/c/vectors.hpp"
#include "lib/wasm/canonical_types.hpp"

struct wasm_valtype_t {
  wrun::ValType type;
  wasm_valkind_t kind;
};

struct wasm_externtype_t {
  const wrun::ExternKind kind;
};

struct wasm_functype_t : wasm_externtype_t {
  static constexpr auto kind_of_type = wrun::ExternKind::func;
  wasm_valtype_vec_t params = {};
  wasm_valtype_vec_t results = {};
  std::optional<std::uint32_t> defined_id = {};

  wasm_functype_t() : wasm_externtype_t{kind_of_type} {}
  ~wasm_functype_t();
};

struct wasm_globaltype_t : wasm_externtype_t {
  static constexpr auto kind_of_type = wrun::ExternKind::global;
  wasm_valtype_t content;
  bool is_mutable;

  wasm_globaltype_t(wasm_valtype_t of, bool can_change)
      : wasm_externtype_t{kind_of_type}, content(of), is_mutable(can_change) {}
};

struct wasm_tabletype_t : wasm_externtype_t {
  static constexpr auto kind_of_type = wrun::ExternKind::table;
  wrun::SizeRange size;
  wasm_valtype_t element;
  wasm_limits_t limits;

  wasm_tabletype_t(const wrun::SizeRange& range, wasm_valtype_t of);
};

struct wasm_memorytype_t : wasm_externtype_t {
  static constexpr auto kind_of_type = wrun::ExternKind::memory;
  wrun::MemoryType type;
  wasm_limits_t limits;

  explicit wasm_memorytype_t(const wrun::MemoryType& of);
};

struct wrun_tagtype_t : wasm_externtype_t {
  static constexpr auto kind_of_type = wrun::ExternKind::tag;
  wasm_valtype_vec_t params = {};

  wrun_tagtype_t() : wasm_externtype_t{kind_of_type} {}
  ~wrun_tagtype_t();
};

namespace wrun::inline v0::capi {

/// The kind of references to such things, which aren't types that modules define.
wasm_valkind_t kind_of(HeapKind heap);
/// The kind of a type; the registry knows types that modules define.
wasm_valkind_t kind_of(const wasm::TypeRegistry& types, const ValType& type);
wasm_valkind_t kind_of(const wasm::TypeRegistry& types, wasm::CanonType type);

// All throw std::bad_alloc.

wasm_externtype_t* make_type(const wasm::TypeRegistry& types, const ExternType& type);
wasm_functype_t* make_type(const wasm::TypeRegistry& types, const FuncType& type);
wasm_globaltype_t* make_type(const wasm::TypeRegistry& types, const GlobalType& type);
wasm_tabletype_t* make_type(const wasm::TypeRegistry& types, const TableType& type);
wasm_memorytype_t* make_type(const wasm::TypeRegistry& types, const MemoryType& type);
wrun_tagtype_t* make_type(const wasm::TypeRegistry& types, const TagType& type);

std::vector<ValType> to_list(const wasm_valtype_vec_t& types);
FuncType to_public(const wasm_functype_t& type);
GlobalType to_public(const wasm_globaltype_t& type);
TableType to_public(const wasm_tabletype_t& type);

template <class T, class Type>
T* cast_type(Type* type) {
  return type && type->kind == T::kind_of_type ? static_cast<T*>(type) : nullptr;
}

/// Throws std::bad_alloc.
wasm_name_t make_name(std::string_view text);

}  // namespace wrun::inline v0::capi
