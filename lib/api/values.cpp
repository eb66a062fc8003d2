#include "lib/api/values.hpp"

#include <wrun/anyref.hpp>
#include <wrun/exception.hpp>

#include "lib/api/boundary.hpp"
#include "lib/api/types.hpp"
#include "lib/runtime/casts.hpp"
#include "lib/runtime/exceptions.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0 {

namespace api {

namespace {

using runtime::FuncRef;
using runtime::Ref;
using wasm::AbstractHeap;
using wasm::CanonType;

Error wrong_type(std::string_view what, const ValType& expected, const Val& value) {
  return Error(ErrorKind::usage,
               compose("{} must be {}, not {}", what, to_string(expected), to_string(value)));
}

/// The root of the hierarchy that a kind of heap is in.
AbstractHeap top_of(HeapKind heap) {
  switch (heap) {
    case HeapKind::func:
    case HeapKind::nofunc:
      return AbstractHeap::func;
    case HeapKind::extern_:
    case HeapKind::noextern:
      return AbstractHeap::extern_;
    case HeapKind::exn:
    case HeapKind::noexn:
      return AbstractHeap::exn;
    default:
      return AbstractHeap::any;
  }
}

/// The root of the hierarchy that a reference type is in.
AbstractHeap top_of(const wasm::TypeRegistry& types, CanonType type) {
  for (const AbstractHeap top : {AbstractHeap::func, AbstractHeap::extern_, AbstractHeap::exn}) {
    if (types.is_subtype(type.with_null(true), CanonType::ref(top, true))) return top;
  }
  return AbstractHeap::any;
}

/// The type of a hierarchy's null reference: the one below all others.
AbstractHeap bottom_of(AbstractHeap top) {
  switch (top) {
    case AbstractHeap::func:
      return AbstractHeap::nofunc;
    case AbstractHeap::extern_:
      return AbstractHeap::noextern;
    case AbstractHeap::exn:
      return AbstractHeap::noexn;
    default:
      return AbstractHeap::none;
  }
}

/// Whether the value fits, and which reference it is. A null of a defined type is of any hierarchy.
bool to_ref(StoreState& state, const Val& value, CanonType type, Ref& ref) {
  const wasm::TypeRegistry& types = state.store.types();
  const AbstractHeap top = top_of(types, type);
  const HeapKind heap = ValAccess::heap(value);
  ref = runtime::null_ref;
  if (top_of(heap) != top && !(value.is_null() && heap == HeapKind::defined)) return false;
  if (value.is_null()) return types.is_subtype(CanonType::ref(bottom_of(top), true), type);
  if (top == AbstractHeap::func) {
    const FuncRef* function = resolve<FuncRef>(state, ValAccess::handle(value));
    if (function) ref = function->as_ref();
  } else if (top == AbstractHeap::exn) {
    auto* exception = resolve<runtime::Exception>(state, ValAccess::handle(value));
    if (exception) ref = runtime::as_ref(*exception);
  } else {
    ref = resolve_ref(state, ValAccess::handle(value));
  }
  return ref != runtime::null_ref &&
         types.is_subtype(CanonType::ref(runtime::heap_type_of(ref, top), false), type);
}

/// What a reference of the any hierarchy is, as a host sees it.
HeapKind shown_heap(Ref ref) {
  const wasm::CanonHeap heap = runtime::heap_type_of(ref, AbstractHeap::any);
  if (!heap.is_concrete())
    return heap.abstract() == AbstractHeap::i31 ? HeapKind::i31 : HeapKind::any;
  return runtime::kind_of(ref) == runtime::CellKind::struct_ ? HeapKind::struct_ : HeapKind::array;
}

Val from_ref(StoreState& state, CanonType type, Ref ref) {
  const AbstractHeap top = top_of(state.store.types(), type);
  if (ref == runtime::null_ref) {
    const bool is_defined = type.heap().is_concrete();
    const auto heap = is_defined ? bottom_of(top) : type.heap().abstract();
    return Val::null(top == AbstractHeap::func ? HeapKind::func : static_cast<HeapKind>(heap));
  }
  if (top == AbstractHeap::func) return func_handle(state, *FuncRef::from(ref));
  if (top == AbstractHeap::exn) return make_handle<Exception>(state, *runtime::exception_from(ref));
  const HeapKind heap = top == AbstractHeap::any ? shown_heap(ref) : static_cast<HeapKind>(top);
  return ValAccess::make(heap, detail::Access::get(make_ref_handle<AnyRef>(state, ref)));
}

}  // namespace

Result<void> to_slots(StoreState& state, const Val& value, CanonType type, runtime::Slot* slots,
                      std::string_view what) {
  if (type.is_ref()) {
    Ref ref = runtime::null_ref;
    if (!value.is_ref() || !to_ref(state, value, type, ref))
      return wrong_type(what, to_public(type), value);
    slots[0].set(ref);
    return {};
  }
  if (value.is_ref() || static_cast<int>(value.kind()) != static_cast<int>(type.kind()))
    return wrong_type(what, to_public(type), value);
  slots[0].set(value.bits()[0]);
  if (type.kind() == wasm::Kind::v128) slots[1].set(value.bits()[1]);
  return {};
}

Val from_slots(StoreState& state, CanonType type, const runtime::Slot* slots) {
  switch (type.kind()) {
    case wasm::Kind::i32:
      return Val(slots[0].get<std::int32_t>());
    case wasm::Kind::i64:
      return Val(slots[0].get<std::int64_t>());
    case wasm::Kind::f32:
      return Val::f32_bits(slots[0].get<std::uint32_t>());
    case wasm::Kind::f64:
      return Val::f64_bits(slots[0].get<std::uint64_t>());
    case wasm::Kind::v128: {
      V128 vector;
      std::memcpy(vector.bytes.data(), slots, sizeof vector.bytes);
      return Val(vector);
    }
    default:
      return from_ref(state, type, slots[0].get<Ref>());
  }
}

Val default_value(CanonType type) {
  switch (type.kind()) {
    case wasm::Kind::i32:
      return Val(std::int32_t{0});
    case wasm::Kind::i64:
      return Val(std::int64_t{0});
    case wasm::Kind::f32:
      return Val(0.0f);
    case wasm::Kind::f64:
      return Val(0.0);
    case wasm::Kind::v128:
      return Val(V128());
    default:
      return Val::null(to_public(type).heap());
  }
}

Func func_handle(StoreState& state, const FuncRef& function) {
  runtime::Handle owner;
  if (function.instance) owner = state.store.handle(*function.instance);
  return make_handle<Func>(state, function, owner);
}

}  // namespace api

