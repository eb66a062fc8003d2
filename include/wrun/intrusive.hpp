#pragma once

// Intrusive<T>: a reference to a host object that counts its references itself, for ExternRef:
// nothing is allocated beside the object. A type says how by two functions that are found with it,
//
//   void intrusive_add_ref(Texture* texture) noexcept { ++texture->references; }
//   void intrusive_release(Texture* texture) noexcept {
//     if (--texture->references == 0) delete texture;
//   }
//
// or by specializing IntrusiveTraits.

#include <utility>

#include <wrun/export.hpp>

namespace wrun {
inline namespace v0 {

/// How references to a T are counted; both are called with objects that are there. Must be
/// thread-safe where stores of several threads have the object.
template <class T>
struct IntrusiveTraits {
  /// Counts one more reference.
  static void add_ref(T* object) noexcept { intrusive_add_ref(object); }
  /// Counts one less; the object goes with its last.
  static void release(T* object) noexcept { intrusive_release(object); }
};

namespace detail {

/// The same where the type isn't known any more; one for each type.
struct Counting {
  void (*add_ref)(void* object) noexcept;
  void (*release)(void* object) noexcept;
};
template <class T>
inline constexpr Counting counting = {
    [](void* object) noexcept { IntrusiveTraits<T>::add_ref(static_cast<T*>(object)); },
    [](void* object) noexcept { IntrusiveTraits<T>::release(static_cast<T*>(object)); }};

}  // namespace detail

/// Holds a reference, or nothing.
template <class T>
class Intrusive {
 public:
  Intrusive() = default;
  /// Adds a reference.
  explicit Intrusive(T* object) noexcept : object_(object) {
    if (object_) IntrusiveTraits<T>::add_ref(object_);
  }
  /// Takes over a reference that was counted already.
  static Intrusive adopt(T* object) noexcept {
    Intrusive taken;
    taken.object_ = object;
    return taken;
  }
  Intrusive(const Intrusive& other) noexcept : Intrusive(other.object_) {}
  Intrusive(Intrusive&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Intrusive& operator=(Intrusive other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Intrusive() {
    if (object_) IntrusiveTraits<T>::release(object_);
  }

  /// Whether there is an object.
  explicit operator bool() const noexcept { return object_ != nullptr; }
  /// The object, or null.
  T* get() const noexcept { return object_; }
  /// The object, which is there.
  T& operator*() const noexcept { return *object_; }
  /// The same.
  T* operator->() const noexcept { return object_; }
  /// Gives the reference to the caller.
  T* detach() noexcept { return std::exchange(object_, nullptr); }

 private:
  T* object_ = nullptr;
};

}  // namespace v0
}  // namespace wrun
