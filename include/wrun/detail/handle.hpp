#pragma once

// What the handles to a store's objects (Func, Instance, Memory, ...) have in common: two words,
// trivially copyable, owning nothing. A handle is looked up at each use: one that outlived its
// object or its store is ErrorKind::usage, never undefined behaviour.

#include <cstdint>

namespace wrun {
inline namespace v0 {
namespace detail {

struct Handle {
  std::uint64_t store = 0;  ///< ids count from 1 and are never used again
  std::uint32_t index = 0;
  std::uint32_t generation = 0;
  friend constexpr bool operator==(const Handle&, const Handle&) = default;
};

struct Access;

/// Base of the handle types. A default-constructed one refers to nothing: using it is an error.
class HandleBase {
 public:
  constexpr HandleBase() = default;
  /// Whether both refer to the same object.
  friend constexpr bool operator==(const HandleBase&, const HandleBase&) = default;

 protected:
  constexpr explicit HandleBase(Handle handle) : handle_(handle) {}

 private:
  friend struct Access;
  Handle handle_;
};

/// How the library's own code gets at what a handle or a value holds.
struct Access {
  static constexpr Handle get(const HandleBase& handle) { return handle.handle_; }
  template <class T>
  static constexpr T make(Handle handle) {
    return T(handle);
  }
};

}  // namespace detail
}  // namespace v0
}  // namespace wrun
