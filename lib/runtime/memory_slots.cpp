#include "lib/runtime/memory_slots.hpp"

#include <algorithm>
#include <utility>

#include "lib/runtime/memory.hpp"

namespace wrun::inline v0::runtime {

/// One of that size, or else any: many instances are of one module.
std::optional<MemorySlots::Slot> MemorySlots::take_idle(std::size_t bytes) noexcept {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return std::nullopt;
  const auto same = std::find_if(idle_.rbegin(), idle_.rend(),
                                 [&](const Slot& slot) { return slot.accessible == bytes; });
  if (same != idle_.rend()) std::swap(*same, idle_.back());
  Slot slot = std::move(idle_.back());
  idle_.pop_back();
  return slot;
}

std::optional<os::Mapping> MemorySlots::take(std::uint64_t bytes) noexcept {
  const auto size = static_cast<std::size_t>(bytes);
  std::optional<Slot> slot = take_idle(size);
  if (!slot) {
    auto fresh = os::Mapping::reserve(memory_reservation);
    if (!fresh) return std::nullopt;
    slot = Slot{std::move(*fresh), 0};
  }
  const std::size_t accessible = slot->accessible;
  if (accessible < size && !slot->mapping.commit(accessible, size - accessible))
    return std::nullopt;
  if (accessible > size && !slot->mapping.guard(size, accessible - size)) return std::nullopt;
  return std::move(slot->mapping);
}

bool MemorySlots::try_one() noexcept {
  auto mapping = take(0);
  if (!mapping) return false;
  give(std::move(*mapping), 0);
  return true;
}

void MemorySlots::give(os::Mapping mapping, std::uint64_t bytes) noexcept {
  const auto size = static_cast<std::size_t>(bytes);
  // Locked memory can't be given back so, and contents must not be left.
  if (size != 0 && !mapping.decommit(0, size)) return;
  const std::lock_guard lock(mutex_);
  if (idle_.size() == most) return;
  try {
    idle_.push_back({std::move(mapping), size});
  } catch (...) {
    // Then it goes back to the system.
  }
}

}  // namespace wrun::inline v0::runtime
