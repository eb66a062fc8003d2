#include "lib/api/c/values.hpp"

#include "lib/api/c/error.hpp"
#include "lib/api/c/foreign.hpp"
#include "lib/api/c/guard.hpp"
#include "lib/api/c/types.hpp"
#include "lib/api/types.hpp"
#include "lib/api/values.hpp"
#include "lib/runtime/exceptions.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::capi {

namespace {

using runtime::Ref;
using runtime::Slot;
using wasm::AbstractHeap;
using wasm::CanonType;

bool is_ref_kind(wasm_valkind_t kind) {
  return kind >= WASM_EXTERNREF && kind <= WRUN_EXNREF;
}

HeapKind heap_of(RefKind kind) {
  switch (kind) {
    case RefKind::func:
      return HeapKind::func;
    case RefKind::exception:
      return HeapKind::exn;
    case RefKind::foreign:
      return HeapKind::extern_;
    default:
      return HeapKind::any;
  }
}

bool is_in(Use& use, CanonType type, AbstractHeap top) {
  return use.heap().types().is_subtype(type.with_null(true), CanonType::ref(top, true));
}

Error wrong_kind(std::string_view what, CanonType type, wasm_valkind_t kind) {
  return Error(ErrorKind::usage, compose("{} must be {}, not of kind {}", what,
                                         to_string(api::to_public(type)), kind));
}

/// Whatever isn't WebAssembly's own goes through externref as a host object.
bool travels_as_object(const wasm_ref_t& ref) {
  return ref.kind != RefKind::foreign && ref.kind != RefKind::any;
}

bool is_number(CanonType type) {
  return !type.is_ref() && type.kind() <= wasm::Kind::f64;
}

/// False if the value isn't a number, or of another type.
template <class V>
bool number_to_slot(const V& value, CanonType type, Slot& slot) {
  if (!is_number(type) || value.kind != static_cast<wasm_valkind_t>(type.kind())) return false;
  slot.set(value.of.i64);
  return true;
}

template <class V>
void set_v128(V& out, const Slot* slots) {
  if constexpr (requires { out.of.v128; }) {
    std::memcpy(out.of.v128, slots, sizeof out.of.v128);
  } else {
    out.kind = WASM_EXTERNREF;
    out.of.ref = nullptr;
  }
}

template <class V>
Result<void> v128_to_slots(const V& value, Slot* slots, std::string_view what) {
  if constexpr (requires { value.of.v128; }) {
    std::memcpy(slots, value.of.v128, sizeof value.of.v128);
    return {};
  } else {
    return Error(ErrorKind::usage,
                 compose("{} is a vector, which wrun_val_t has room for only", what));
  }
}

}  // namespace

Result<void> ref_to_slots(Use& use, wasm_ref_t* ref, CanonType type, Slot* slots,
                          std::string_view what) {
  if (!ref) {
    const HeapKind heap = is_in(use, type, AbstractHeap::func)      ? HeapKind::func
                          : is_in(use, type, AbstractHeap::extern_) ? HeapKind::extern_
                          : is_in(use, type, AbstractHeap::exn)     ? HeapKind::exn
                                                                    : HeapKind::any;
    return api::to_slots(use.state(), Val::null(heap), type, slots, what);
  }
  if (&ref->store != &use.store())
    return Error(ErrorKind::usage, compose("{} is of another store", what));
  if (is_in(use, type, AbstractHeap::extern_) && travels_as_object(*ref)) {
    slots[0].set(to_externref(use, *ref));
    return {};
  }
  // A structure as externref and a foreign object as anyref are the same reference.
  HeapKind heap = heap_of(ref->kind);
  const bool is_internal = heap == HeapKind::any || heap == HeapKind::extern_;
  if (is_internal)
    heap = is_in(use, type, AbstractHeap::extern_) ? HeapKind::extern_ : HeapKind::any;
  return api::to_slots(use.state(), ValAccess::make(heap, ref->handle), type, slots, what);
}

template <class V>
Result<void> to_slots(Use& use, const V& value, CanonType type, Slot* slots,
                      std::string_view what) {
  if (type.is_ref()) {
    if (!is_ref_kind(value.kind)) return wrong_kind(what, type, value.kind);
    return ref_to_slots(use, value.of.ref, type, slots, what);
  }
  if (value.kind != static_cast<wasm_valkind_t>(type.kind()))
    return wrong_kind(what, type, value.kind);
  switch (value.kind) {
    case WASM_I32:
    case WASM_F32:
      slots[0].set(static_cast<std::uint64_t>(static_cast<std::uint32_t>(value.of.i32)));
      return {};
    case WASM_I64:
    case WASM_F64:
      slots[0].set(value.of.i64);
      return {};
    default:
      return v128_to_slots(value, slots, what);
  }
}

