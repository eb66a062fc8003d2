#include "lib/api/registry.hpp"

#include <memory>
#include <mutex>
#include <new>

#include "lib/os/fork.hpp"

namespace wrun::inline v0::api {

constinit Registry store_registry;

namespace {

using Chunk = Registry::Chunk;

/// Gives the chunks back when the library is unloaded, if no store outlives that.
struct Cleanup {
  ~Cleanup() {
    const std::lock_guard lock(store_registry.mutex);
    if (store_registry.live != 0) return;
    // No further than chunks were made: the rest of the array was never touched.
    for (std::uint32_t at = 0; at < store_registry.made; at += chunk_size)
      delete store_registry.chunks[at / chunk_size].exchange(nullptr);
    store_registry.oldest_free = store_registry.newest_free = nullptr;
    store_registry.made = 0;
    recent_anchor = {};
  }
};
const Cleanup cleanup;
[[maybe_unused]] const bool is_held_over_fork = os::hold_over_fork(store_registry.mutex);

Anchor& make_anchor() {
  const std::uint32_t index = store_registry.made;
  if (index == chunk_count * chunk_size) throw std::bad_alloc();
  auto& slot = store_registry.chunks[index / chunk_size];
  Chunk* chunk = slot.load(std::memory_order_relaxed);
  if (!chunk) {
    chunk = new Chunk;
    slot.store(chunk, std::memory_order_release);
  }
  ++store_registry.made;
  Anchor& anchor = (*chunk)[index % chunk_size];
  anchor.index = index;
  return anchor;
}

Anchor& take_anchor() {
  Anchor* anchor = store_registry.oldest_free;
  if (!anchor) return make_anchor();
  store_registry.oldest_free = anchor->next_free;
  if (!store_registry.oldest_free) store_registry.newest_free = nullptr;
  return *anchor;
}

}  // namespace

Anchor* look_up_anchor(std::uint64_t id) noexcept {
  const auto index = static_cast<std::uint32_t>(id & ((1u << index_bits) - 1));
  Registry::Chunk* chunk =
      store_registry.chunks[index / chunk_size].load(std::memory_order_acquire);
  if (!chunk) return nullptr;
  Anchor& anchor = (*chunk)[index % chunk_size];
  if (anchor.id.load(std::memory_order_acquire) != id) return nullptr;
  recent_anchor = {id, &anchor};
  return &anchor;
}

Anchor& claim_anchor(StoreState* state) {
  const std::lock_guard lock(store_registry.mutex);
  Anchor& anchor = take_anchor();
  ++store_registry.live;
  anchor.state = state;
  anchor.next_free = nullptr;
  ++anchor.serial;
  anchor.id.store(anchor.serial << index_bits | anchor.index, std::memory_order_release);
  return anchor;
}

void return_anchor(Anchor& anchor) noexcept {
  const std::lock_guard lock(store_registry.mutex);
  --store_registry.live;
  anchor.id.store(no_store, std::memory_order_release);
  // Not all of it: somebody may be finding out at this moment that the store is gone.
  anchor.owner.fetch_and(~abandoned_bit, std::memory_order_relaxed);
  anchor.state = nullptr;
  (store_registry.newest_free ? store_registry.newest_free->next_free
                              : store_registry.oldest_free) = &anchor;
  store_registry.newest_free = &anchor;
}

}  // namespace wrun::inline v0::api
