#pragma once

// Rooted: a handle that is released when it ends, for references that a host gets in numbers.

#include <utility>

#include <wrun/detail/handle.hpp>

namespace wrun {
inline namespace v0 {

/// Owns a hold on what an ExternRef, an AnyRef or another handle refers to. Empty, it stands for
/// null.
template <class T>
class Rooted {
 public:
  Rooted() = default;
  /// Takes over the hold that the handle stands for.
  explicit Rooted(const T& handle) : handle_(handle) {}
  Rooted(Rooted&& other) noexcept : handle_(std::exchange(other.handle_, T())) {}
  Rooted& operator=(Rooted&& other) noexcept {
    if (this != &other) {
      reset();
      handle_ = std::exchange(other.handle_, T());
    }
    return *this;
  }
  ~Rooted() { reset(); }

  /// Whether it holds something.
  explicit operator bool() const { return !(handle_ == T()); }
  /// The handle, which stays this object's to release.
  const T& operator*() const { return handle_; }
  /// The handle's functions.
  const T* operator->() const { return &handle_; }

  /// Drops the hold.
  void reset() {
    if (*this) (void)handle_.release();
    handle_ = T();
  }
  /// Gives the hold to the caller.
  T detach() { return std::exchange(handle_, T()); }

 private:
  T handle_;
};

}  // namespace v0
}  // namespace wrun
