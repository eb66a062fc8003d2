#pragma once

// The std::shared_ptr in a detail::Shared.

#include <memory>
#include <new>
#include <utility>

#include <wrun/detail/shared.hpp>

namespace wrun::inline v0::detail {

struct SharedAccess {
  using Pointer = std::shared_ptr<const void>;
  static_assert(sizeof(Pointer) == sizeof(SharedObject) &&
                alignof(Pointer) == alignof(SharedObject));

  static Pointer& get(SharedObject& object) {
    return *std::launder(reinterpret_cast<Pointer*>(object.pointer_));
  }
  static const Pointer& get(const SharedObject& object) {
    return *std::launder(reinterpret_cast<const Pointer*>(object.pointer_));
  }
  static void make(SharedObject& object, Pointer pointer) noexcept {
    new (object.pointer_) Pointer(std::move(pointer));
  }
  template <class T>
  static SharedObject& object(Shared<T>& shared) {
    return shared.object_;
  }
  template <class T>
  static const SharedObject& object(const Shared<T>& shared) {
    return shared.object_;
  }
};

template <class T>
std::shared_ptr<T> pointer_of(const Shared<T>& shared) noexcept {
  const SharedAccess::Pointer& held = SharedAccess::get(SharedAccess::object(shared));
  return std::const_pointer_cast<T>(std::static_pointer_cast<const T>(held));
}

template <class T>
Shared<T> shared_of(std::shared_ptr<T> pointer) noexcept {
  Shared<T> made;
  SharedAccess::get(SharedAccess::object(made)) = std::move(pointer);
  return made;
}

}  // namespace wrun::inline v0::detail