wasm_ref_t* own_ref(Use& use, CanonType type, Ref ref) {
  if (ref == runtime::null_ref) return nullptr;
  if (is_in(use, type, AbstractHeap::func))
    return own_object<wasm_func_t>(use, *runtime::FuncRef::from(ref));
  if (is_in(use, type, AbstractHeap::exn))
    return own_object<wrun_exception_t>(use, *runtime::exception_from(ref));
  if (const runtime::HostRef* host = api::as_host_ref(ref)) {
    wasm_ref_t* held = host_object(*host).held;
    if (!held) return own_handle<wasm_foreign_t>(use, use.heap().ref_handle(ref));
    if (held->owners.fetch_add(1) == 0) use.store().retain();
    return held;
  }
  return own_handle<wrun_anyref_t>(use, use.heap().ref_handle(ref));
}

template <class V>
void from_slots(Use& use, CanonType type, const Slot* slots, V& out) {
  out.kind = kind_of(use.heap().types(), type);
  switch (out.kind) {
    case WASM_I32:
    case WASM_F32:
      out.of.i32 = slots[0].get<std::int32_t>();
      return;
    case WASM_I64:
    case WASM_F64:
      out.of.i64 = slots[0].get<std::int64_t>();
      return;
    case WRUN_V128:
      return set_v128(out, slots);
    default:
      out.of.ref = nullptr;
      out.of.ref = own_ref(use, type, slots[0].get<Ref>());
  }
}

template <class V>
void set_default(Use& use, CanonType type, V& out) {
  constexpr Slot zeros[2] = {};
  from_slots(use, type, zeros, out);
}

template <class V>
Result<void> write_all(Use& use, std::span<const CanonType> types, std::span<const V> values,
                       Slot* slots, std::string_view what) {
  if (values.size() != types.size())
    return Error(ErrorKind::usage,
                 compose("there must be {} {}s, not {}", types.size(), what, values.size()));
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (number_to_slot(values[i], types[i], *slots)) {
      ++slots;
      continue;
    }
    auto written = to_slots(use, values[i], types[i], slots, what);
    if (!written)
      return Error(written.error().kind(),
                   compose("{} (number {})", written.error().message(), i + 1));
    slots += wasm::slot_count(types[i]);
  }
  return {};
}

template <class V>
void read_all(Use& use, std::span<const CanonType> types, const Slot* slots, V* out) {
  std::size_t done = 0;
  try {
    for (; done < types.size(); ++done) {
      if (is_number(types[done])) {
        out[done].kind = static_cast<wasm_valkind_t>(types[done].kind());
        out[done].of.i64 = (slots++)->get<std::int64_t>();
        continue;
      }
      from_slots(use, types[done], slots, out[done]);
      slots += wasm::slot_count(types[done]);
    }
  } catch (...) {
    while (done-- > 0) remove(out[done]);
    throw;
  }
}

#define WRUN_VALUES(V)                                                                         \
  template Result<void> to_slots(Use&, const V&, CanonType, Slot*, std::string_view);          \
  template void from_slots(Use&, CanonType, const Slot*, V&);                                  \
  template void set_default(Use&, CanonType, V&);                                              \
  template Result<void> write_all(Use&, std::span<const CanonType>, std::span<const V>, Slot*, \
                                  std::string_view);                                           \
  template void read_all(Use&, std::span<const CanonType>, const Slot*, V*);

WRUN_VALUES(wasm_val_t)
WRUN_VALUES(wrun_val_t)

void remove(wasm_val_t& value) noexcept {
  wasm_val_delete(&value);
}
void remove(wrun_val_t& value) noexcept {
  wrun_val_delete(&value);
}

