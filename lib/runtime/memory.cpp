#include "lib/runtime/memory.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "lib/os/faults.hpp"
#include "lib/runtime/initial_memory.hpp"
#include "lib/runtime/page_counts.hpp"
#include "lib/runtime/segment_values.hpp"
#include "lib/runtime/shared_access.hpp"
#include "lib/runtime/shared_memory.hpp"
#include "lib/runtime/store.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::runtime {

namespace {

std::uint64_t max_bytes(const Memory& memory) {
  return bytes_of_pages(memory.max_pages, memory.type).value_or(max_memory_bytes);
}

/// Address space for a memory of `bytes` now; little where the host's own needs would suffer.
std::uint64_t reservation(const Memory& memory, std::uint64_t bytes) {
  const std::uint64_t most = max_bytes(memory);
  if (os::address_space_is_limited()) return bytes;
  return std::max(bytes, std::min(most, memory_reservation));
}

bool adopt(Memory& memory, os::Mapping mapping) {
  memory.mapping = std::move(mapping);
  memory.base = memory.mapping.data();
  memory.reserved = memory.mapping.size();
  return true;
}

bool is_guarded(const MemoryPool& pool, const Memory& memory) {
  return pool.has_guards && has_guard(memory.type);
}

/// Whether the memory may grow to all that 32 bits reach, or is to be guarded so far.
bool takes_slot(const Memory& memory, bool guards) {
  constexpr std::uint64_t reached = memory_reservation - guarded_offset;
  return guards || (has_guard(memory.type) && max_bytes(memory) == reached);
}

std::optional<os::Mapping> take_slot(MemorySlots& slots, std::uint64_t bytes, bool guards) {
  if (guards) return slots.take(bytes);
  if (auto idle = slots.take_idle(bytes)) return idle;
  // Asking is a call of the system.
  if (os::address_space_is_limited()) return std::nullopt;
  return slots.take(bytes);
}

/// Reserves what the memory may grow to, or as much as there is.
bool reserve(Memory& memory, std::uint64_t bytes) {
  MemoryPool& pool = memory.store->memories();
  const bool guards = is_guarded(pool, memory);
  const bool is_slot = takes_slot(memory, guards);
  std::uint64_t wanted = is_slot ? memory_reservation : reservation(memory, bytes);
  if (wanted == 0) return true;
  std::optional<os::Mapping> mapping;
  if (memory.initial) mapping = memory.initial->take(bytes, wanted);
  if (mapping) return adopt(memory, std::move(*mapping));
  memory.initial = nullptr;
  if (is_slot) {
    mapping = take_slot(pool.slots, bytes, guards);
    if (mapping) return adopt(memory, std::move(*mapping));
    if (guards) return false;
    wanted = bytes;
  }
  mapping = os::Mapping::reserve(wanted);
  if (!mapping && bytes == 0) return true;
  if (!mapping) mapping = os::Mapping::reserve(bytes);
  if (!mapping || !mapping->commit(0, static_cast<std::size_t>(bytes))) return false;
  return adopt(memory, std::move(*mapping));
}

/// Room for `bytes` in all: in the reservation, or somewhere else.
bool extend(Memory& memory, std::uint64_t bytes) {
  if (bytes <= memory.reserved) {
    const std::size_t from = static_cast<std::size_t>(memory.size);
    return memory.mapping.commit(from, static_cast<std::size_t>(bytes) - from);
  }
  const std::uint64_t ample = std::min(max_bytes(memory), bytes + bytes / 2);
  if (!memory.mapping.move_to(ample) && !memory.mapping.move_to(bytes)) return false;
  memory.base = memory.mapping.data();
  memory.reserved = memory.mapping.size();
  return true;
}

/// reserve(), and once more after a collection.
template <class Reserve>
Reservation reserve_or_collect(Store& store, Reserve reserve) {
  Reservation room = reserve();
  if (room) return room;
  store.collect();
  return reserve();
}

/// A cell for a memory that has no bytes yet.
Memory& make_empty(Store& store, RootScope& scope, const wasm::MemoryType& type) {
  store.collect_if_due();
  Memory& memory = store.make<Memory>();
  scope.add(memory);
  memory.type = type;
  memory.max_pages = most_pages(type);
  return memory;
}

/// Of a cell, whose store has room for so many bytes.
void adopt(Memory& memory, std::shared_ptr<SharedMemory> shared, std::uint64_t bytes) {
  memory.base = shared->base();
  memory.shared = std::move(shared);
  memory.size = bytes;
}

Result<Memory*> create_shared(Store& store, const wasm::MemoryType& type) {
  const auto bytes = bytes_of_pages(type.limits.min, type);
  if (!bytes) return too_large(type);
  RootScope scope(store);
  Memory& memory = make_empty(store, scope, type);
  Account& account = store.account();
  Reservation room = reserve_or_collect(
      store, [&] { return account.reserve_shared(growth(type, 0, *bytes), &account.budget()); });
  if (!room) {
    return Error(ErrorKind::limit,
                 compose("a shared memory of {} bytes is over a limit (memory_bytes)", *bytes));
  }
  const bool has_guards = store.memories().has_guards;
  auto shared = SharedMemory::make(type, account.shared_budget(), has_guards);
  if (!shared) {
    store.collect();
    shared = SharedMemory::make(type, account.shared_budget(), has_guards);
  }
  if (!shared) return std::move(shared).error();
  adopt(memory, *std::move(shared), *bytes);
  room.use();
  return &memory;
}

/// For a store, whose limit has to agree.
SharedMemory::Growing grow_shared(Memory& memory, std::uint64_t from, std::uint64_t to) {
  refresh_size(memory);
  if (memory.size != from) return SharedMemory::Growing::raced;
  Reservation room = memory.store->account().reserve_shared(growth(memory.type, from, to),
                                                            &memory.shared->budget());
  if (!room) return SharedMemory::Growing::refused;
  const auto grown = memory.shared->grow(from, to);
  if (grown != SharedMemory::Growing::done) return grown;
  memory.size = to;
  room.use();
  return grown;
}

/// Lets `try_grow(from, to)`, in bytes, add pages to a shared memory; again, as long as somebody
/// else was faster: nothing holds a lock while a limit's callback is asked.
template <class TryGrow>
std::optional<std::uint64_t> grow_pages(const SharedMemory& memory, std::uint64_t pages,
                                        TryGrow try_grow) {
  const wasm::MemoryType& type = memory.type();
  const std::uint64_t most = most_pages(type);
  while (true) {
    const std::uint64_t from = memory.size();
    const std::uint64_t before = from >> type.page_size_log2;
    if (pages == 0) return before;
    if (before > most || pages > most - before) return std::nullopt;
    const auto to = bytes_of_pages(before + pages, type);
    if (!to) return std::nullopt;
    const auto grown = try_grow(from, *to);
    if (grown == SharedMemory::Growing::done) return before;
    if (grown == SharedMemory::Growing::refused) return std::nullopt;
  }
}

}  // namespace

