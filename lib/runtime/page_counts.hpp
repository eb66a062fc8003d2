#pragma once

// Pages of memories, and their bytes.

#include <cstdint>
#include <limits>
#include <optional>

#include "lib/runtime/limits.hpp"
#include "lib/wasm/types.hpp"

namespace wrun::inline v0::runtime {

/// The most pages that memory.size can tell of.
inline std::uint64_t addressable_pages(const wasm::MemoryType& type) {
  const unsigned bits = type.limits.is_64 ? 64 : 32;
  if (type.page_size_log2 == 0) return std::numeric_limits<std::uint64_t>::max() >> (64 - bits);
  return std::uint64_t{1} << (bits - type.page_size_log2);
}

/// The most pages that a memory may have: what is declared, or can be addressed.
inline std::uint64_t most_pages(const wasm::MemoryType& type) {
  const std::uint64_t addressable = addressable_pages(type);
  return type.limits.max && *type.limits.max < addressable ? *type.limits.max : addressable;
}

/// Nothing if that is more than any memory may have.
inline std::optional<std::uint64_t> bytes_of_pages(std::uint64_t pages,
                                                   const wasm::MemoryType& type) {
  if (pages > max_memory_bytes >> type.page_size_log2) return std::nullopt;
  return pages << type.page_size_log2;
}

/// From and to so many bytes.
inline Growth growth(const wasm::MemoryType& type, std::uint64_t from, std::uint64_t to) {
  std::optional<std::uint64_t> declared;
  if (type.limits.max) declared = bytes_of_pages(*type.limits.max, type);
  return {Growth::Kind::memory, from, to, declared};
}

}  // namespace wrun::inline v0::runtime
