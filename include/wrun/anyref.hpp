#pragma once

// AnyRef: a structure, an array, an integer of 31 bits or a host object, as WebAssembly's garbage
// collected references name them.
//
// https://webassembly.github.io/spec/core/syntax/types.html#heap-types

#include <cstdint>
#include <span>

#include <wrun/detail/handle.hpp>
#include <wrun/export.hpp>
#include <wrun/externref.hpp>
#include <wrun/result.hpp>
#include <wrun/value.hpp>

namespace wrun {
inline namespace v0 {

class Module;
class Store;

/// A handle: two words, trivially copyable. What it refers to stays alive until the handle is
/// released; Rooted<AnyRef> does that by itself. Two handles to one object are equal.
class AnyRef : public detail::HandleBase {
 public:
  AnyRef() = default;
  /// The same object, as any.convert_extern and extern.convert_any have it: one hold.
  explicit AnyRef(const ExternRef& object) : HandleBase(detail::Access::get(object)) {}
  /// The same object, as an externref: one hold.
  ExternRef to_extern() const {
    return detail::Access::make<ExternRef>(detail::Access::get(*this));
  }

  /// The low 31 bits of an integer. Errors: usage, limit.
  WRUN_API static Result<AnyRef> i31(Store& store, std::int32_t value);
  /// An object of the structure or array type `type` of the module's type section, with these
  /// fields or elements. May collect. Errors: usage (no such type, values of wrong number or
  /// types), limit.
  WRUN_API static Result<AnyRef> make_struct(Store& store, const Module& module, std::uint32_t type,
                                             std::span<const Val> fields);
  /// As make_struct(), of an array type with these elements.
  WRUN_API static Result<AnyRef> make_array(Store& store, const Module& module, std::uint32_t type,
                                            std::span<const Val> elements);

  /// i31, struct_, array, or any for a host object. Errors: usage.
  WRUN_API Result<HeapKind> kind() const;
  /// The integer, sign-extended. Errors: usage.
  WRUN_API Result<std::int32_t> i31_value() const;
  /// How many fields a structure has, or elements an array. Errors: usage.
  WRUN_API Result<std::uint32_t> size() const;
  /// A field or element; i8 and i16 are zero-extended. Errors: usage, trap (no such element).
  WRUN_API Result<Val> get(std::uint32_t index) const;
  /// Errors: usage (immutable, another type), trap.
  WRUN_API Result<void> set(std::uint32_t index, const Val& value) const;
  /// Drops the host's hold; the handle is stale from then on. Errors: usage.
  WRUN_API Result<void> release() const;

 private:
  friend struct detail::Access;
  using detail::HandleBase::HandleBase;
};

inline Val::Val(const AnyRef& object)
    : Val(ValAccess::make(HeapKind::any, detail::Access::get(object))) {}

}  // namespace v0
}  // namespace wrun