Result<Memory*> create_memory(Store& store, const wasm::MemoryType& type,
                              std::shared_ptr<InitialMemory> initial) {
  if (type.is_shared) return create_shared(store, type);
  const auto bytes = bytes_of_pages(type.limits.min, type);
  if (!bytes) return too_large(type);
  RootScope scope(store);
  Memory& memory = make_empty(store, scope, type);
  memory.initial = std::move(initial);
  Reservation room =
      reserve_or_collect(store, [&] { return store.account().reserve(growth(type, 0, *bytes)); });
  if (!room) {
    return Error(ErrorKind::limit,
                 compose("a memory of {} bytes is over a limit (memory_bytes)", *bytes));
  }
  if (store.memories().has_guards) os::keep_fault_handling();
  if (!reserve(memory, *bytes)) {
    store.collect();
    if (!reserve(memory, *bytes)) {
      if (store.memories().has_guards && has_guard(type)) return no_guard();
      return Error(ErrorKind::limit, compose("the system refuses a memory of {} bytes", *bytes));
    }
  }
  memory.size = *bytes;
  store.note_allocation(*bytes);
  room.use();
  return &memory;
}

Error too_large(const wasm::MemoryType& type) {
  return Error(ErrorKind::limit, compose("a memory of {} pages is more than {} bytes",
                                         type.limits.min, max_memory_bytes));
}

Error no_guard() {
  return Error(ErrorKind::limit,
               compose("the system refuses {} bytes of address space for a memory with guard "
                       "pages (Config::memory_checks)",
                       memory_reservation));
}

void give_slot_back(Memory& memory, MemoryPool& pool) noexcept {
  const bool is_slot = memory.mapping.size() == memory_reservation && has_guard(memory.type);
  if (is_slot && !memory.initial) pool.slots.give(std::move(memory.mapping), memory.size);
}

void give_back(Memory& memory) noexcept {
  if (!memory.initial) return;
  memory.initial->give(std::move(memory.mapping),
                       bytes_of_pages(memory.type.limits.min, memory.type).value_or(0),
                       memory.size);
}

