#include "lib/runtime/casts.hpp"

namespace wrun::inline v0::runtime {

using wasm::AbstractHeap;

Cast cast_to(const wasm::TypeRegistry& registry, wasm::CanonHeap heap) {
  if (heap.is_concrete()) {
    const bool is_function = registry.entry(heap.index()).type.kind == wasm::CompositeKind::func;
    return is_function ? Cast::function : Cast::object;
  }
  switch (heap.abstract()) {
    case AbstractHeap::any:
    case AbstractHeap::func:
    case AbstractHeap::extern_:
    case AbstractHeap::exn:
      return Cast::anything;
    case AbstractHeap::eq:
      return Cast::eq;
    case AbstractHeap::i31:
      return Cast::i31;
    case AbstractHeap::struct_:
      return Cast::struct_;
    case AbstractHeap::array:
      return Cast::array;
    default:
      return Cast::nothing;
  }
}

wasm::CanonHeap heap_type_of(Ref ref, AbstractHeap top) {
  if (top == AbstractHeap::func) return wasm::CanonHeap(FuncRef::from(ref)->type);
  if (top != AbstractHeap::any) return top;
  if (is_i31(ref)) return AbstractHeap::i31;
  if (kind_of(ref) < CellKind::struct_) return AbstractHeap::any;
  return wasm::CanonHeap(wasm::TypeId(object_of(ref)->type));
}

}  // namespace wrun::inline v0::runtime
