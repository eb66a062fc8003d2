#pragma once

// What the public API holds of a store's objects: two words, trivially copyable, checked at each
// use.

#include <cstdint>

#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::runtime {

enum class HandleKind : std::uint8_t {
  none,
  func,
  instance,
  memory,
  table,
  global,
  tag,
  reference,
  exception
};

struct Exception;

struct Handle {
  std::uint32_t store = 0;  ///< of which store; ids are unique in the process, 0 is none
  std::uint32_t index = 0;  ///< in the store's handle table
  std::uint32_t generation = 0;
  HandleKind kind = HandleKind::none;

  explicit operator bool() const { return store != 0; }
  friend bool operator==(const Handle&, const Handle&) = default;
};
static_assert(sizeof(Handle) == 16);

/// The kind of handle to a T.
template <class T>
inline constexpr HandleKind handle_kind = HandleKind::none;
template <>
inline constexpr HandleKind handle_kind<FuncRef> = HandleKind::func;
template <>
inline constexpr HandleKind handle_kind<Instance> = HandleKind::instance;
template <>
inline constexpr HandleKind handle_kind<Memory> = HandleKind::memory;
template <>
inline constexpr HandleKind handle_kind<Table> = HandleKind::table;
template <>
inline constexpr HandleKind handle_kind<Global> = HandleKind::global;
template <>
inline constexpr HandleKind handle_kind<Tag> = HandleKind::tag;
/// Any reference but a function's; also an i31, which isn't an address.
template <>
inline constexpr HandleKind handle_kind<CellHeader> = HandleKind::reference;
template <>
inline constexpr HandleKind handle_kind<Exception> = HandleKind::exception;

}  // namespace wrun::inline v0::runtime
