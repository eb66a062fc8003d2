#pragma once

// Native functions, both ways: those of C libraries as imports (NativeFunction, for
// Linker::native), and WebAssembly functions as C function pointers (NativeCallback). Needs
// libffi: in a library that was built without it, every use is ErrorKind::usage.

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <wrun/detail/native.hpp>
#include <wrun/detail/shared.hpp>
#include <wrun/export.hpp>
#include <wrun/func.hpp>
#include <wrun/memory.hpp>
#include <wrun/result.hpp>

namespace wrun {
inline namespace v0 {

/// Where a native function is: at an address, or under a name in a shared library.
class NativeFunction {
 public:
  /// A function of the program. It must stay loaded as long as it can be called.
  template <class R, class... A>
  NativeFunction(R (*function)(A...)) : address_(reinterpret_cast<void (*)()>(function)) {}
  /// A symbol of what the process has loaded.
  WRUN_API NativeFunction(std::string_view symbol);
  WRUN_API NativeFunction(const char* symbol);
  /// A symbol of a shared library, which is loaded, as dlopen(3) finds it, while the function can
  /// be called. Loading it runs its initializers.
  WRUN_API NativeFunction(std::string_view library, std::string_view symbol);

  using Address = void (*)();
  /// Null if it is to be looked up.
  Address address() const { return address_; }
  /// Empty for what the process has loaded.
  const std::string& library() const { return library_; }
  /// The name to look up; empty for one given by its address.
  const std::string& symbol() const { return symbol_; }

 private:
  Address address_ = nullptr;
  std::string library_;
  std::string symbol_;
};

template <class Signature>
class NativeCallback;

/// A C function pointer that calls a WebAssembly function; owns the code behind it. Movable.
///
/// C code can't be unwound: when the call fails (a trap, an interruption, an exception of a host
/// function, a stale handle), the pointer returns zero. So does every later call, at once and
/// without running anything, until check() has taken the first failure. Check after whatever
/// called the pointer. It may be called on any thread, but as every use of a store fails while
/// another thread is inside.
template <class R, class... A>
class NativeCallback<R(A...)> {
 public:
  using Pointer = R (*)(A...);

  /// The pointer is good as long as this object. Null if it was moved from.
  Pointer get() const {
    return code_ ? reinterpret_cast<Pointer>(detail::native_address(*code_)) : nullptr;
  }
  /// Takes the first failure since the last check(), which lets calls run again. Exceptions that
  /// host functions threw are thrown. Errors: usage (moved from), and those of the calls.
  WRUN_INLINE Result<void> check() const {
    detail::CallFailure failure;
    if (!detail::take_native_failure(code_.get(), failure)) return {};
    return detail::take_error<detail::has_exceptions>(failure);
  }

 private:
  friend class Func;
  explicit NativeCallback(detail::Shared<detail::NativeCode> code) : code_(std::move(code)) {}
  detail::Shared<detail::NativeCode> code_;
};

namespace detail {
template <class Signature>
struct NativeTypes;
template <class R, class... A>
struct NativeTypes<R(A...)> {
  static constexpr NativeKind result = native_kind<R>();
  static constexpr std::array<NativeKind, sizeof...(A)> params{native_kind<A>()...};
};
}  // namespace detail

template <class Signature>
Result<NativeCallback<Signature>> Func::as_native(const Memory& memory) const {
  using Types = detail::NativeTypes<Signature>;
  auto code = detail::make_native(detail::Access::get(*this), detail::Access::get(memory),
                                  Types::result, Types::params);
  if (!code) return std::move(code).error();
  return NativeCallback<Signature>(std::move(*code));
}
template <class Signature>
Result<NativeCallback<Signature>> Func::as_native() const {
  return as_native<Signature>(Memory());
}

}  // namespace v0
}  // namespace wrun
