#pragma once

// Tag, and Extern: anything that a module can import or export.

#include <variant>

#include <wrun/detail/handle.hpp>
#include <wrun/export.hpp>
#include <wrun/func.hpp>
#include <wrun/global.hpp>
#include <wrun/memory.hpp>
#include <wrun/result.hpp>
#include <wrun/table.hpp>
#include <wrun/types.hpp>

namespace wrun {
inline namespace v0 {

/// An exception tag of a store. A handle: two words, trivially copyable.
class Tag : public detail::HandleBase {
 public:
  Tag() = default;

  /// Errors: usage, limit.
  WRUN_API static Result<Tag> make(Store& store, const TagType& type);
  /// Errors: usage.
  WRUN_API Result<TagType> type() const;
  /// Whether both are the same tag: one tag may have several handles. Errors: usage.
  WRUN_API Result<bool> is_same(const Tag& other) const;
  /// Drops the host's hold; the handle is stale from then on. What WebAssembly reaches stays alive.
  /// Errors: usage.
  WRUN_API Result<void> release() const;

 private:
  friend struct detail::Access;
  using detail::HandleBase::HandleBase;
};

/// The alternatives are in ExternKind's order.
using Extern = std::variant<Func, Table, Memory, Global, Tag>;

/// Which alternative it is.
WRUN_API ExternKind kind_of(const Extern& object);

/// Errors: usage.
WRUN_API Result<ExternType> type_of(const Extern& object);

}  // namespace v0
}  // namespace wrun
