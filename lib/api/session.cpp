#include "lib/api/session.hpp"

#include "lib/api/boundary.hpp"

namespace wrun::inline v0::api {

namespace {

Error usage_error(const char* message) noexcept {
  try {
    return Error(ErrorKind::usage, message);
  } catch (...) {
    return out_of_memory();
  }
}

}  // namespace

Session::Session(const Store& store) noexcept {
  if (StoreAccess::id(store) == 0) {
    refusal_ = Refusal::empty;
  } else {
    enter(StoreAccess::id(store));
  }
}

void Session::enter(std::uint64_t store_id) noexcept {
  Anchor* anchor = find_anchor(store_id);
  if (store_id == 0 || !anchor) {
    refusal_ = Refusal::stale;
    return;
  }
  const std::uintptr_t me = this_thread();
  std::uintptr_t owner = anchor->owner.load(std::memory_order_relaxed);
  if (owner != me) {
    owner = 0;
    if (!anchor->owner.compare_exchange_strong(owner, me, std::memory_order_acquire)) {
      refusal_ = Refusal::busy;
      return;
    }
    anchor_ = anchor;
    outermost_ = true;
    // The store may have ended between finding the anchor and locking it.
    if (anchor->id.load(std::memory_order_acquire) != store_id) {
      leave();
      outermost_ = false;
      refusal_ = Refusal::stale;
      return;
    }
  }
  state_ = anchor->state;
}

// What a collection inside WebAssembly left behind is destroyed here, outside of it.
void Session::leave() noexcept {
  if (state_ && state_->store.has_garbage()) state_->store.finalize();
  const std::uintptr_t owner = anchor_->owner.exchange(0, std::memory_order_release);
  if (owner & abandoned_bit) delete anchor_->state;
}

Error Session::error() const noexcept {
  switch (refusal_) {
    case Refusal::busy:
      return usage_error(
          "the store is in use: by another thread, or by the call whose callback this is");
    case Refusal::empty:
      return usage_error("the Store is empty: moved from, or there was no memory for it");
    default:
      return stale_handle();
  }
}

Locked::Locked(StoreState& state) noexcept : anchor_(state.anchor) {
  anchor_.owner.fetch_or(locked_bit, std::memory_order_relaxed);
}

Locked::~Locked() {
  anchor_.owner.fetch_and(~locked_bit, std::memory_order_relaxed);
}

void abandon(StoreState& state) noexcept {
  Anchor& anchor = state.anchor;
  anchor.id.store(0, std::memory_order_release);
  // Whoever sees the bit, or finds nobody inside, frees the state.
  const std::uintptr_t owner = anchor.owner.fetch_or(abandoned_bit, std::memory_order_acq_rel);
  if (owner != 0) return;
  delete &state;
}

Error stale_handle() noexcept {
  return usage_error(
      "the handle is stale or of another store: its object was released, or its store destroyed");
}

Error wrong_engine() noexcept {
  return usage_error("objects of two engines don't meet");
}

}  // namespace wrun::inline v0::api
