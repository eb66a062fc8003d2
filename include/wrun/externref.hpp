#pragma once

// ExternRef: a host object that WebAssembly holds as an externref and can only pass on.
//
// https://webassembly.github.io/spec/core/syntax/types.html#reference-types

#include <wrun/detail/handle.hpp>
#include <wrun/detail/standard.hpp>
#include <wrun/export.hpp>
#include <wrun/intrusive.hpp>
#include <wrun/result.hpp>
#include <wrun/value.hpp>

namespace wrun {
inline namespace v0 {

class Store;

/// A handle: two words, trivially copyable. One that comes from WebAssembly, as an argument or a
/// result, is a hold like one that was made.
class ExternRef : public detail::HandleBase {
 public:
  ExternRef() = default;

  /// Puts an object into the store, which keeps it until it is released, and as long as the guest
  /// reaches it. Errors: usage, limit.
  WRUN_API static Result<ExternRef> make(Store& store, std::shared_ptr<void> object);
  /// The same of an object that counts its references itself; the store has one while it keeps it.
  template <class T>
  static Result<ExternRef> make(Store& store, const Intrusive<T>& object) {
    return make(store, object.get(), detail::counting<T>);
  }
  /// Errors: usage (not made of a std::shared_ptr).
  WRUN_API Result<std::shared_ptr<void>> object() const;
  /// Errors: usage (not made of an Intrusive<T> of that type; types of the same name in two shared
  /// libraries are two types where their symbols are hidden).
  template <class T>
  Result<Intrusive<T>> intrusive() const {
    auto found = counted(detail::counting<T>);
    if (!found) return std::move(found).error();
    return Intrusive<T>::adopt(static_cast<T*>(*found));
  }
  /// Drops the host's hold; the handle is stale from then on. Errors: usage.
  WRUN_API Result<void> release() const;

 private:
  friend struct detail::Access;
  WRUN_API static Result<ExternRef> make(Store& store, void* object,
                                         const detail::Counting& counting);
  /// With a reference more.
  WRUN_API Result<void*> counted(const detail::Counting& counting) const;
  using detail::HandleBase::HandleBase;
};

inline Val::Val(const ExternRef& object)
    : Val(ValAccess::make(HeapKind::extern_, detail::Access::get(object))) {}

}  // namespace v0
}  // namespace wrun