Result<Memory*> create_memory(Store& store, std::shared_ptr<SharedMemory> shared) {
  RootScope scope(store);
  Memory& memory = make_empty(store, scope, shared->type());
  const std::uint64_t bytes = shared->size();
  Reservation room = reserve_or_collect(store, [&] {
    return store.account().reserve_shared(growth(memory.type, 0, bytes), nullptr);
  });
  if (!room) {
    return Error(ErrorKind::limit,
                 compose("a shared memory of {} bytes is over a limit (memory_bytes)", bytes));
  }
  adopt(memory, std::move(shared), bytes);
  room.use();
  return &memory;
}

std::uint64_t size_in_bytes(const Memory& memory) {
  return memory.shared ? memory.shared->size() : memory.size;
}

void refresh_size(Memory& memory) {
  if (!memory.shared) return;
  const std::uint64_t size = memory.shared->size();
  memory.store->account().add_shared(size - std::exchange(memory.size, size));
}

std::uint64_t size_in_pages(const Memory& memory) {
  return size_in_bytes(memory) >> memory.type.page_size_log2;
}

std::optional<std::uint64_t> grow(Memory& memory, std::uint64_t pages) {
  if (memory.shared) {
    return grow_pages(*memory.shared, pages, [&](std::uint64_t from, std::uint64_t to) {
      return grow_shared(memory, from, to);
    });
  }
  const std::uint64_t before = size_in_pages(memory);
  if (pages == 0) return before;
  if (before > memory.max_pages || pages > memory.max_pages - before) return std::nullopt;
  const auto bytes = bytes_of_pages(before + pages, memory.type);
  if (!bytes) return std::nullopt;
  Reservation room = memory.store->account().reserve(growth(memory.type, memory.size, *bytes));
  if (!room || !extend(memory, *bytes)) return std::nullopt;
  const std::uint64_t added = *bytes - memory.size;
  memory.size = *bytes;
  memory.store->note_allocation(added);
  room.use();
  return before;
}

std::optional<std::uint64_t> grow(SharedMemory& memory, std::uint64_t pages) {
  return grow_pages(memory, pages, [&](std::uint64_t from, std::uint64_t to) {
    Reservation room = memory.budget().reserve(growth(memory.type(), from, to));
    if (!room) return SharedMemory::Growing::refused;
    const auto grown = memory.grow(from, to);
    if (grown == SharedMemory::Growing::done) room.use();
    return grown;
  });
}

Bulk fill(Memory& memory, std::uint64_t to, std::uint8_t value, std::uint64_t count) {
  if (!in_bounds(size_in_bytes(memory), to, count)) return Bulk::out_of_bounds;
  std::uint8_t* const start = memory.base + to;
  return in_pieces(memory.store->state(), count, 1, Direction::up,
                   [&](std::size_t at, std::size_t bytes) {
                     if (memory.shared) return fill_shared(start + at, value, bytes);
                     std::memset(start + at, value, bytes);
                   });
}

Bulk copy(Memory& target, std::uint64_t to, const Memory& source, std::uint64_t from,
          std::uint64_t count) {
  if (!in_bounds(size_in_bytes(source), from, count)) return Bulk::out_of_bounds;
  if (!in_bounds(size_in_bytes(target), to, count)) return Bulk::out_of_bounds;
  std::uint8_t* const start = target.base + to;
  const std::uint8_t* const data = source.base + from;
  return in_pieces(target.store->state(), count, 1, direction_of(start, data, count),
                   [&](std::size_t at, std::size_t bytes) {
                     if (target.shared && source.shared)
                       return move_shared(start + at, data + at, bytes);
                     if (target.shared) return copy_to_shared(start + at, data + at, bytes);
                     if (source.shared) return copy_from_shared(start + at, data + at, bytes);
                     std::memmove(start + at, data + at, bytes);
                   });
}

Bulk init(Instance& instance, Memory& target, wasm::DataIdx segment, std::uint64_t to,
          std::uint64_t from, std::uint64_t count) {
  const std::span<const std::uint8_t> bytes = segment_bytes(instance, segment);
  if (!in_bounds(bytes.size(), from, count)) return Bulk::out_of_bounds;
  if (!in_bounds(size_in_bytes(target), to, count)) return Bulk::out_of_bounds;
  std::uint8_t* const start = target.base + to;
  const std::uint8_t* const data = bytes.data() + from;
  return in_pieces(target.store->state(), count, 1, Direction::up,
                   [&](std::size_t at, std::size_t n) {
                     if (target.shared) return copy_to_shared(start + at, data + at, n);
                     std::memcpy(start + at, data + at, n);
                   });
}

void drop(Instance& instance, wasm::DataIdx segment) {
  instance.dropped_data[segment.value] = true;
}

}  // namespace wrun::inline v0::runtime
