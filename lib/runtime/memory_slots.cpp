#include "lib/runtime/memory_slots.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "lib/os/zeros.hpp"
#include "lib/runtime/memory.hpp"

namespace wrun::inline v0::runtime {

namespace {

/// Of larger ones, reading takes longer than what it saves.
constexpr std::size_t most_swept = 64 * 1024;
/// Bytes of a memory that may stay touched while it is idle.
constexpr std::size_t most_kept = 16 * 1024;
/// So many have to come back before: the first reading of a page costs a fault.
constexpr std::uint32_t first_swept = 256;

/// Writes zeros where there is anything else. Pages that nobody has written to are all the system's
/// one page of zeros: reading them is quick, and takes no memory. False, not done, if the others
/// are too many.
bool sweep(std::uint8_t* bytes, std::size_t size) {
  const std::size_t page = os::page_size();
  std::size_t kept = 0;
  for (std::size_t at = 0; at < size; at += page) {
    if (os::is_zero(bytes + at, page)) continue;
    kept += page;
    if (kept > most_kept) return false;
    std::memset(bytes + at, 0, page);
  }
  return true;
}

}  // namespace

/// A call of the system and the faults of the pages that are touched next are most of what a small
/// memory costs otherwise.
bool MemorySlots::clear(os::Mapping& mapping, std::size_t size) noexcept {
  const bool are_many = came_back_.fetch_add(1, std::memory_order_relaxed) >= first_swept;
  if (are_many && size <= most_swept && sweep(mapping.data(), size)) return true;
  return mapping.decommit(0, size);
}

/// One of that size, or else any: many instances are of one module.
std::optional<MemorySlots::Slot> MemorySlots::find_idle(std::size_t bytes) noexcept {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return std::nullopt;
  const auto same = std::find_if(idle_.rbegin(), idle_.rend(),
                                 [&](const Slot& slot) { return slot.accessible == bytes; });
  if (same != idle_.rend()) std::swap(*same, idle_.back());
  Slot slot = std::move(idle_.back());
  idle_.pop_back();
  return slot;
}

/// The slot's mapping, with as much accessible.
std::optional<os::Mapping> MemorySlots::resize(std::optional<Slot> slot,
                                               std::size_t size) noexcept {
  if (!slot) return std::nullopt;
  const std::size_t accessible = slot->accessible;
  if (accessible < size && !slot->mapping.commit(accessible, size - accessible))
    return std::nullopt;
  if (accessible > size && !slot->mapping.guard(size, accessible - size)) return std::nullopt;
  return std::move(slot->mapping);
}

std::optional<os::Mapping> MemorySlots::take_idle(std::uint64_t bytes) noexcept {
  const auto size = static_cast<std::size_t>(bytes);
  return resize(find_idle(size), size);
}

std::optional<os::Mapping> MemorySlots::take(std::uint64_t bytes) noexcept {
  if (auto idle = take_idle(bytes)) return idle;
  auto fresh = os::Mapping::reserve(memory_reservation);
  if (!fresh) return std::nullopt;
  return resize(Slot{std::move(*fresh), 0}, static_cast<std::size_t>(bytes));
}

bool MemorySlots::try_one() noexcept {
  auto mapping = take(0);
  if (!mapping) return false;
  give(std::move(*mapping), 0);
  return true;
}

void MemorySlots::give(os::Mapping mapping, std::uint64_t bytes) noexcept {
  const auto size = static_cast<std::size_t>(bytes);
  // Locked memory can't be given back to the system, and contents must not be left.
  if (size != 0 && !clear(mapping, size)) return;
  const std::lock_guard lock(mutex_);
  if (idle_.size() == most) return;
  try {
    idle_.push_back({std::move(mapping), size});
  } catch (...) {
    // Then it goes back to the system.
  }
}

}  // namespace wrun::inline v0::runtime