namespace {

/// What isn't a reference, or null; nothing for other values.
std::optional<Val> plain(const wrun_val_t& value) {
  switch (value.kind) {
    case WASM_I32:
      return Val(value.of.i32);
    case WASM_I64:
      return Val(value.of.i64);
    case WASM_F32:
      return Val::f32_bits(static_cast<std::uint32_t>(value.of.i32));
    case WASM_F64:
      return Val::f64_bits(static_cast<std::uint64_t>(value.of.i64));
    case WRUN_V128: {
      V128 vector;
      std::memcpy(vector.bytes.data(), value.of.v128, sizeof value.of.v128);
      return Val(vector);
    }
    default:
      break;
  }
  if (!is_ref_kind(value.kind) || value.of.ref) return std::nullopt;
  constexpr HeapKind heaps[] = {HeapKind::extern_, HeapKind::func, HeapKind::any, HeapKind::exn};
  return Val::null(heaps[value.kind - WASM_EXTERNREF]);
}

/// A reference by its handle.
Val reference(const wasm_ref_t& ref, wasm_valkind_t kind) {
  HeapKind heap = heap_of(ref.kind);
  if (heap == HeapKind::any && kind == WASM_EXTERNREF) heap = HeapKind::extern_;
  if (heap == HeapKind::extern_ && kind == WRUN_ANYREF) heap = HeapKind::any;
  return ValAccess::make(heap, ref.handle);
}

/// For its text only.
std::optional<Val> shown(const wrun_val_t& value) {
  if (auto made = plain(value)) return made;
  if (!is_ref_kind(value.kind)) return std::nullopt;
  return reference(*value.of.ref, value.kind);
}

}  // namespace

Result<Val> to_public(Use& use, const wrun_val_t& value) {
  if (auto made = plain(value)) return *made;
  if (!is_ref_kind(value.kind)) return Error(ErrorKind::usage, "a value of no known kind");
  const wasm_ref_t* ref = value.of.ref;
  if (&ref->store != &use.store()) return Error(ErrorKind::usage, "a value of another store");
  if (ref->kind > RefKind::exception ||
      (travels_as_object(*ref) && ref->kind != RefKind::func && ref->kind != RefKind::exception))
    return Error(ErrorKind::usage, "a reference that WebAssembly can hold as externref only");
  return reference(*ref, value.kind);
}

Result<void> from_public(Use& use, const Val& value, wrun_val_t& out) {
  const auto canonical = api::to_canonical(value.type());
  if (!canonical) return api::module_type_error();
  runtime::Slot slots[2] = {};
  const CanonType type = canonical->is_ref() ? canonical->with_null(true) : *canonical;
  auto written = api::to_slots(use.state(), value, type, slots, "a value");
  if (!written) return written;
  from_slots(use, *canonical, slots, out);
  return {};
}

}  // namespace wrun::inline v0::capi

using namespace wrun;

extern "C" {

void wasm_val_delete(wasm_val_t* value) {
  if (!value || !wasm_valkind_is_ref(value->kind)) return;
  capi::drop(value->of.ref);
  value->of.ref = nullptr;
}

void wasm_val_copy(wasm_val_t* out, const wasm_val_t* value) {
  *out = *value;
  if (wasm_valkind_is_ref(value->kind)) capi::copy(value->of.ref);
}

void wrun_val_delete(wrun_val_t* value) {
  if (!value || !wasm_valkind_is_ref(value->kind)) return;
  capi::drop(value->of.ref);
  value->of.ref = nullptr;
}

void wrun_val_copy(wrun_val_t* out, const wrun_val_t* value) {
  *out = *value;
  if (wasm_valkind_is_ref(value->kind)) capi::copy(value->of.ref);
}

void wrun_val_to_string(const wrun_val_t* value, wasm_name_t* out) {
  capi::clear(out);
  capi::guarded([&] {
    if (const auto shown = capi::shown(*value)) capi::give_text(out, to_string(*shown));
  });
}

bool wrun_val_to_wasm(wasm_val_t* out, wrun_val_t* from) {
  *out = WASM_INIT_VAL;
  if (from->kind == WRUN_V128) return false;
  out->kind = from->kind;
  std::memcpy(&out->of, &from->of, sizeof out->of);
  if (wasm_valkind_is_ref(from->kind)) from->of.ref = nullptr;
  return true;
}

void wrun_val_from_wasm(wrun_val_t* out, wasm_val_t* from) {
  *out = {};
  out->kind = from->kind;
  std::memcpy(&out->of, &from->of, sizeof from->of);
  if (wasm_valkind_is_ref(from->kind)) from->of.ref = nullptr;
}

}  // extern "C"
