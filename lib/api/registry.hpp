#pragma once

// Which stores there are, so that a handle, which owns nothing, can be looked up safely, whatever
// became of its store. An anchor outlives the stores that use it one after another: its memory
// isn't given back while the library is loaded.
//
// The owner word of an anchor is the lock that makes "one thread at a time" an error and not a
// race.

#include <atomic>
#include <cstdint>

namespace wrun::inline v0::api {

struct StoreState;

struct Anchor {
  /// Of the store that uses it; 0 if none does, or if its Store was destroyed during a call.
  std::atomic<std::uint64_t> id{0};
  /// 0, or the thread that is inside, with the two bits below.
  std::atomic<std::uintptr_t> owner{0};
  StoreState* state = nullptr;
  std::uint64_t serial = 0;
  std::uint32_t index = 0;
  Anchor* next_free = nullptr;
};

/// The Store was destroyed; the thread that is inside frees its state when it leaves.
inline constexpr std::uintptr_t abandoned_bit = 1;
/// A callback runs that must not use the store.
inline constexpr std::uintptr_t locked_bit = 2;

/// A value for the calling thread that no other living thread has; the low bits are clear.
std::uintptr_t this_thread() noexcept;

/// An anchor for a new store, with its id. Throws std::bad_alloc.
Anchor& claim_anchor(StoreState* state);
/// After the state is gone.
void return_anchor(Anchor& anchor) noexcept;
/// The anchor that this id may be found at; null if the id was never given out.
Anchor* find_anchor(std::uint64_t id) noexcept;

}  // namespace wrun::inline v0::api
