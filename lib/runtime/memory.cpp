#include "lib/runtime/memory.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "lib/runtime/store.hpp"

namespace wrun::inline v0::runtime {

namespace {

/// The most pages that memory.size can tell of.
std::uint64_t addressable_pages(const wasm::MemoryType& type) {
  const unsigned bits = type.limits.is_64 ? 64 : 32;
  if (type.page_size_log2 == 0) return std::numeric_limits<std::uint64_t>::max() >> (64 - bits);
  return std::uint64_t{1} << (bits - type.page_size_log2);
}

/// Nothing if that is more than any memory may have.
std::optional<std::uint64_t> bytes_of_pages(std::uint64_t pages, const wasm::MemoryType& type) {
  if (pages > max_memory_bytes >> type.page_size_log2) return std::nullopt;
  return pages << type.page_size_log2;
}

std::uint64_t max_bytes(const Memory& memory) {
  return bytes_of_pages(memory.max_pages, memory.type).value_or(max_memory_bytes);
}

void set_size(Memory& memory, std::uint64_t size) {
  std::atomic_ref(memory.size).store(size, std::memory_order_release);
}

/// Address space for a memory of `bytes` now. Only shared ones can't move later; others take
/// little where the host's own needs would suffer.
std::uint64_t reservation(const Memory& memory, std::uint64_t bytes) {
  const std::uint64_t most = max_bytes(memory);
  if (memory.type.is_shared) return most;
  if (os::address_space_is_limited()) return bytes;
  return std::max(bytes, std::min(most, memory_reservation));
}

/// Reserves what the memory may grow to, or as much as there is.
bool reserve(Memory& memory, std::uint64_t bytes) {
  const std::uint64_t wanted = reservation(memory, bytes);
  if (wanted == 0) return true;
  auto mapping = os::Mapping::reserve(wanted);
  if (!mapping && memory.type.is_shared) return false;
  if (!mapping && bytes == 0) return true;
  if (!mapping) mapping = os::Mapping::reserve(bytes);
  if (!mapping || !mapping->commit(0, static_cast<std::size_t>(bytes))) return false;
  memory.mapping = std::move(*mapping);
  memory.base = memory.mapping.data();
  memory.reserved = memory.mapping.size();
  return true;
}

/// Room for `bytes` in all: in the reservation, or somewhere else.
bool extend(Memory& memory, std::uint64_t bytes) {
  if (bytes <= memory.reserved) {
    const std::size_t from = static_cast<std::size_t>(memory.size);
    return memory.mapping.commit(from, static_cast<std::size_t>(bytes) - from);
  }
  if (memory.type.is_shared) return false;
  const std::uint64_t ample = std::min(max_bytes(memory), bytes + bytes / 2);
  if (!memory.mapping.move_to(ample) && !memory.mapping.move_to(bytes)) return false;
  memory.base = memory.mapping.data();
  memory.reserved = memory.mapping.size();
  return true;
}

Growth growth(const Memory& memory, std::uint64_t from, std::uint64_t to) {
  std::optional<std::uint64_t> declared;
  if (memory.type.limits.max) declared = bytes_of_pages(*memory.type.limits.max, memory.type);
  return {Growth::Kind::memory, from, to, declared};
}

}  // namespace

Result<Memory*> create_memory(Store& store, const wasm::MemoryType& type) {
  const auto bytes = bytes_of_pages(type.limits.min, type);
  if (!bytes) {
    return Error(ErrorKind::limit, fmt::format("a memory of {} pages is more than {} bytes",
                                               type.limits.min, max_memory_bytes));
  }
  RootScope scope(store);
  store.collect_if_due();
  Memory& memory = store.make<Memory>();
  scope.add(memory);
  memory.type = type;
  memory.max_pages =
      std::min(type.limits.max.value_or(addressable_pages(type)), addressable_pages(type));
  const Growth wanted = growth(memory, 0, *bytes);
  if (!store.account().grow(wanted)) {
    store.collect();
    if (!store.account().grow(wanted)) {
      return Error(ErrorKind::limit,
                   fmt::format("a memory of {} bytes is over a limit (memory_bytes)", *bytes));
    }
  }
  set_size(memory, *bytes);
  store.note_allocation(*bytes);
  if (reserve(memory, *bytes)) return &memory;
  store.collect();
  if (reserve(memory, *bytes)) return &memory;
  set_size(memory, 0);
  store.account().give(Resource::memory_bytes, *bytes);
  return Error(ErrorKind::limit, fmt::format("the system refuses a memory of {} bytes", *bytes));
}

std::uint64_t size_in_bytes(const Memory& memory) {
  return std::atomic_ref(const_cast<std::uint64_t&>(memory.size)).load(std::memory_order_acquire);
}

std::uint64_t size_in_pages(const Memory& memory) {
  return size_in_bytes(memory) >> memory.type.page_size_log2;
}

std::optional<std::uint64_t> grow(Memory& memory, std::uint64_t pages) {
  const std::uint64_t before = size_in_pages(memory);
  if (pages == 0) return before;
  if (before > memory.max_pages || pages > memory.max_pages - before) return std::nullopt;
  const auto bytes = bytes_of_pages(before + pages, memory.type);
  if (!bytes) return std::nullopt;
  Account& account = memory.store->account();
  const std::uint64_t added = *bytes - memory.size;
  if (!account.grow(growth(memory, memory.size, *bytes))) return std::nullopt;
  if (!extend(memory, *bytes)) {
    account.give(Resource::memory_bytes, added);
    return std::nullopt;
  }
  set_size(memory, *bytes);
  memory.store->note_allocation(added);
  return before;
}

bool fill(Memory& memory, std::uint64_t to, std::uint8_t value, std::uint64_t count) {
  if (!in_bounds(size_in_bytes(memory), to, count)) return false;
  if (count != 0) std::memset(memory.base + to, value, static_cast<std::size_t>(count));
  return true;
}

bool copy(Memory& target, std::uint64_t to, const Memory& source, std::uint64_t from,
          std::uint64_t count) {
  if (!in_bounds(size_in_bytes(source), from, count)) return false;
  if (!in_bounds(size_in_bytes(target), to, count)) return false;
  if (count != 0) {
    std::memmove(target.base + to, source.base + from, static_cast<std::size_t>(count));
  }
  return true;
}

bool init(Instance& instance, Memory& target, wasm::DataIdx segment, std::uint64_t to,
          std::uint64_t from, std::uint64_t count) {
  const wasm::ModuleData& module = *instance.code->data;
  std::span<const std::uint8_t> bytes;
  if (!instance.dropped_data[segment.value]) bytes = module.at(module.data[segment.value].bytes);
  if (!in_bounds(bytes.size(), from, count)) return false;
  if (!in_bounds(size_in_bytes(target), to, count)) return false;
  if (count != 0) {
    std::memcpy(target.base + to, bytes.data() + from, static_cast<std::size_t>(count));
  }
  return true;
}

void drop(Instance& instance, wasm::DataIdx segment) {
  instance.dropped_data[segment.value] = true;
}

}  // namespace wrun::inline v0::runtime
