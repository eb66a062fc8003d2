#pragma once

// Global: a global variable of a store. A handle: two words, trivially copyable.
//
// https://webassembly.github.io/spec/core/exec/runtime.html#global-instances

#include <wrun/detail/handle.hpp>
#include <wrun/export.hpp>
#include <wrun/result.hpp>
#include <wrun/types.hpp>
#include <wrun/value.hpp>

namespace wrun {
inline namespace v0 {

class Store;

class Global : public detail::HandleBase {
 public:
  Global() = default;

  /// Errors: usage (`value` isn't of the type), limit.
  WRUN_API static Result<Global> make(Store& store, const GlobalType& type, const Val& value);

  /// Errors: usage.
  WRUN_API Result<GlobalType> type() const;
  /// Drops the host's hold; the handle is stale from then on. What WebAssembly reaches stays alive.
  /// Errors: usage.
  WRUN_API Result<void> release() const;
  /// Errors: usage.
  WRUN_API Result<Val> get() const;
  /// Errors: usage (immutable, or another type).
  WRUN_API Result<void> set(const Val& value) const;

 private:
  friend struct detail::Access;
  using detail::HandleBase::HandleBase;
};

}  // namespace v0
}  // namespace wrun
