#include "lib/api/registry.hpp"

#include <array>
#include <bit>
#include <memory>
#include <mutex>
#include <new>
#include <thread>

#include "lib/os/fork.hpp"

namespace wrun::inline v0::api {

namespace {

// An id is serial << index_bits | index. The serial goes up with each use of an anchor.
constexpr unsigned index_bits = 24;
constexpr std::uint32_t chunk_size = 128;
constexpr std::uint32_t chunk_count = (1u << index_bits) / chunk_size;

using Chunk = std::array<Anchor, chunk_size>;

struct Registry {
  std::array<std::atomic<Chunk*>, chunk_count> chunks{};
  std::mutex mutex;
  std::uint32_t made = 0;
  std::uint32_t live = 0;
  // First in, first out: the longer an anchor rests, the likelier it is that nobody still holds a
  // handle into it.
  Anchor* oldest_free = nullptr;
  Anchor* newest_free = nullptr;
};

constinit Registry registry;

/// Gives the chunks back when the library is unloaded, if no store outlives that.
struct Cleanup {
  ~Cleanup() {
    const std::lock_guard lock(registry.mutex);
    if (registry.live != 0) return;
    // No further than chunks were made: the rest of the array was never touched.
    for (std::uint32_t at = 0; at < registry.made; at += chunk_size)
      delete registry.chunks[at / chunk_size].exchange(nullptr);
    registry.oldest_free = registry.newest_free = nullptr;
    registry.made = 0;
  }
};
const Cleanup cleanup;
[[maybe_unused]] const bool is_held_over_fork = os::hold_over_fork(registry.mutex);

Anchor& make_anchor() {
  const std::uint32_t index = registry.made;
  if (index == chunk_count * chunk_size) throw std::bad_alloc();
  auto& slot = registry.chunks[index / chunk_size];
  Chunk* chunk = slot.load(std::memory_order_relaxed);
  if (!chunk) {
    chunk = new Chunk;
    slot.store(chunk, std::memory_order_release);
  }
  ++registry.made;
  Anchor& anchor = (*chunk)[index % chunk_size];
  anchor.index = index;
  return anchor;
}

Anchor& take_anchor() {
  Anchor* anchor = registry.oldest_free;
  if (!anchor) return make_anchor();
  registry.oldest_free = anchor->next_free;
  if (!registry.oldest_free) registry.newest_free = nullptr;
  return *anchor;
}

}  // namespace

std::uintptr_t this_thread() noexcept {
  static_assert(sizeof(std::thread::id) == sizeof(std::uintptr_t));
  // Under POSIX an id is the address of the thread's descriptor.
  return std::bit_cast<std::uintptr_t>(std::this_thread::get_id());
}

Anchor& claim_anchor(StoreState* state) {
  const std::lock_guard lock(registry.mutex);
  Anchor& anchor = take_anchor();
  ++registry.live;
  anchor.state = state;
  anchor.next_free = nullptr;
  ++anchor.serial;
  anchor.id.store(anchor.serial << index_bits | anchor.index, std::memory_order_release);
  return anchor;
}

void return_anchor(Anchor& anchor) noexcept {
  const std::lock_guard lock(registry.mutex);
  --registry.live;
  anchor.id.store(0, std::memory_order_release);
  // Not all of it: somebody may be finding out at this moment that the store is gone.
  anchor.owner.fetch_and(~abandoned_bit, std::memory_order_relaxed);
  anchor.state = nullptr;
  (registry.newest_free ? registry.newest_free->next_free : registry.oldest_free) = &anchor;
  registry.newest_free = &anchor;
}

Anchor* find_anchor(std::uint64_t id) noexcept {
  const auto index = static_cast<std::uint32_t>(id & ((1u << index_bits) - 1));
  Chunk* chunk = registry.chunks[index / chunk_size].load(std::memory_order_acquire);
  if (!chunk) return nullptr;
  Anchor& anchor = (*chunk)[index % chunk_size];
  return anchor.id.load(std::memory_order_acquire) == id ? &anchor : nullptr;
}

}  // namespace wrun::inline v0::api
