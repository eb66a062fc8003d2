#pragma once

// v128 as a C++ type, and its lanes. Both compilers turn operations on vector types into vector
// instructions.
//
// What depends on the instruction set lies in the inline namespace WRUN_ISA: some files are
// compiled for more than one set, and the linker must not take one's inline function for
// another's.

#include <bit>
#include <cstddef>
#include <cstdint>

#if defined(__x86_64__) && defined(__SSE4_2__)
#define WRUN_ISA isa_v2
#else
#define WRUN_ISA isa_base
#endif

namespace wrun::inline v0::wasm {

/// A v128: its bytes in the order that they have in memory.
using Vector = std::uint8_t __attribute__((vector_size(16)));

/// One in memory, at any alignment.
struct VectorBytes {
  std::uint8_t byte[16];
};

inline namespace WRUN_ISA {

template <class T>
struct VectorType {
  // g++ takes the attribute for a dependent type only so.
  typedef T Type __attribute__((vector_size(16)));
};
/// The lanes of a v128 as values of T.
template <class T>
using VectorOf = typename VectorType<T>::Type;

template <class T>
inline constexpr std::size_t count_of_lanes = 16 / sizeof(T);

/// Exchanges lanes of T in the order of memory and in the order of this machine.
template <std::size_t width>
Vector reordered(Vector a) {
  if constexpr (std::endian::native == std::endian::little || width == 1) {
    return a;
  } else {
    Vector result{};
    for (std::size_t i = 0; i < 16; ++i) result[i] = a[i ^ (width - 1)];
    return result;
  }
}

template <class T>
VectorOf<T> lanes(Vector a) {
  return (VectorOf<T>)reordered<sizeof(T)>(a);
}

template <class L>
Vector from_lanes(L a) {
  return reordered<sizeof(a[0])>((Vector)a);
}

/// All lanes equal.
template <class T>
VectorOf<T> splat(T x) {
  if constexpr (sizeof(T) == 8) {
    return VectorOf<T>{x, x};
  } else if constexpr (sizeof(T) == 4) {
    return VectorOf<T>{x, x, x, x};
  } else if constexpr (sizeof(T) == 2) {
    return VectorOf<T>{x, x, x, x, x, x, x, x};
  } else {
    return VectorOf<T>{x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x};
  }
}

/// The bits of `a` where the mask's bits are 1, of `b` elsewhere.
inline Vector choose(Vector mask, Vector a, Vector b) {
  return (a & mask) | (b & ~mask);
}

}  // namespace WRUN_ISA
}  // namespace wrun::inline v0::wasm
