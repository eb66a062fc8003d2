// AnyRef: structures, arrays and integers of 31 bits, from the host.

#include <wrun/anyref.hpp>
#include <wrun/module.hpp>

#include "lib/api/objects.hpp"
#include "lib/api/values.hpp"
#include "lib/runtime/casts.hpp"
#include "lib/runtime/heap_access.hpp"
#include "lib/runtime/trap.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0 {

namespace {

using api::StoreState;
using runtime::CellKind;
using runtime::Object;
using runtime::Ref;
using wasm::CompositeKind;

bool is_object(Ref ref) {
  return !runtime::is_i31(ref) && runtime::kind_of(ref) >= CellKind::struct_;
}

Error not_an_object() {
  return Error(ErrorKind::usage, "the reference is neither a structure nor an array");
}

/// A field or element in the heap.
struct Place {
  Object* object;
  wasm::CanonField type;
  std::uint64_t offset;
};

std::uint32_t size_of(const Object& object, const wasm::CanonSubType& type) {
  if (object.kind == CellKind::struct_) return static_cast<std::uint32_t>(type.fields.size());
  return static_cast<const runtime::Array&>(object).length;
}

const wasm::CanonSubType& type_of(StoreState& state, const Object& object) {
  return state.store.types().entry(wasm::TypeId(object.type)).type;
}

Place place_in(StoreState& state, Object& object, std::uint32_t index) {
  const wasm::CanonSubType& type = type_of(state, object);
  const runtime::HeapType& layout = *state.store.heap().types().find(object.type);
  if (object.kind == CellKind::struct_)
    return {&object, type.fields[index], layout.layout.offsets[index]};
  return {&object, type.fields[0], runtime::array_bytes(index, layout.element_width)};
}

Result<Place> find_place(StoreState& state, Ref ref, std::uint32_t index) {
  if (!is_object(ref)) return not_an_object();
  Object& object = *runtime::object_of(ref);
  if (index < size_of(object, type_of(state, object))) return place_in(state, object, index);
  if (object.kind == CellKind::array)
    return runtime::make_trap(TrapCode::out_of_bounds_array_access);
  return Error(ErrorKind::usage, compose("the structure has no field {}", index));
}

Result<void> write(StoreState& state, const Place& place, const Val& value, std::string_view what) {
  runtime::Slot slots[2] = {};
  auto written = api::to_slots(state, value, place.type.storage.unpacked(), slots, what);
  if (!written) return written;
  runtime::write_storage(reinterpret_cast<std::uint8_t*>(place.object) + place.offset, slots,
                         runtime::width_of(place.type.storage.kind()));
  return {};
}

/// A new object of a module's type; `values` are its fields or elements.
Result<AnyRef> make(Store& store, const Module& module, std::uint32_t index, CompositeKind kind,
                    std::span<const Val> values) {
  const api::Session session(store);
  if (!session) return session.error();
  return api::guarded([&]() -> Result<AnyRef> {
    const auto& made_of = ModuleAccess::state(module);
    if (!made_of) return api::empty_object("Module");
    if (made_of->engine != session->engine) return api::wrong_engine();
    const wasm::TypeSection& types = made_of->data->types;
    const bool is_struct = kind == CompositeKind::struct_;
    if (index >= types.types.size() || types.types[index].kind != kind)
      return Error(ErrorKind::usage, compose("the module's type {} is no {}", index,
                                             is_struct ? "structure" : "array"));
    if (is_struct && values.size() != types.types[index].fields.size())
      return Error(ErrorKind::usage, compose("the structure has {} fields, not {}",
                                             types.types[index].fields.size(), values.size()));
    Object* object = nullptr;
    if (is_struct) {
      object = session->store.allocate_struct(types.ids[index]);
    } else if (values.size() <= runtime::max_object_bytes) {
      object = session->store.allocate_array(types.ids[index],
                                             static_cast<std::uint32_t>(values.size()));
    }
    if (!object)
      return Error(ErrorKind::limit, "no memory within the limits of the heap (heap_bytes)");
    for (std::uint32_t i = 0; i < values.size(); ++i) {
      auto written = write(*session, place_in(*session, *object, i), values[i],
                           compose("{} {}", is_struct ? "field" : "element", i));
      if (!written) return std::move(written).error();
    }
    return api::make_ref_handle<AnyRef>(*session, runtime::as_ref(object));
  });
}

}  // namespace

Result<AnyRef> AnyRef::i31(Store& store, std::int32_t value) {
  const api::Session session(store);
  if (!session) return session.error();
  return api::guarded([&]() -> Result<AnyRef> {
    return api::make_ref_handle<AnyRef>(*session,
                                        runtime::i31_ref(static_cast<std::uint32_t>(value)));
  });
}

Result<AnyRef> AnyRef::make_struct(Store& store, const Module& module, std::uint32_t type,
                                   std::span<const Val> fields) {
  return make(store, module, type, CompositeKind::struct_, fields);
}

Result<AnyRef> AnyRef::make_array(Store& store, const Module& module, std::uint32_t type,
                                  std::span<const Val> elements) {
  return make(store, module, type, CompositeKind::array, elements);
}

Result<HeapKind> AnyRef::kind() const {
  return api::with_ref(*this, [](StoreState&, Ref ref) -> Result<HeapKind> {
    if (runtime::is_i31(ref)) return HeapKind::i31;
    if (runtime::kind_of(ref) == CellKind::struct_) return HeapKind::struct_;
    return runtime::kind_of(ref) == CellKind::array ? HeapKind::array : HeapKind::any;
  });
}

Result<std::int32_t> AnyRef::i31_value() const {
  return api::with_ref(*this, [](StoreState&, Ref ref) -> Result<std::int32_t> {
    if (runtime::is_i31(ref)) return runtime::i31_signed(ref);
    return Error(ErrorKind::usage, "the reference is no i31");
  });
}

Result<std::uint32_t> AnyRef::size() const {
  return api::with_ref(*this, [](StoreState& state, Ref ref) -> Result<std::uint32_t> {
    if (!is_object(ref)) return not_an_object();
    const Object& object = *runtime::object_of(ref);
    return size_of(object, type_of(state, object));
  });
}

Result<Val> AnyRef::get(std::uint32_t index) const {
  return api::with_ref(*this, [&](StoreState& state, Ref ref) -> Result<Val> {
    auto place = find_place(state, ref, index);
    if (!place) return std::move(place).error();
    runtime::Slot slots[2] = {};
    runtime::read_storage(*place->object, place->offset, place->type.storage.kind(), false, slots);
    return api::from_slots(state, place->type.storage.unpacked(), slots);
  });
}

Result<void> AnyRef::set(std::uint32_t index, const Val& value) const {
  return api::with_ref(*this, [&](StoreState& state, Ref ref) -> Result<void> {
    auto place = find_place(state, ref, index);
    if (!place) return std::move(place).error();
    if (!place->type.is_mutable)
      return Error(ErrorKind::usage, "the field or element is immutable");
    return write(state, *place, value, "the value");
  });
}

Result<void> AnyRef::release() const {
  return api::release_ref(*this);
}

}  // namespace wrun::inline v0