namespace {

/// `quiet` is the payload's highest bit, which alone makes the canonical NaN.
std::string nan_text(std::string_view type, bool negative, std::uint64_t payload,
                     std::uint64_t quiet) {
  const std::string_view sign = negative ? "-" : "";
  if (payload == quiet) return compose("({}.const {}nan)", type, sign);
  return compose("({}.const {}nan:{:#x})", type, sign, payload);
}

std::string float_text(float value, std::uint64_t bits) {
  if (value == value) return compose("(f32.const {})", value);
  return nan_text("f32", bits >> 31 != 0, bits & 0x7f'ffff, 0x40'0000);
}

std::string float_text(double value, std::uint64_t bits) {
  if (value == value) return compose("(f64.const {})", value);
  return nan_text("f64", bits >> 63 != 0, bits & 0xf'ffff'ffff'ffff, 0x8'0000'0000'0000);
}

std::string vector_text(const Val& value) {
  const auto bits = value.bits();
  std::string text = "(v128.const i64x2";
  for (const std::uint64_t lane : bits) text += compose(" {:#018x}", lane);
  return text + ')';
}

std::string ref_text(const Val& value) {
  const std::string type = to_string(ValType::ref(ValAccess::heap(value), false));
  const std::string heap = type.substr(5, type.size() - 6);
  return value.is_null() ? compose("(ref.null {})", heap) : compose("(ref.{})", heap);
}

}  // namespace

std::string to_string(const Val& value) {
  switch (value.kind()) {
    case ValKind::i32:
      return compose("(i32.const {})", *value.get<std::int32_t>());
    case ValKind::i64:
      return compose("(i64.const {})", *value.get<std::int64_t>());
    case ValKind::f32:
      return float_text(*value.get<float>(), value.bits()[0]);
    case ValKind::f64:
      return float_text(*value.get<double>(), value.bits()[0]);
    case ValKind::v128:
      return vector_text(value);
    case ValKind::ref:
      break;
  }
  return ref_text(value);
}

}  // namespace wrun::inline v0
