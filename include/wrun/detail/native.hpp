#pragma once

// C++ types as native functions pass them, for callbacks made of WebAssembly functions.

#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>

#include <wrun/detail/call.hpp>
#include <wrun/detail/handle.hpp>
#include <wrun/detail/shared.hpp>
#include <wrun/export.hpp>
#include <wrun/result.hpp>

namespace wrun {
inline namespace v0 {
namespace detail {

enum class NativeKind : std::uint8_t {
  none,  ///< void
  i8,
  u8,
  i16,
  u16,
  i32,
  u32,
  i64,
  u64,
  f32,
  f64,
  pointer
};

/// The kind of an arithmetic type, an enumeration or a pointer to an object.
template <class T>
constexpr NativeKind native_kind() {
  if constexpr (std::is_void_v<T>) {
    return NativeKind::none;
  } else if constexpr (std::is_enum_v<T>) {
    return native_kind<std::underlying_type_t<T>>();
  } else if constexpr (std::is_pointer_v<T>) {
    static_assert(!std::is_function_v<std::remove_pointer_t<T>>, "a pointer to a function");
    return NativeKind::pointer;
  } else if constexpr (std::is_floating_point_v<T>) {
    static_assert(sizeof(T) <= 8, "long double stands for no WebAssembly type");
    return sizeof(T) == 4 ? NativeKind::f32 : NativeKind::f64;
  } else {
    static_assert(std::is_integral_v<T> && sizeof(T) <= 8,
                  "native functions take and return numbers and pointers");
    constexpr bool is_signed = std::is_signed_v<T>;
    switch (sizeof(T)) {
      case 1:
        return is_signed ? NativeKind::i8 : NativeKind::u8;
      case 2:
        return is_signed ? NativeKind::i16 : NativeKind::u16;
      case 4:
        return is_signed ? NativeKind::i32 : NativeKind::u32;
      default:
        return is_signed ? NativeKind::i64 : NativeKind::u64;
    }
  }
}

class NativeCode;

/// A function pointer for `function`; `memory` may be empty. Its address is native_address().
WRUN_API Result<Shared<NativeCode>> make_native(Handle function, Handle memory, NativeKind result,
                                                std::span<const NativeKind> params);
WRUN_API void* native_address(const NativeCode& code) noexcept;
/// The first failure since the last time; false if there was none. That there is no code is one.
WRUN_API bool take_native_failure(NativeCode* code, CallFailure& failure) noexcept;

}  // namespace detail
}  // namespace v0
}  // namespace wrun
