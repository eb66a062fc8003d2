// A store's allocations in its heap.

#include <cstring>
#include <new>
#include <utility>

#include "lib/runtime/store.hpp"

namespace wrun::inline v0::runtime {

void Store::collect_inside(Slot* top, Instance* running) noexcept {
  Slot* const before = std::exchange(state_.stack_top, top);
  running_ = running;
  mark_and_sweep();
  running_ = nullptr;
  state_.stack_top = before;
}

// The type comes last: a collection forgets types that no object has.
bool Store::make_room(wasm::TypeId type, std::uint64_t bytes, Slot* top, Instance* running) noexcept
    try {
  if (is_due()) collect_inside(top, running);
  bool done = heap_.refill(bytes);
  if (!done && bytes <= max_object_bytes) {
    collect_inside(top, running);
    done = heap_.refill(bytes);
  }
  if (heap_.is_due()) state_.may_have_work = true;
  if (done) heap_.types().get(type);
  return done;
} catch (const std::bad_alloc&) {
  return false;
}

Object* Store::allocate(wasm::TypeId type, std::uint64_t bytes) noexcept {
  if (!make_room(type, bytes, state_.stack_top)) return nullptr;
  Heap::Bin& bin = heap_.bin_for(bytes);
  Object* object = Heap::take(bin);
  std::memset(static_cast<void*>(object), 0, static_cast<std::size_t>(bytes));
  *object = Heap::header_of(*heap_.types().find(type.value), bytes);
  return object;
}

Object* Store::allocate_struct(wasm::TypeId type) noexcept {
  const auto& fields = registry_->entry(type).type.fields;
  try {
    return allocate(type, layout_of(std::span(fields)).bytes);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

Array* Store::allocate_array(wasm::TypeId type, std::uint32_t length) noexcept {
  const std::uint32_t width = width_of(registry_->entry(type).type.fields[0].storage.kind());
  auto* array = static_cast<Array*>(allocate(type, array_bytes(length, width)));
  if (array) array->length = length;
  return array;
}

}  // namespace wrun::inline v0::runtime
