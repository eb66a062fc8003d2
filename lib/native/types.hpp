#pragma once

// Kinds of native values as libffi knows them.

#include <ffi.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <wrun/detail/native.hpp>

namespace wrun::inline v0::native {

using detail::NativeKind;

inline ffi_type* ffi_type_of(NativeKind kind) {
  switch (kind) {
    case NativeKind::none:
      return &ffi_type_void;
    case NativeKind::i8:
      return &ffi_type_sint8;
    case NativeKind::u8:
      return &ffi_type_uint8;
    case NativeKind::i16:
      return &ffi_type_sint16;
    case NativeKind::u16:
      return &ffi_type_uint16;
    case NativeKind::i32:
      return &ffi_type_sint32;
    case NativeKind::u32:
      return &ffi_type_uint32;
    case NativeKind::i64:
      return &ffi_type_sint64;
    case NativeKind::u64:
      return &ffi_type_uint64;
    case NativeKind::f32:
      return &ffi_type_float;
    case NativeKind::f64:
      return &ffi_type_double;
    case NativeKind::pointer:
      return &ffi_type_pointer;
  }
  return &ffi_type_void;
}

/// Integers of at most 32 bits, which are i32 in WebAssembly.
inline bool is_narrow(NativeKind kind) {
  return kind != NativeKind::none && kind <= NativeKind::u32;
}

/// An integer of up to 32 bits, cut to its kind's size and extended as its sign says.
inline std::uint64_t extended(NativeKind kind, std::uint64_t bits) {
  switch (kind) {
    case NativeKind::i8:
      return static_cast<std::uint64_t>(static_cast<std::int8_t>(bits));
    case NativeKind::u8:
      return static_cast<std::uint8_t>(bits);
    case NativeKind::i16:
      return static_cast<std::uint64_t>(static_cast<std::int16_t>(bits));
    case NativeKind::u16:
      return static_cast<std::uint16_t>(bits);
    case NativeKind::i32:
      return static_cast<std::uint64_t>(static_cast<std::int32_t>(bits));
    default:
      return static_cast<std::uint32_t>(bits);
  }
}

/// How many bytes a value takes.
inline std::size_t size_of(NativeKind kind) {
  return ffi_type_of(kind)->size;
}

/// The bits of a number of that kind, as libffi passes arguments: in as many bytes as it has.
inline std::uint64_t load_bits(NativeKind kind, const void* from) {
  const auto load = [from]<class T>(T value) -> std::uint64_t {
    std::memcpy(&value, from, sizeof(T));
    return value;
  };
  switch (size_of(kind)) {
    case 1:
      return load(std::uint8_t{});
    case 2:
      return load(std::uint16_t{});
    case 4:
      return load(std::uint32_t{});
    default:
      return load(std::uint64_t{});
  }
}
inline void store_bits(NativeKind kind, std::uint64_t bits, void* to) {
  const auto store = [to](auto value) { std::memcpy(to, &value, sizeof(value)); };
  switch (size_of(kind)) {
    case 1:
      return store(static_cast<std::uint8_t>(bits));
    case 2:
      return store(static_cast<std::uint16_t>(bits));
    case 4:
      return store(static_cast<std::uint32_t>(bits));
    default:
      return store(bits);
  }
}

}  // namespace wrun::inline v0::native
