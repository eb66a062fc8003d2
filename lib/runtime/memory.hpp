#pragma once

// Linear memories. Where address space allows, a memory reserves what it may grow to and never
// moves; otherwise an unshared one moves when it grows. In an engine with guard pages those that
// can have them do, always; nothing here relies on that. A shared memory's own part is in
// shared_memory.hpp; here is what a store does with it.
//
// https://webassembly.github.io/spec/core/exec/runtime.html#memory-instances

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include <wrun/result.hpp>

#include "lib/runtime/bulk.hpp"
#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::runtime {

/// Bytes behind the 4 GiB of a guarded memory that no access is let into either.
inline constexpr std::uint64_t guarded_offset = std::uint64_t{32} << 20;

/// Address space that a 32-bit memory without a smaller maximum reserves: 4 GiB, and room for what
/// small constant offsets reach beyond it.
inline constexpr std::uint64_t memory_reservation = (4ull << 30) + guarded_offset;

/// Whether a memory of this type has guard pages in an engine that uses them: it never moves, and
/// what 32 bits and an offset of less than guarded_offset reach is its own or inaccessible.
constexpr bool has_guard(const wasm::MemoryType& type) {
  return !type.limits.is_64 && type.page_size_log2 == 16;
}
/// Why one couldn't be had.
Error no_guard();
/// Why a memory of the type's minimum can't be: no memory is so large.
Error too_large(const wasm::MemoryType& type);

/// A zeroed memory of the type's minimum; Error{limit} if a limit or the system refuses. May
/// collect. A shared one is made for the store's budget. With `initial` it may be one that has the
/// module's data segments in place: then memory.initial is set.
Result<Memory*> create_memory(Store& store, const wasm::MemoryType& type,
                              std::shared_ptr<InitialMemory> initial = nullptr);
/// Of a memory that is about to be destroyed: its mapping goes back to where it is from.
void give_back(Memory& memory) noexcept;

/// A cell of the store for a shared memory; Error{limit} if the store's limit refuses. May collect.
Result<Memory*> create_memory(Store& store, std::shared_ptr<SharedMemory> shared);

/// Bytes now, whoever let it grow.
std::uint64_t size_in_bytes(const Memory& memory);
std::uint64_t size_in_pages(const Memory& memory);

/// Has memory.size tell of what other threads let a shared memory grow to.
void refresh_size(Memory& memory);

/// memory.grow: the former size in pages, or nothing if the maximum, a limit or the system
/// refuses.
std::optional<std::uint64_t> grow(Memory& memory, std::uint64_t pages);

/// The same for a host that has no store.
std::optional<std::uint64_t> grow(SharedMemory& memory, std::uint64_t pages);

/// Whether [address, address + size) lies in the memory.
inline bool in_bounds(std::uint64_t size_of_memory, std::uint64_t address, std::uint64_t size) {
  return size <= size_of_memory && address <= size_of_memory - size;
}

// The bulk instructions. A shared memory is read and written by shared_access.hpp.

Bulk fill(Memory& memory, std::uint64_t to, std::uint8_t value, std::uint64_t count);
Bulk copy(Memory& target, std::uint64_t to, const Memory& source, std::uint64_t from,
          std::uint64_t count);
/// memory.init; a dropped segment has size 0.
Bulk init(Instance& instance, Memory& target, wasm::DataIdx segment, std::uint64_t to,
          std::uint64_t from, std::uint64_t count);
void drop(Instance& instance, wasm::DataIdx segment);

}  // namespace wrun::inline v0::runtime
