#include "lib/api/session.hpp"

#include "lib/api/boundary.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::api {

Session::Session(const Store& store) noexcept {
  if (StoreAccess::id(store) == 0) {
    refusal_ = Refusal::empty;
  } else {
    enter(StoreAccess::id(store));
  }
}

void Session::delete_state(Anchor& anchor) noexcept {
  delete anchor.state;
}

Error Session::error_of(Refusal refusal) noexcept {
  switch (refusal) {
    case Refusal::busy:
      return usage_error(
          "the store is in use: by another thread, or by the call whose callback this is");
    case Refusal::empty:
      return empty_object("Store");
    default:
      return stale_handle();
  }
}

// A thread of the timer's isn't inside the store, and leaves it as it is.
bool AnchorLock::lock() noexcept {
  const std::uintptr_t owner = anchor_.owner.load(std::memory_order_relaxed);
  if ((owner & ~abandoned_bit) != this_thread()) return false;
  anchor_.owner.fetch_or(locked_bit, std::memory_order_relaxed);
  return true;
}

void AnchorLock::unlock() noexcept {
  anchor_.owner.fetch_and(~locked_bit, std::memory_order_relaxed);
}

bool release_later(detail::Handle handle, runtime::HandleKind kind) noexcept {
  const Anchor* anchor = find_anchor(handle.store);
  if (!anchor) return false;
  const std::uintptr_t owner = anchor->owner.load(std::memory_order_relaxed);
  if (owner != (this_thread() | locked_bit)) return false;
  runtime::Store& store = anchor->state->store;
  return store.release_later({store.id(), handle.index, handle.generation, kind});
}

void abandon(StoreState& state) noexcept {
  Anchor& anchor = state.anchor;
  anchor.id.store(no_store, std::memory_order_release);
  // Whoever sees the bit, or finds nobody inside, frees the state.
  const std::uintptr_t owner = anchor.owner.fetch_or(abandoned_bit, std::memory_order_acq_rel);
  if (owner != 0) return;
  delete &state;
}

Error usage_error(const char* message) noexcept {
  try {
    return Error(ErrorKind::usage, message);
  } catch (...) {
    return out_of_memory();
  }
}

Error stale_handle() noexcept {
  return usage_error(
      "the handle is stale or of another store: its object was released, or its store destroyed");
}

Error empty_object(const char* class_name) noexcept {
  try {
    return Error(ErrorKind::usage, compose("this {} is empty: it was moved from or made with an "
                                           "empty object, or there was no memory for it",
                                           class_name));
  } catch (...) {
    return out_of_memory();
  }
}

Error wrong_engine() noexcept {
  return usage_error("objects of two engines don't meet");
}

}  // namespace wrun::inline v0::api
