#pragma once

// Shared<T>: a std::shared_ptr<T> for members of public types, in a header that is quick to
// compile. The library gets at it by lib/wasm/shared.hpp.

#include <utility>

#include <wrun/export.hpp>

namespace wrun {
inline namespace v0 {
namespace detail {

/// Whatever the object's type; copies share it. Thread-safe as std::shared_ptr is.
class SharedObject {
 public:
  WRUN_API SharedObject() noexcept;
  /// Owns the object, and destroys it so. Throws std::bad_alloc, having destroyed it.
  WRUN_API SharedObject(void* object, void (*destroy)(void*));
  WRUN_API SharedObject(const SharedObject& other) noexcept;
  WRUN_API SharedObject(SharedObject&& other) noexcept;
  WRUN_API SharedObject& operator=(const SharedObject& other) noexcept;
  WRUN_API SharedObject& operator=(SharedObject&& other) noexcept;
  WRUN_API ~SharedObject();

  WRUN_API void* get() const noexcept;

 private:
  friend struct SharedAccess;
  alignas(void*) unsigned char pointer_[2 * sizeof(void*)];  ///< a std::shared_ptr<const void>
};

template <class T>
class Shared {
 public:
  Shared() = default;
  Shared(decltype(nullptr)) {}
  explicit Shared(SharedObject object) noexcept : object_(std::move(object)) {}

  T* get() const noexcept { return static_cast<T*>(object_.get()); }
  T* operator->() const noexcept { return get(); }
  template <class U = T>
  U& operator*() const noexcept {
    return *get();
  }
  explicit operator bool() const noexcept { return get() != nullptr; }
  friend bool operator==(const Shared& a, const Shared& b) noexcept { return a.get() == b.get(); }

 private:
  friend struct SharedAccess;
  SharedObject object_;
};

/// A T made of the arguments. Throws std::bad_alloc.
template <class T, class... A>
Shared<void> make_shared_object(A&&... args) {
  return Shared<void>(SharedObject(new T(std::forward<A>(args)...),
                                   [](void* object) { delete static_cast<T*>(object); }));
}

}  // namespace detail
}  // namespace v0
}  // namespace wrun
