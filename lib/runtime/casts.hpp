#pragma once

// What references are at run time. No test takes a lock or looks further than the object's type.
//
// https://webassembly.github.io/spec/core/exec/values.html#reference-values

#include <cstdint>

#include "lib/runtime/heap.hpp"
#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::runtime {

/// How a heap type is tested for: which references, but null, are of it. Validation leaves casts
/// inside one hierarchy, so that its top needs no look.
enum class Cast : std::uint8_t {
  nothing,   ///< none, nofunc, ...
  anything,  ///< any, func, extern, exn
  eq,
  i31,
  struct_,
  array,
  object,    ///< a defined structure or array type
  function,  ///< a defined function type
  count_
};

/// The test for a heap type of the registry.
Cast cast_to(const wasm::TypeRegistry& registry, wasm::CanonHeap heap);

inline CellKind kind_of(Ref object) {
  return reinterpret_cast<const CellHeader*>(object)->kind;
}

/// Whether a reference, not null, is of `type`, which has `depth` supertypes; Cast::object and
/// Cast::function only use these.
template <Cast cast>
bool is_of(Heap& heap, const wasm::TypeRegistry& registry, Ref ref, wasm::TypeId type,
           std::uint32_t depth) {
  if constexpr (cast == Cast::nothing) {
    return false;
  } else if constexpr (cast == Cast::anything) {
    return true;
  } else if constexpr (cast == Cast::i31) {
    return is_i31(ref);
  } else if constexpr (cast == Cast::eq) {
    return is_i31(ref) || kind_of(ref) >= CellKind::struct_;
  } else if constexpr (cast == Cast::struct_) {
    return !is_i31(ref) && kind_of(ref) == CellKind::struct_;
  } else if constexpr (cast == Cast::array) {
    return !is_i31(ref) && kind_of(ref) == CellKind::array;
  } else if constexpr (cast == Cast::object) {
    if (is_i31(ref) || kind_of(ref) < CellKind::struct_) return false;
    const std::uint32_t own = object_of(ref)->type;
    return own == type.value || is_instance(*heap.types().find(own), type, depth);
  } else {
    const wasm::TypeId own = FuncRef::from(ref)->type;
    return own == type || registry.is_subtype(own, type);
  }
}

/// The most precise heap type of a reference that isn't null. `top` is the hierarchy's: what any
/// and extern have in common look different from each.
wasm::CanonHeap heap_type_of(Ref ref, wasm::AbstractHeap top);

}  // namespace wrun::inline v0::runtime
