#include "lib/wasm/canonical_types.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <mutex>
#include <new>
#include <stdexcept>
#include <unordered_map>

#include "lib/wasm/type_key.hpp"

namespace wrun::inline v0::wasm {
namespace {

/// The rows of https://webassembly.github.io/spec/core/valid/matching.html#heap-types that speak of
/// abstract heap types only.
constexpr bool is_abstract_subtype(AbstractHeap sub, AbstractHeap super) {
  using enum AbstractHeap;
  if (sub == super || sub == bottom) return true;
  const bool aggregate_or_less = sub == i31 || sub == struct_ || sub == array || sub == none;
  switch (super) {
    case any:
      return sub == eq || aggregate_or_less;
    case eq:
      return aggregate_or_less;
    case i31:
    case struct_:
    case array:
      return sub == none;
    case func:
      return sub == nofunc;
    case extern_:
      return sub == noextern;
    case exn:
      return sub == noexn;
    default:
      return false;
  }
}

/// The abstract heap type right above every defined type of a kind.
constexpr AbstractHeap abstract_of(CompositeKind kind) {
  switch (kind) {
    case CompositeKind::func:
      return AbstractHeap::func;
    case CompositeKind::struct_:
      return AbstractHeap::struct_;
    default:
      return AbstractHeap::array;
  }
}

/// The least type of the hierarchy that the defined types of a kind are in.
constexpr AbstractHeap least_of(CompositeKind kind) {
  return kind == CompositeKind::func ? AbstractHeap::nofunc : AbstractHeap::none;
}

/// Keyed, so that no module can be made of types that collide.
class KeyHash {
 public:
  KeyHash() {
    const auto time = std::chrono::steady_clock::now().time_since_epoch().count();
    seed_ = (static_cast<std::uint64_t>(time) ^ reinterpret_cast<std::uintptr_t>(this)) *
            0x9e3779b97f4a7c15;
  }
  std::size_t operator()(const TypeKey& key) const {
    std::uint64_t hash = seed_;
    for (std::uint32_t word : key) {
      hash = (hash ^ word) * (seed_ | 1);
      hash ^= hash >> 29;
    }
    return static_cast<std::size_t>(hash);
  }

 private:
  std::uint64_t seed_;
};

/// An interned recursive group.
struct Group {
  std::uint64_t references = 1;
  std::vector<TypeId> ids;
  std::vector<Group*> outer;  ///< the groups that it names, once each; it holds them
  const TypeKey* key = nullptr;
  Group* next_dead = nullptr;
};

struct Slot {
  CanonEntry entry;
  Group* group = nullptr;
};

/// Slots by id, in chunks of doubling size that never move: readers take no lock.
class SlotTable {
 public:
  ~SlotTable() {
    for (auto& chunk : chunks_) delete[] chunk.load(std::memory_order_relaxed);
  }

  Slot& operator[](TypeId id) const {
    const std::uint32_t at = id.value + first_size;
    const auto chunk = static_cast<unsigned>(std::bit_width(at)) - first_bits - 1;
    return chunks_[chunk].load(std::memory_order_acquire)[at - (first_size << chunk)];
  }

  /// Makes room for ids below `count`.
  void grow(std::uint32_t count) {
    for (unsigned i = 0; capacity_ < count; ++i) {
      if (chunks_[i].load(std::memory_order_relaxed)) continue;
      chunks_[i].store(new Slot[first_size << i], std::memory_order_release);
      capacity_ += first_size << i;
    }
  }

 private:
  static constexpr unsigned first_bits = 4;
  static constexpr std::uint32_t first_size = 1u << first_bits;
  std::atomic<Slot*> chunks_[25 - first_bits] = {};
  std::uint32_t capacity_ = 0;
};

/// Ids fit the 24 bits of a heap type.
constexpr std::uint32_t max_ids = 1u << 24;

}  // namespace

struct TypeRegistry::Impl {
  SlotTable slots;
  std::mutex mutex;  // guards what follows, and the writing of slots
  std::unordered_map<TypeKey, Group, KeyHash> groups;
  std::vector<TypeId> free;  // always has room for every id
  std::uint32_t next_id = 0;

