#pragma once

// Copying to and from memory that other threads may be writing to. Each byte is read or written
// once, by relaxed atomic accesses: what comes out may be torn, but its copy stays as it is.

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace wrun::inline v0::wasi::preview1 {

namespace shared_copy {

/// Eight bytes at once, whatever the objects there are.
using Word = std::uint64_t __attribute__((may_alias));

inline bool aligned(const std::uint8_t* address) {
  return reinterpret_cast<std::uintptr_t>(address) % sizeof(Word) == 0;
}

inline void read(std::uint8_t* to, const std::uint8_t* from, std::size_t count) {
  for (; count != 0 && !aligned(from); --count) {
    *to++ = __atomic_load_n(from++, __ATOMIC_RELAXED);
  }
  for (; count >= sizeof(Word); count -= sizeof(Word)) {
    const Word word = __atomic_load_n(reinterpret_cast<const Word*>(from), __ATOMIC_RELAXED);
    std::memcpy(to, &word, sizeof word);
    to += sizeof word;
    from += sizeof word;
  }
  for (; count != 0; --count) *to++ = __atomic_load_n(from++, __ATOMIC_RELAXED);
}

inline void write(std::uint8_t* to, const std::uint8_t* from, std::size_t count) {
  for (; count != 0 && !aligned(to); --count) __atomic_store_n(to++, *from++, __ATOMIC_RELAXED);
  for (; count >= sizeof(Word); count -= sizeof(Word)) {
    Word word = 0;
    std::memcpy(&word, from, sizeof word);
    __atomic_store_n(reinterpret_cast<Word*>(to), word, __ATOMIC_RELAXED);
    to += sizeof word;
    from += sizeof word;
  }
  for (; count != 0; --count) __atomic_store_n(to++, *from++, __ATOMIC_RELAXED);
}

}  // namespace shared_copy

}  // namespace wrun::inline v0::wasi::preview1
