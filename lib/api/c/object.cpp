#include "lib/api/c/object.hpp"

#include "lib/api/c/module.hpp"
#include "lib/api/c/trap.hpp"

namespace wrun::inline v0::capi {

namespace {

runtime::HandleKind handle_kind(RefKind kind) {
  switch (kind) {
    case RefKind::func:
      return runtime::HandleKind::func;
    case RefKind::global:
      return runtime::HandleKind::global;
    case RefKind::table:
      return runtime::HandleKind::table;
    case RefKind::memory:
      return runtime::HandleKind::memory;
    case RefKind::tag:
      return runtime::HandleKind::tag;
    case RefKind::instance:
      return runtime::HandleKind::instance;
    case RefKind::foreign:
    case RefKind::any:
      return runtime::HandleKind::reference;
    case RefKind::exception:
      return runtime::HandleKind::exception;
    default:
      return runtime::HandleKind::none;
  }
}

void free_ref(wasm_ref_t* ref) noexcept {
  switch (ref->kind) {
    case RefKind::func:
      return delete static_cast<wasm_func_t*>(ref);
    case RefKind::global:
      return delete static_cast<wasm_global_t*>(ref);
    case RefKind::table:
      return delete static_cast<wasm_table_t*>(ref);
    case RefKind::memory:
      return delete static_cast<wasm_memory_t*>(ref);
    case RefKind::tag:
      return delete static_cast<wrun_tag_t*>(ref);
    case RefKind::instance:
      return delete static_cast<wasm_instance_t*>(ref);
    case RefKind::foreign:
      return delete static_cast<wasm_foreign_t*>(ref);
    case RefKind::any:
      return delete static_cast<wrun_anyref_t*>(ref);
    case RefKind::exception:
      return delete static_cast<wrun_exception_t*>(ref);
    case RefKind::trap:
      return delete static_cast<wasm_trap_t*>(ref);
    case RefKind::module:
      return delete static_cast<wasm_module_t*>(ref);
  }
}

bool has_handle(const wasm_ref_t& ref) {
  return ref.handle.store != 0;
}

/// Deletes a reference that nobody owns, and its root. `state` is null when the store is no more.
void end(wasm_ref_t* ref, api::StoreState* state) noexcept {
  const detail::Handle handle = ref->handle;
  const runtime::HandleKind kind = handle_kind(ref->kind);
  if (has_handle(*ref)) ref->store.objects[handle.index] = nullptr;
  free_ref(ref);
  if (state && kind != runtime::HandleKind::none)
    state->store.release({state->store.id(), handle.index, handle.generation, kind});
}

/// Takes owners away; whether the reference had these only, and its hold on the store ends.
bool leave(wasm_ref_t* ref, std::uint32_t owners, api::StoreState* state) noexcept {
  if (ref->owners.fetch_sub(owners, std::memory_order_acq_rel) != owners) return false;
  if (ref->inner == 0) end(ref, state);
  return true;
}

/// Takes one owner away if that isn't the last.
bool leave_others(wasm_ref_t* ref) noexcept {
  std::uint32_t owners = ref->owners.load(std::memory_order_relaxed);
  while (owners > 1) {
    if (ref->owners.compare_exchange_weak(owners, owners - 1, std::memory_order_acq_rel))
      return true;
  }
  return false;
}

bool is_gone(const wasm_store_t& store) {
  const api::Anchor* anchor = api::find_anchor(store.id);
  return !anchor || anchor->id.load(std::memory_order_acquire) != store.id;
}

void postpone(wasm_ref_t* ref) noexcept {
  wasm_store_t& store = ref->store;
  const std::lock_guard lock(store.mutex);
  if (ref->dropped++ == 0) {
    ref->next_dropped = store.dropped;
    store.dropped = ref;
  }
  store.has_dropped.store(true, std::memory_order_relaxed);
}

}  // namespace

void Use::settle_dropped() noexcept {
  wasm_ref_t* next = nullptr;
  {
    const std::lock_guard lock(store_.mutex);
    next = std::exchange(store_.dropped, nullptr);
    store_.has_dropped.store(false, std::memory_order_relaxed);
  }
  while (wasm_ref_t* ref = next) {
    next = ref->next_dropped;
    if (leave(ref, std::exchange(ref->dropped, 0), &state())) store_.release();
  }
}

void drop(wasm_ref_t* ref) noexcept {
  if (!ref || leave_others(ref)) return;
  wasm_store_t& store = ref->store;
  bool released = false;
  {
    Use use(store);
    if (use) {
      released = leave(ref, 1, &use.state());
    } else if (is_gone(store)) {
      released = leave(ref, 1, nullptr);
    } else {
      postpone(ref);
    }
  }
  if (released) store.release();
}

void hold_inside(wasm_ref_t& ref) noexcept {
  ++ref.inner;
}

void drop_inside(wasm_ref_t& ref) noexcept {
  if (--ref.inner != 0 || ref.owners.load(std::memory_order_acquire) != 0) return;
  // Nothing of the store is to be used any more when it is the store's end that drops it.
  if (is_gone(ref.store)) return end(&ref, nullptr);
  Use use(ref.store);
  end(&ref, use ? &use.state() : nullptr);
}

template <class T>
T* own_handle(Use& use, runtime::Handle handle) {
  wasm_store_t& store = use.store();
  try {
    if (store.objects.size() <= handle.index) store.objects.resize(handle.index + 1);
    wasm_ref_t*& place = store.objects[handle.index];
    if (!place) {
      place = new T(T::kind_of_ref, store);
      place->handle = api::to_public(use.state(), handle);
      store.retain();
    } else if (place->owners.fetch_add(1, std::memory_order_relaxed) == 0) {
      store.retain();
    }
    return static_cast<T*>(place);
  } catch (...) {
    use.heap().release(handle);
    throw;
  }
}

template wasm_func_t* own_handle(Use&, runtime::Handle);
template wasm_global_t* own_handle(Use&, runtime::Handle);
template wasm_table_t* own_handle(Use&, runtime::Handle);
template wasm_memory_t* own_handle(Use&, runtime::Handle);
template wrun_tag_t* own_handle(Use&, runtime::Handle);
template wasm_instance_t* own_handle(Use&, runtime::Handle);
template wasm_foreign_t* own_handle(Use&, runtime::Handle);
template wrun_anyref_t* own_handle(Use&, runtime::Handle);
template wrun_exception_t* own_handle(Use&, runtime::Handle);

wasm_extern_t* own_extern(Use& use, const runtime::Extern& object) {
  switch (object.kind()) {
    case wasm::ExternKind::func:
      return own_object<wasm_func_t>(use, *object.function());
    case wasm::ExternKind::table:
      return own_object<wasm_table_t>(use, *object.table());
    case wasm::ExternKind::memory:
      return own_object<wasm_memory_t>(use, *object.memory());
    case wasm::ExternKind::global:
      return own_object<wasm_global_t>(use, *object.global());
    default:
      return own_object<wrun_tag_t>(use, *object.tag());
  }
}

}  // namespace wrun::inline v0::capi
