#pragma once

// The one way to the bytes of a shared memory, but for atomic instructions. Another thread may be
// writing them, so each access is a relaxed atomic one: of its own width where it is aligned, byte
// by byte where it isn't. Nothing here orders anything, and values wider than 8 bytes may tear.
//
// https://webassembly.github.io/threads/core/exec/relaxed.html

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace wrun::inline v0::runtime {

template <class T>
T shared_get(const std::uint8_t* at) {
  auto* word = reinterpret_cast<T*>(const_cast<std::uint8_t*>(at));
  return std::atomic_ref<T>(*word).load(std::memory_order_relaxed);
}

template <class T>
void shared_set(std::uint8_t* at, T value) {
  std::atomic_ref<T>(*reinterpret_cast<T*>(at)).store(value, std::memory_order_relaxed);
}

inline bool is_aligned(const std::uint8_t* at, std::size_t size) {
  return reinterpret_cast<std::uintptr_t>(at) % size == 0;
}

/// A number of 1, 2, 4 or 8 bytes, as it lies in memory.
template <class T>
T shared_load(const std::uint8_t* at) {
  if (is_aligned(at, sizeof(T))) return shared_get<T>(at);
  std::uint8_t bytes[sizeof(T)];
  for (std::size_t i = 0; i < sizeof(T); ++i) bytes[i] = shared_get<std::uint8_t>(at + i);
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}

template <class T>
void shared_store(std::uint8_t* at, T value) {
  if (is_aligned(at, sizeof(T))) return shared_set<T>(at, value);
  std::uint8_t bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  for (std::size_t i = 0; i < sizeof(T); ++i) shared_set<std::uint8_t>(at + i, bytes[i]);
}

// Ranges. `from` and `to` are shared where the name says so.

void copy_from_shared(void* to, const std::uint8_t* from, std::size_t count) noexcept;
void copy_to_shared(std::uint8_t* to, const void* from, std::size_t count) noexcept;
/// As memmove does.
void move_shared(std::uint8_t* to, const std::uint8_t* from, std::size_t count) noexcept;
void fill_shared(std::uint8_t* to, std::uint8_t value, std::size_t count) noexcept;

}  // namespace wrun::inline v0::runtime
