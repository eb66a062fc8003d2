#pragma once

// Exception: what WebAssembly threw, or a host function is about to throw.
//
// One that nobody catches leaves the host's call as Error{exception}; error.exception() is the
// exception. A host function that returns that error, or throws it, throws the exception on: the
// WebAssembly that called the function may catch it. A host function throws one of its own so:
//
//   linker.func("host", "f", [tag](int32_t x) -> Result<void> {
//     return Exception::raise(tag, {x});
//   });
//
// https://webassembly.github.io/spec/core/exec/runtime.html#exception-instances

#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

#include <wrun/detail/handle.hpp>
#include <wrun/error.hpp>
#include <wrun/export.hpp>
#include <wrun/result.hpp>
#include <wrun/value.hpp>

namespace wrun {
inline namespace v0 {

class Tag;  // extern.hpp

/// A tag and values of its types. A handle: two words, trivially copyable. One that comes from
/// WebAssembly or from an error is a hold like one that was made; an Error holds its exception by
/// itself.
class Exception : public detail::HandleBase {
 public:
  Exception() = default;

  /// One that isn't thrown yet, as an exnref. Errors: usage (a stale tag, values of wrong number or
  /// types), limit.
  WRUN_API static Result<Exception> make(const Tag& tag, std::span<const Val> values) noexcept;
  WRUN_API static Result<Exception> make(const Tag& tag,
                                         std::initializer_list<Val> values = {}) noexcept;
  /// make(tag, values) as an error for a host function to return, without a handle. If it can't be
  /// made, the error says why.
  WRUN_API static Error raise(const Tag& tag, std::span<const Val> values) noexcept;
  WRUN_API static Error raise(const Tag& tag, std::initializer_list<Val> values = {}) noexcept;

  /// What a host function returns to throw it. Error{usage} if the handle is stale.
  WRUN_API Error error() const noexcept;
  /// Errors: usage, limit.
  WRUN_API Result<Tag> tag() const noexcept;
  /// Whether it was thrown with that tag, whichever handle of the tag that is. Errors: usage.
  WRUN_API Result<bool> is(const Tag& tag) const noexcept;
  /// Errors: usage, limit.
  WRUN_API Result<std::vector<Val>> values() const noexcept;
  /// Drops the host's hold; the handle is stale from then on. Errors: usage.
  WRUN_API Result<void> release() const noexcept;

 private:
  friend struct detail::Access;
  using detail::HandleBase::HandleBase;
};

inline Val::Val(const Exception& exception)
    : Val(ValAccess::make(HeapKind::exn, detail::Access::get(exception))) {}

}  // namespace v0
}  // namespace wrun
