#pragma once

// Result<T>: a T or an Error, with the shape of C++23's std::expected<T, Error>.

#include <cstdlib>
#include <functional>
#include <type_traits>
#include <utility>
#include <variant>

#include <wrun/error.hpp>

namespace wrun {
inline namespace v0 {

namespace detail {
/// value() of a Result that holds an Error: throws std::runtime_error with its message where the
/// host has exceptions, and ends the process where it has none, as std::expected does.
[[noreturn]] WRUN_API void bad_result_access(const Error& error);
}  // namespace detail

template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  using error_type = Error;
  /// A value, or an error.
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
  /// Whether there is a value.
  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  /// The value. Without one it throws, or ends the process where there are no exceptions.
  T& value() & { return checked(), *std::get_if<0>(&state_); }
  const T& value() const& { return checked(), *std::get_if<0>(&state_); }
  T&& value() && { return checked(), std::move(*std::get_if<0>(&state_)); }
  /// The value, which must be there.
  T& operator*() & { return *std::get_if<0>(&state_); }
  const T& operator*() const& { return *std::get_if<0>(&state_); }
  T&& operator*() && { return std::move(*std::get_if<0>(&state_)); }
  T* operator->() { return std::get_if<0>(&state_); }
  const T* operator->() const { return std::get_if<0>(&state_); }
  /// The error, which must be there.
  const Error& error() const& { return *std::get_if<1>(&state_); }
  Error&& error() && { return std::move(*std::get_if<1>(&state_)); }
  /// The value, or that one.
  template <class U>
  T value_or(U&& fallback) const& {
    return has_value() ? **this : static_cast<T>(std::forward<U>(fallback));
  }
  /// next(value), a Result, or the error; transform() makes a Result of what next(value) returns.
  template <class F>
  auto and_then(F&& next) && -> std::invoke_result_t<F, T&&> {
    if (!has_value()) return std::move(*this).error();
    return std::invoke(std::forward<F>(next), std::move(**this));
  }
  template <class F>
  auto transform(F&& next) && -> Result<std::invoke_result_t<F, T&&>> {
    if (!has_value()) return std::move(*this).error();
    if constexpr (std::is_void_v<std::invoke_result_t<F, T&&>>) {
      std::invoke(std::forward<F>(next), std::move(**this));
      return {};
    } else {
      return std::invoke(std::forward<F>(next), std::move(**this));
    }
  }

 private:
  void checked() const {
    if (!has_value()) detail::bad_result_access(error());
  }

  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;
  using error_type = Error;
  /// Success, or an error.
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}
  /// As those of other Results.
  bool has_value() const { return !error_; }
  explicit operator bool() const { return has_value(); }
  void value() const {
    if (error_) detail::bad_result_access(*error_);
  }
  const Error& error() const& { return *error_; }
  Error&& error() && { return std::move(*error_); }
  /// next(), a Result, or the error.
  template <class F>
  auto and_then(F&& next) && -> std::invoke_result_t<F> {
    if (!has_value()) return std::move(*this).error();
    return std::invoke(std::forward<F>(next));
  }

 private:
  std::optional<Error> error_;
};

}  // namespace v0
}  // namespace wrun
