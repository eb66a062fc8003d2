#include "lib/wasm/shared.hpp"

namespace wrun::inline v0::detail {

namespace {

/// Instead of the function itself: what is known of a pointer's type at run time, a shared library
/// would export.
struct Destroy {
  void (*function)(void*);
  void operator()(void* object) const { function(object); }
};

}  // namespace

SharedObject::SharedObject() noexcept {
  SharedAccess::make(*this, nullptr);
}
SharedObject::SharedObject(void* object, void (*destroy)(void*)) {
  SharedAccess::make(*this, std::shared_ptr<void>(object, Destroy{destroy}));
}
SharedObject::SharedObject(const SharedObject& other) noexcept {
  SharedAccess::make(*this, SharedAccess::get(other));
}
SharedObject::SharedObject(SharedObject&& other) noexcept {
  SharedAccess::make(*this, std::move(SharedAccess::get(other)));
}
SharedObject& SharedObject::operator=(const SharedObject& other) noexcept {
  SharedAccess::get(*this) = SharedAccess::get(other);
  return *this;
}
SharedObject& SharedObject::operator=(SharedObject&& other) noexcept {
  SharedAccess::get(*this) = std::move(SharedAccess::get(other));
  return *this;
}
SharedObject::~SharedObject() {
  SharedAccess::get(*this).~shared_ptr();
}

void* SharedObject::get() const noexcept {
  return const_cast<void*>(SharedAccess::get(*this).get());
}

}  // namespace wrun::inline v0::detail