  /// The ids that the next group of `count` types gets. They are still free afterwards.
  std::vector<TypeId> choose_ids(std::size_t count);
  void take_ids(std::size_t count);
  /// The ids of the group of that key, one reference more.
  std::span<const TypeId> find_or_add(TypeKey key, std::size_t count);
  void add(Group& group, std::vector<CanonSubType> types);
  void drop(Group* group);
};

std::vector<TypeId> TypeRegistry::Impl::choose_ids(std::size_t count) {
  const std::size_t reused = std::min(count, free.size());
  const std::size_t fresh = count - reused;
  if (fresh > max_ids - next_id) throw std::bad_alloc();
  const auto needed = next_id + static_cast<std::uint32_t>(fresh);
  slots.grow(needed);
  if (free.capacity() < needed) free.reserve(std::max<std::size_t>(needed, 2 * free.capacity()));
  std::vector<TypeId> ids(free.end() - static_cast<std::ptrdiff_t>(reused), free.end());
  for (std::uint32_t id = next_id; id < needed; ++id) ids.emplace_back(id);
  return ids;
}

void TypeRegistry::Impl::take_ids(std::size_t count) {
  const std::size_t reused = std::min(count, free.size());
  free.resize(free.size() - reused);
  next_id += static_cast<std::uint32_t>(count - reused);
}

std::span<const TypeId> TypeRegistry::Impl::find_or_add(TypeKey key, std::size_t count) {
  const auto [at, is_new] = groups.try_emplace(std::move(key));
  Group& group = at->second;
  if (!is_new) {
    ++group.references;
    return group.ids;
  }
  try {
    group.key = &at->first;
    group.ids = choose_ids(count);
    add(group, types_of_key(at->first, group.ids));
  } catch (...) {
    groups.erase(at);
    throw;
  }
  return group.ids;
}

/// Everything that can throw comes before the ids are taken: until then nobody reads their slots.
void TypeRegistry::Impl::add(Group& group, std::vector<CanonSubType> types) {
  for (std::size_t i = 0; i < types.size(); ++i) {
    CanonEntry entry{std::move(types[i]), 0, {}};
    if (entry.type.super) {
      // A supertype precedes its subtypes, so one of the same group has its slot already.
      const CanonEntry& super = slots[*entry.type.super].entry;
      entry.depth = super.depth + 1;
      entry.display.reserve(entry.depth + 1);
      entry.display = super.display;
    }
    entry.display.push_back(group.ids[i]);
    slots[group.ids[i]].entry = std::move(entry);
  }
  for (TypeId id : outer_of_key(*group.key)) group.outer.push_back(slots[id].group);
  std::sort(group.outer.begin(), group.outer.end());
  group.outer.erase(std::unique(group.outer.begin(), group.outer.end()), group.outer.end());

  take_ids(group.ids.size());
  for (Group* outer : group.outer) ++outer->references;
  for (TypeId id : group.ids) slots[id].group = &group;
}

/// One reference less. A list, not recursion: a module chooses how long chains of groups are.
void TypeRegistry::Impl::drop(Group* group) {
  Group* dead = nullptr;
  const auto release_one = [&dead](Group* one) {
    if (--one->references != 0) return;
    one->next_dead = dead;
    dead = one;
  };
  release_one(group);
  while (dead) {
    Group* const one = dead;
    dead = one->next_dead;
    for (Group* outer : one->outer) release_one(outer);
    for (TypeId id : one->ids) {
      slots[id] = Slot();
      free.push_back(id);
    }
    groups.erase(groups.find(*one->key));
  }
}

TypeRegistry::TypeRegistry() : impl_(std::make_unique<Impl>()) {}
TypeRegistry::~TypeRegistry() = default;

void TypeRegistry::intern(std::span<const SubType> group, std::uint32_t group_start,
                          std::span<const TypeId> known, std::vector<TypeId>& ids) {
  TypeKey key = key_of(group, group_start, known);
  const std::size_t needed = ids.size() + group.size();
  if (ids.capacity() < needed) ids.reserve(std::max(needed, 2 * ids.capacity()));
  const std::lock_guard lock(impl_->mutex);
  const auto found = impl_->find_or_add(std::move(key), group.size());
  ids.insert(ids.end(), found.begin(), found.end());
}

TypeId TypeRegistry::intern(const CanonFuncType& type) {
  TypeKey key = key_of(type);
  const std::lock_guard lock(impl_->mutex);
  return impl_->find_or_add(std::move(key), 1).front();
}

void TypeRegistry::retain(TypeId id) {
  const std::lock_guard lock(impl_->mutex);
  // Hosts name types by ids that may have been forgotten.
  if (id.value >= impl_->next_id || !impl_->slots[id].group)
    throw std::out_of_range("no such type");
  ++impl_->slots[id].group->references;
}

void TypeRegistry::release(TypeId id) {
  const std::lock_guard lock(impl_->mutex);
  impl_->drop(impl_->slots[id].group);
}

const CanonEntry& TypeRegistry::entry(TypeId id) const {
  return impl_->slots[id].entry;
}

bool TypeRegistry::is_subtype(TypeId sub, TypeId super) const {
  if (sub == super) return true;
  const CanonEntry& lower = entry(sub);
  const std::uint32_t depth = entry(super).depth;
  return depth < lower.depth && lower.display[depth] == super;
}

bool TypeRegistry::is_subtype(CanonHeap sub, CanonHeap super) const {
  if (sub == super) return true;
  if (!super.is_concrete()) {
    const auto abstract =
        sub.is_concrete() ? abstract_of(entry(sub.index()).type.kind) : sub.abstract();
    return is_abstract_subtype(abstract, super.abstract());
  }
  if (sub.is_concrete()) return is_subtype(sub.index(), super.index());
  return is_abstract_subtype(sub.abstract(), least_of(entry(super.index()).type.kind));
}

bool TypeRegistry::is_subtype(CanonType sub, CanonType super) const {
  if (sub == super || sub.kind() == Kind::bottom) return true;
  if (!sub.is_ref() || !super.is_ref()) return false;
  return (super.is_nullable() || !sub.is_nullable()) && is_subtype(sub.heap(), super.heap());
}

}  // namespace wrun::inline v0::wasm
