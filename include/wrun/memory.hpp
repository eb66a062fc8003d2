#pragma once

// Memory: a linear memory of a store, by bounds-checked spans, values and copies. A handle: two
// words, trivially copyable. Addresses and lengths are in bytes.
//
// An access out of bounds is ErrorKind::trap with TrapCode::out_of_bounds_memory_access, so that a
// host function can return it and trap its caller as an instruction would.
//
// https://webassembly.github.io/spec/core/exec/runtime.html#memory-instances

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <utility>

#include <wrun/detail/handle.hpp>
#include <wrun/export.hpp>
#include <wrun/result.hpp>
#include <wrun/types.hpp>

namespace wrun {
inline namespace v0 {

class SharedMemory;
class Store;

class Memory : public detail::HandleBase {
 public:
  Memory() = default;

  /// A new memory of the type's minimum, all zeros. A shared one needs a maximum. Errors: limit,
  /// usage (a type that can't be).
  WRUN_API static Result<Memory> make(Store& store, const MemoryType& type);

  /// The minimum is the present size. Errors: usage.
  WRUN_API Result<MemoryType> type() const;
  /// What other stores may share. Errors: usage (it isn't a shared memory).
  WRUN_API Result<SharedMemory> shared() const;
  /// Drops the host's hold; the handle is stale from then on. What WebAssembly reaches stays alive.
  /// Errors: usage.
  WRUN_API Result<void> release() const;
  /// In bytes. Errors: usage.
  WRUN_API Result<std::uint64_t> size() const;
  /// By pages; the former size, in pages. Errors: limit (of the type, the store, the system).
  WRUN_API Result<std::uint64_t> grow(std::uint64_t pages) const;

  /// All of it. The span ends being valid at the next growth of this memory, which any call into
  /// WebAssembly may bring, and with the memory itself. Errors: usage (also for a shared memory).
  WRUN_API Result<std::span<std::uint8_t>> span() const;
  /// A part of it. Errors: trap (out of bounds), usage.
  WRUN_API Result<std::span<std::uint8_t>> span(std::uint64_t address, std::uint64_t length) const;

  /// Copies from the memory, a shared one too. Errors: trap (out of bounds), usage.
  WRUN_API Result<void> copy_out(std::uint64_t address, std::span<std::uint8_t> to) const;
  /// Copies to the memory, a shared one too. Errors: trap (out of bounds; nothing is written),
  /// usage.
  WRUN_API Result<void> copy_in(std::uint64_t address, std::span<const std::uint8_t> from) const;

  /// A number, or a trivially copyable struct as it lies in memory; numbers are little-endian on
  /// every host. Any alignment. Errors: trap, usage.
  template <class T>
  Result<T> read(std::uint64_t address) const {
    static_assert(std::is_trivially_copyable_v<T>);
    std::uint8_t bytes[sizeof(T)];
    auto copied = copy_out(address, bytes);
    if (!copied) return std::move(copied).error();
    T value;
    std::memcpy(&value, bytes, sizeof(T));
    return little_endian(value);
  }
  /// Writes what read() reads. Errors: trap (out of bounds; nothing is written), usage.
  template <class T>
  Result<void> write(std::uint64_t address, const T& value) const {
    static_assert(std::is_trivially_copyable_v<T>);
    const T stored = little_endian(value);
    std::uint8_t bytes[sizeof(T)];
    std::memcpy(bytes, &stored, sizeof(T));
    return copy_in(address, bytes);
  }

 private:
  friend struct detail::Access;
  using detail::HandleBase::HandleBase;

  template <class T>
  static T little_endian(T value) {
    if constexpr (std::is_arithmetic_v<T> && std::endian::native == std::endian::big) {
      auto* bytes = reinterpret_cast<unsigned char*>(&value);
      for (std::size_t i = 0; i < sizeof(T) / 2; ++i) std::swap(bytes[i], bytes[sizeof(T) - 1 - i]);
    }
    return value;
  }
};

}  // namespace v0
}  // namespace wrun
