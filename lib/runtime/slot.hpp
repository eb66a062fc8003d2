#pragma once

// A slot: the 8 bytes in which a value lives in frames, globals, arguments and results. v128 takes
// two slots. The upper half of a slot that holds an i32 or f32 is unspecified: who reads one
// ignores it.

#include <cstdint>
#include <cstring>
#include <type_traits>

namespace wrun::inline v0::runtime {

/// A reference: 0 is null; an i31 has its low bit set; a function reference is a FuncRef*; others
/// are cells of the store's heap.
using Ref = std::uintptr_t;
inline constexpr Ref null_ref = 0;

struct alignas(8) Slot {
  unsigned char bytes[8];

  template <class T>
  T get() const {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(bytes));
    T value;
    std::memcpy(&value, bytes, sizeof(T));
    return value;
  }
  template <class T>
  void set(T value) {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(bytes));
    std::memcpy(bytes, &value, sizeof(T));
  }
};
static_assert(sizeof(Slot) == 8 && std::is_trivial_v<Slot>);

/// A value of one slot or, if it is that big, two; slots are aligned to 8 bytes only.
template <class T>
T get_value(const Slot* at) {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= 2 * sizeof(Slot));
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}
template <class T>
void set_value(Slot* at, T value) {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= 2 * sizeof(Slot));
  std::memcpy(at, &value, sizeof(T));
}

}  // namespace wrun::inline v0::runtime
