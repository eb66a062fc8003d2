#pragma once

// Structures and arrays as they lie in the heap: a header of 8 bytes, then fields or a length and
// elements. Numbers have their natural width, references 8 bytes, v128 16 (aligned to 8).

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::runtime {

struct Object : CellHeader {
  std::uint32_t type = 0;  ///< canonical
};
static_assert(sizeof(Object) == 8 && std::is_trivially_copyable_v<Object>);

struct Array : Object {
  std::uint32_t length = 0;
  std::uint32_t unused = 0;
};

inline constexpr std::uint32_t first_field = sizeof(Object);
inline constexpr std::uint32_t first_element = sizeof(Array);
static_assert(first_element == 16);

template <class T>
T load_at(const Object* object, std::size_t offset) {
  T value;
  std::memcpy(&value, reinterpret_cast<const char*>(object) + offset, sizeof(T));
  return value;
}
template <class T>
void store_at(Object* object, std::size_t offset, T value) {
  std::memcpy(reinterpret_cast<char*>(object) + offset, &value, sizeof(T));
}

inline Object* object_of(Ref ref) {
  return static_cast<Object*>(reinterpret_cast<CellHeader*>(ref));
}
inline Array* array_of(Ref ref) {
  return static_cast<Array*>(object_of(ref));
}
inline Ref as_ref(const Object* object) {
  return reinterpret_cast<Ref>(static_cast<const CellHeader*>(object));
}
inline std::uint8_t* elements_of(Array* array) {
  return reinterpret_cast<std::uint8_t*>(array) + first_element;
}
inline const std::uint8_t* elements_of(const Array* array) {
  return reinterpret_cast<const std::uint8_t*>(array) + first_element;
}

// Integers of 31 bits are references whose low bit is set; the upper half of the word is 0.

constexpr bool is_i31(Ref ref) {
  return (ref & 1) != 0;
}
constexpr Ref i31_ref(std::uint32_t value) {
  return static_cast<std::uint32_t>(value << 1) | 1u;
}
constexpr std::uint32_t i31_unsigned(Ref ref) {
  return static_cast<std::uint32_t>(ref) >> 1;
}
constexpr std::int32_t i31_signed(Ref ref) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(ref)) >> 1;
}

/// Bytes that a field or element takes.
constexpr std::uint32_t width_of(wasm::Kind storage) {
  switch (storage) {
    case wasm::Kind::i8:
      return 1;
    case wasm::Kind::i16:
      return 2;
    case wasm::Kind::i32:
    case wasm::Kind::f32:
      return 4;
    case wasm::Kind::v128:
      return 16;
    default:
      return 8;
  }
}

/// Bytes of an array; no length overflows this.
constexpr std::uint64_t array_bytes(std::uint64_t length, std::uint32_t width) {
  return first_element + length * width;
}

/// Where a structure's fields are, in order. A subtype's fields begin with its supertype's, so
/// that they lie at the same offsets.
struct StructLayout {
  std::vector<std::uint32_t> offsets;
  std::uint32_t bytes = first_field;
};

template <class Idx>
StructLayout layout_of(std::span<const wasm::BasicFieldType<Idx>> fields) {
  StructLayout layout;
  layout.offsets.reserve(fields.size());
  for (const auto& field : fields) {
    const std::uint32_t width = width_of(field.storage.kind());
    const std::uint32_t alignment = width < 8 ? width : 8;
    layout.bytes = (layout.bytes + alignment - 1) & ~(alignment - 1);
    layout.offsets.push_back(layout.bytes);
    layout.bytes += width;
  }
  layout.bytes = (layout.bytes + 7) & ~7u;
  return layout;
}

/// Copies a value from slots (one, or two for v128) to a field or element. Little-endian, as slots
/// are.
inline void write_storage(std::uint8_t* to, const Slot* from, std::uint32_t width) {
  switch (width) {
    case 1:
      *to = from->bytes[0];
      return;
    case 2:
      std::memcpy(to, from, 2);
      return;
    case 4:
      std::memcpy(to, from, 4);
      return;
    case 8:
      std::memcpy(to, from, 8);
      return;
    default:
      std::memcpy(to, from, 16);
  }
}

}  // namespace wrun::inline v0::runtime
