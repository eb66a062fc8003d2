#pragma once

// Handles to objects and back. An entry keeps its object alive until it is released. An entry may
// belong to an owner entry (an export's to its instance's): it is released with it.

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "lib/runtime/handle.hpp"

namespace wrun::inline v0::runtime {

class HandleTable {
 public:
  explicit HandleTable(std::uint32_t store_id);

  /// The handle of an object under that owner, made if there is none.
  Handle intern(void* object, HandleKind kind, Handle owner);
  /// Null if the handle is stale, of another store, or of another kind.
  void* find(Handle handle) const {
    return handle.store == store_id_ ? find(handle.index, handle.generation, handle.kind) : nullptr;
  }
  /// The same for who knows that it is of this store.
  void* find(std::uint32_t index, std::uint32_t generation, HandleKind kind) const {
    const Entry* found = entry(index, generation, kind);
    return found ? found->object : nullptr;
  }
  /// Drops the entry and those that it owns. False if the handle was stale or foreign.
  bool release(Handle handle);

  std::size_t size() const { return interned_.size(); }

  /// Calls visit(kind, object) for each entry.
  template <class Visitor>
  void each(Visitor&& visit) const {
    for (const Entry& entry : entries_) {
      if (entry.kind != HandleKind::none) visit(entry.kind, entry.object);
    }
  }

 private:
  static constexpr std::uint32_t no_entry = 0;  // entry 0 is never used
  struct Entry {
    void* object = nullptr;
    std::uint32_t generation = 1;
    HandleKind kind = HandleKind::none;
    std::uint32_t owner = no_entry;
    std::uint32_t first_owned = no_entry;
    std::uint32_t previous = no_entry;  // among what its owner owns
    std::uint32_t next = no_entry;      // the same, or the next free entry
  };
  struct Key {
    void* object;
    std::uint32_t owner;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept {
      return std::hash<void*>()(key.object) * 31 + key.owner;
    }
  };

  const Entry* entry(std::uint32_t index, std::uint32_t generation, HandleKind kind) const {
    if (index >= entries_.size()) return nullptr;
    const Entry& found = entries_[index];
    const bool is_current = found.generation == generation && found.kind == kind;
    return is_current && kind != HandleKind::none ? &found : nullptr;
  }
  const Entry* entry(Handle handle) const {
    return handle.store == store_id_ ? entry(handle.index, handle.generation, handle.kind)
                                     : nullptr;
  }
  std::uint32_t allocate();
  void unlink(std::uint32_t index);
  void free(std::uint32_t index);

  std::uint32_t store_id_;
  std::uint32_t free_ = no_entry;
  std::vector<Entry> entries_;
  std::unordered_map<Key, std::uint32_t, KeyHash> interned_;
};

}  // namespace wrun::inline v0::runtime
