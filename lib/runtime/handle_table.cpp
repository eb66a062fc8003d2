#include "lib/runtime/handle_table.hpp"

#include <limits>

namespace wrun::inline v0::runtime {

HandleTable::HandleTable(std::uint32_t store_id) : store_id_(store_id) {
  constexpr std::size_t few = 8;  // of most stores, all
  entries_.reserve(few);
  entries_.emplace_back();
}

Handle HandleTable::intern(void* object, HandleKind kind, Handle owner) {
  const std::uint32_t owner_index = entry(owner) ? owner.index : no_entry;
  const auto [place, is_new] = interned_.try_emplace(Key{object, owner_index}, no_entry);
  if (is_new) {
    std::uint32_t index = no_entry;
    try {
      index = allocate();
    } catch (...) {
      interned_.erase(place);
      throw;
    }
    Entry& made = entries_[index];
    made.object = object;
    made.kind = kind;
    made.owner = owner_index;
    if (owner_index != no_entry) {
      made.next = entries_[owner_index].first_owned;
      if (made.next != no_entry) entries_[made.next].previous = index;
      entries_[owner_index].first_owned = index;
    }
    place->second = index;
  }
  return {store_id_, place->second, entries_[place->second].generation, kind};
}

bool HandleTable::release(Handle handle) {
  if (!entry(handle)) return false;
  unlink(handle.index);
  // Owned entries own nothing, unless somebody nests them: walk down without recursion.
  std::uint32_t index = handle.index;
  while (true) {
    if (const std::uint32_t owned = entries_[index].first_owned; owned != no_entry) {
      index = owned;
      continue;
    }
    const std::uint32_t owner = entries_[index].owner;
    if (index == handle.index) break;
    unlink(index);
    free(index);
    index = owner;
  }
  free(handle.index);
  return true;
}

std::uint32_t HandleTable::allocate() {
  if (free_ != no_entry) {
    const std::uint32_t index = free_;
    free_ = entries_[index].next;
    entries_[index].next = no_entry;
    return index;
  }
  if (entries_.size() > std::numeric_limits<std::uint32_t>::max()) throw std::bad_alloc();
  entries_.emplace_back();
  return static_cast<std::uint32_t>(entries_.size() - 1);
}

void HandleTable::unlink(std::uint32_t index) {
  Entry& gone = entries_[index];
  if (gone.owner == no_entry) return;
  if (gone.previous != no_entry) {
    entries_[gone.previous].next = gone.next;
  } else {
    entries_[gone.owner].first_owned = gone.next;
  }
  if (gone.next != no_entry) entries_[gone.next].previous = gone.previous;
}

void HandleTable::free(std::uint32_t index) {
  Entry& gone = entries_[index];
  interned_.erase(Key{gone.object, gone.owner});
  const std::uint32_t generation = gone.generation + 1;
  gone = Entry{};
  gone.generation = generation;
  if (generation == 0) return;  // all generations are used up: never again
  gone.next = free_;
  free_ = index;
}

}  // namespace wrun::inline v0::runtime
