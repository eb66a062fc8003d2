#pragma once

// Table: a table of references of a store. A handle: two words, trivially copyable.
//
// https://webassembly.github.io/spec/core/exec/runtime.html#table-instances

#include <cstdint>

#include <wrun/detail/handle.hpp>
#include <wrun/export.hpp>
#include <wrun/result.hpp>
#include <wrun/types.hpp>
#include <wrun/value.hpp>

namespace wrun {
inline namespace v0 {

class Store;

class Table : public detail::HandleBase {
 public:
  Table() = default;

  /// A new table of the type's minimum, filled with `init`. Errors: limit, usage (`init` isn't of
  /// the element type).
  WRUN_API static Result<Table> make(Store& store, const TableType& type, const Val& init);

  /// The minimum is the present size. Errors: usage.
  WRUN_API Result<TableType> type() const;
  /// Drops the host's hold; the handle is stale from then on. What WebAssembly reaches stays alive.
  /// Errors: usage.
  WRUN_API Result<void> release() const;
  /// In elements. Errors: usage.
  WRUN_API Result<std::uint64_t> size() const;
  /// Errors: trap (out of bounds), usage.
  WRUN_API Result<Val> get(std::uint64_t index) const;
  /// Errors: trap (out of bounds), usage (not of the element type).
  WRUN_API Result<void> set(std::uint64_t index, const Val& value) const;
  /// The former size. Errors: limit (of the type, the store, the system), usage.
  WRUN_API Result<std::uint64_t> grow(std::uint64_t count, const Val& init) const;

 private:
  friend struct detail::Access;
  using detail::HandleBase::HandleBase;
};

}  // namespace v0
}  // namespace wrun
