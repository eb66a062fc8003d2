#pragma once

// Which stores there are, so that a handle, which owns nothing, can be looked up safely, whatever
// became of its store. An anchor outlives the stores that use it one after another: its memory
// isn't given back while the library is loaded.
//
// The owner word of an anchor is the lock that makes "one thread at a time" an error and not a
// race.

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>

namespace wrun::inline v0::api {

struct StoreState;

/// No handle has it for its store's id, not even an empty one.
inline constexpr std::uint64_t no_store = ~std::uint64_t{0};

struct alignas(64) Anchor {
  /// Of the store that uses it; no_store if none does, or if its Store was destroyed during a call.
  std::atomic<std::uint64_t> id{no_store};
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
[[gnu::tls_model("initial-exec")]] inline constinit thread_local std::uint64_t thread_mark = 0;
inline std::uintptr_t this_thread() noexcept {
  return reinterpret_cast<std::uintptr_t>(&thread_mark);
}

// An id is serial << index_bits | index. The serial goes up with each use of an anchor.
inline constexpr unsigned index_bits = 24;
inline constexpr std::uint32_t chunk_size = 128;
inline constexpr std::uint32_t chunk_count = (1u << index_bits) / chunk_size;

struct Registry {
  using Chunk = std::array<Anchor, chunk_size>;

  std::mutex mutex;
  std::uint32_t made = 0;
  std::uint32_t live = 0;
  // First in, first out: the longer an anchor rests, the likelier it is that nobody still holds a
  // handle into it.
  Anchor* oldest_free = nullptr;
  Anchor* newest_free = nullptr;
  /// Last, as it is large: a process with few stores touches the first of them only.
  std::array<std::atomic<Chunk*>, chunk_count> chunks{};
};
extern constinit Registry store_registry;

/// An anchor for a new store, with its id. Throws std::bad_alloc.
Anchor& claim_anchor(StoreState* state);
/// After the state is gone.
void return_anchor(Anchor& anchor) noexcept;
/// The one that this thread has found last, which mostly is the next one, too. What is loaded from
/// here doesn't wait for the handle: a processor that guesses right is far ahead by the time that
/// it knows.
struct RecentAnchor {
  std::uint64_t id = 0;
  Anchor* anchor = nullptr;
};
[[gnu::tls_model("initial-exec")]] inline constinit thread_local RecentAnchor recent_anchor;

/// find_anchor() in the registry.
Anchor* look_up_anchor(std::uint64_t id) noexcept;
/// The anchor that this id may be found at; null if the store has ended, or the id was never given
/// out.
inline Anchor* find_anchor(std::uint64_t id) noexcept {
  if (recent_anchor.id != id || id == 0) [[unlikely]]
    return look_up_anchor(id);
  Anchor* const anchor = recent_anchor.anchor;
  return anchor->id.load(std::memory_order_acquire) == id ? anchor : nullptr;
}

}  // namespace wrun::inline v0::api
