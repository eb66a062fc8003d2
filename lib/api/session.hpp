#pragma once

// A use of a store by the calling thread: what every public function that touches a store begins
// with. While one lives, other threads' uses fail, and the store's state stays, even if the host
// destroys its Store.

#include <cstdint>

#include <wrun/error.hpp>
#include <wrun/store.hpp>

#include "lib/api/state.hpp"
#include "lib/os/thread.hpp"
#include "lib/runtime/handle.hpp"
#include "lib/runtime/heap_object.hpp"

namespace wrun::inline v0::api {

class Session {
 public:
  explicit Session(std::uint64_t store_id) noexcept { enter(store_id); }
  explicit Session(const Store& store) noexcept;
  explicit Session(const detail::HandleBase& handle) noexcept
      : Session(detail::Access::get(handle).store) {}
  ~Session() {
    if (outermost_) leave(*anchor_);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  explicit operator bool() const { return refusal_ == Refusal::none; }
  StoreState& operator*() const { return *state_; }
  StoreState* operator->() const { return state_; }
  /// Whether there is none because another thread is inside.
  bool is_busy() const { return refusal_ == Refusal::busy; }
  enum class Refusal : std::uint8_t { none, stale, busy, empty };
  Refusal refusal() const { return refusal_; }
  /// Why there is none.
  Error error() const noexcept { return error_of(refusal_); }
  static Error error_of(Refusal refusal) noexcept;

  // The same without an object, for whoever counts steps.

  /// Begins the outermost use of a store. False: somebody is inside, or the store has ended.
  static bool enter_first(Anchor& anchor, std::uint64_t store_id) noexcept {
    return lock(anchor, store_id, this_thread()) == Refusal::none;
  }
  /// Ends the outermost use. What a collection inside WebAssembly left behind is destroyed here,
  /// outside of it.
  static void leave(Anchor& anchor) noexcept {
    if (anchor.state->store.has_garbage()) [[unlikely]]
      anchor.state->store.finalize();
    if (unlock(anchor.owner) & abandoned_bit) [[unlikely]]
      delete_state(anchor);
  }

 private:
  // These are much of most calls' cost; nothing takes the session's address, so that it is in
  // registers.
  void enter(std::uint64_t store_id) noexcept {
    Anchor* anchor = find_anchor(store_id);
    if (!anchor) [[unlikely]] {
      refusal_ = Refusal::stale;
      return;
    }
    const std::uintptr_t me = this_thread();
    std::uintptr_t owner = anchor->owner.load(std::memory_order_relaxed);
    if (owner != me) {
      refusal_ = lock(*anchor, store_id, me);
      if (refusal_ != Refusal::none) [[unlikely]]
        return;
      outermost_ = true;
    }
    anchor_ = anchor;
    state_ = anchor->state;
  }
  // What two threads must do in one step costs more than all else here, and one thread needn't.
  static Refusal lock(Anchor& anchor, std::uint64_t store_id, std::uintptr_t me) noexcept {
    if (!os::has_one_thread()) return lock_among_threads(anchor, store_id, me);
    if (anchor.owner.load(std::memory_order_relaxed) != 0) return Refusal::busy;
    anchor.owner.store(me, std::memory_order_relaxed);
    return Refusal::none;
  }
  static Refusal lock_among_threads(Anchor& anchor, std::uint64_t store_id,
                                    std::uintptr_t me) noexcept {
    std::uintptr_t nobody = 0;
    if (!anchor.owner.compare_exchange_strong(nobody, me, std::memory_order_acquire))
      return Refusal::busy;
    if (anchor.id.load(std::memory_order_acquire) == store_id) [[likely]]
      return Refusal::none;
    // The store has ended between finding the anchor and locking it.
    if (unlock(anchor.owner) & abandoned_bit) delete_state(anchor);
    return Refusal::stale;
  }
  static std::uintptr_t unlock(std::atomic<std::uintptr_t>& owner) noexcept {
    if (!os::has_one_thread()) return owner.exchange(0, std::memory_order_release);
    const std::uintptr_t before = owner.load(std::memory_order_relaxed);
    owner.store(0, std::memory_order_relaxed);
    return before;
  }
  static void delete_state(Anchor& anchor) noexcept;

  StoreState* state_ = nullptr;
  Anchor* anchor_ = nullptr;
  bool outermost_ = false;
  Refusal refusal_ = Refusal::none;
};

/// Puts the release of a handle off until a callback of the calling thread's, which must not use
/// the store, has returned. False if none runs, or there's no memory.
bool release_later(detail::Handle handle, runtime::HandleKind kind) noexcept;

/// What a Store's end means for its state.
void abandon(StoreState& state) noexcept;

/// Error{usage}, or Error{limit} if there's no memory for the message.
Error usage_error(const char* message) noexcept;
Error stale_handle() noexcept;
/// A use of an object of the class of that name which has no state.
Error empty_object(const char* class_name) noexcept;
Error wrong_engine() noexcept;

/// The object of a handle, or null.
template <class T>
T* resolve(StoreState& state, detail::Handle handle) {
  if (handle.store != state.id) return nullptr;
  return state.store.resolve<T>(handle.index, handle.generation);
}
template <class T>
T* resolve(StoreState& state, const detail::HandleBase& handle) {
  return resolve<T>(state, detail::Access::get(handle));
}

/// The reference of a handle, or null.
inline runtime::Ref resolve_ref(StoreState& state, detail::Handle handle) {
  if (handle.store != state.id) return runtime::null_ref;
  return state.store.resolve_ref(runtime::Handle{state.store.id(), handle.index, handle.generation,
                                                 runtime::HandleKind::reference});
}
/// The host reference among references; null for others.
inline runtime::HostRef* as_host_ref(runtime::Ref ref) {
  if (ref == runtime::null_ref || runtime::is_i31(ref)) return nullptr;
  auto* cell = reinterpret_cast<runtime::CellHeader*>(ref);
  if (cell->kind != runtime::CellKind::host_ref) return nullptr;
  return static_cast<runtime::HostRef*>(static_cast<runtime::Cell*>(cell));
}

inline detail::Handle to_public(const StoreState& state, runtime::Handle handle) {
  return {state.id, handle.index, handle.generation};
}
/// The handle that keeps what a reference, not null, refers to. Throws std::bad_alloc.
template <class Public>
Public make_ref_handle(StoreState& state, runtime::Ref ref) {
  return detail::Access::make<Public>(to_public(state, state.store.ref_handle(ref)));
}
/// The handle that keeps an object, under an owner if there is one. Throws std::bad_alloc.
template <class Public, class T>
Public make_handle(StoreState& state, T& object, runtime::Handle owner = {}) {
  return detail::Access::make<Public>(to_public(state, state.store.handle(object, owner)));
}

}  // namespace wrun::inline v0::api
