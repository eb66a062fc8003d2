#pragma once

// Result<T>: a T or an Error, with the shape of C++23's std::expected<T, Error>.

#include <new>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <wrun/error.hpp>

namespace wrun {
inline namespace v0 {

namespace detail {
/// value() of a Result that holds an Error: throws std::runtime_error with its message where the
/// host has exceptions, and ends the process where it has none, as std::expected does.
[[noreturn]] WRUN_API void bad_result_access(const Error& error);

// What Results are chained by: `self` is a Result of any T, as it is passed on.

/// next(value), or next() if there's nothing to pass.
template <class Self, class F>
decltype(auto) call_with_value(Self&& self, F&& next) {
  if constexpr (std::is_void_v<typename std::remove_cvref_t<Self>::value_type>) {
    return std::forward<F>(next)();
  } else {
    return std::forward<F>(next)(*std::forward<Self>(self));
  }
}
template <class Self, class F>
auto and_then(Self&& self, F&& next) {
  using Next = std::remove_cvref_t<decltype(call_with_value(std::forward<Self>(self),
                                                            std::forward<F>(next)))>;
  if (!self.has_value()) return Next(std::forward<Self>(self).error());
  return call_with_value(std::forward<Self>(self), std::forward<F>(next));
}
template <class Self, class F>
auto transform(Self&& self, F&& next) {
  using Value = std::remove_cvref_t<decltype(call_with_value(std::forward<Self>(self),
                                                             std::forward<F>(next)))>;
  using Next = typename std::remove_cvref_t<Self>::template rebind<Value>;
  if (!self.has_value()) return Next(std::forward<Self>(self).error());
  if constexpr (std::is_void_v<Value>) {
    call_with_value(std::forward<Self>(self), std::forward<F>(next));
    return Next();
  } else {
    return Next(call_with_value(std::forward<Self>(self), std::forward<F>(next)));
  }
}
template <class Self, class F>
auto or_else(Self&& self, F&& next) -> std::remove_cvref_t<Self> {
  if (self.has_value()) return std::forward<Self>(self);
  return std::forward<F>(next)(std::forward<Self>(self).error());
}
}  // namespace detail

template <class T>
class [[nodiscard]] Result {
  static constexpr bool is_nothrow = std::is_nothrow_move_constructible_v<T>;

 public:
  using value_type = T;
  using error_type = Error;
  template <class U>
  using rebind = Result<U>;
  /// A value, or an error.
  Result(T value) : has_value_(true), value_(std::move(value)) {}
  Result(Error error) : has_value_(false), error_(std::move(error)) {}
  Result(const Result& other) requires std::is_copy_constructible_v<T>
      : has_value_(other.has_value_) {
    make(other);
  }
  Result(Result&& other) noexcept(is_nothrow) : has_value_(other.has_value_) {
    make(std::move(other));
  }
  Result& operator=(const Result& other) requires std::is_copy_constructible_v<T> {
    return *this = Result(other);
  }
  /// If moving a T throws, this is an error without a message.
  Result& operator=(Result&& other) noexcept(is_nothrow) {
    if (this == &other) return *this;
    end();
    Emptied emptied{this};
    has_value_ = other.has_value_;
    make(std::move(other));
    emptied.result = nullptr;
    return *this;
  }
  ~Result() { end(); }
  /// Whether there is a value.
  bool has_value() const { return has_value_; }
  /// The same as has_value().
  explicit operator bool() const { return has_value_; }
  /// The value. Without one it throws, or ends the process where there are no exceptions.
  T& value() & { return checked(), value_; }
  const T& value() const& { return checked(), value_; }
  T&& value() && { return checked(), std::move(value_); }
  /// The value, which must be there.
  T& operator*() & { return value_; }
  const T& operator*() const& { return value_; }
  T&& operator*() && { return std::move(value_); }
  /// A member of the value, which must be there.
  T* operator->() { return &value_; }
  const T* operator->() const { return &value_; }
  /// The error, which must be there.
  Error& error() & { return error_; }
  const Error& error() const& { return error_; }
  Error&& error() && { return std::move(error_); }
  /// The value, or that one.
  template <class U>
  T value_or(U&& fallback) const& {
    return has_value() ? **this : static_cast<T>(std::forward<U>(fallback));
  }
  template <class U>
  T value_or(U&& fallback) && {
    return has_value() ? *std::move(*this) : static_cast<T>(std::forward<U>(fallback));
  }
  /// next(value), a Result, or the error.
  template <class F>
  auto and_then(F&& next) & {
    return detail::and_then(*this, std::forward<F>(next));
  }
  template <class F>
  auto and_then(F&& next) const& {
    return detail::and_then(*this, std::forward<F>(next));
  }
  template <class F>
  auto and_then(F&& next) && {
    return detail::and_then(std::move(*this), std::forward<F>(next));
  }
  /// A Result of what next(value) returns, or the error.
  template <class F>
  auto transform(F&& next) & {
    return detail::transform(*this, std::forward<F>(next));
  }
  template <class F>
  auto transform(F&& next) const& {
    return detail::transform(*this, std::forward<F>(next));
  }
  template <class F>
  auto transform(F&& next) && {
    return detail::transform(std::move(*this), std::forward<F>(next));
  }
  /// The value, or next(error), a Result of the same type.
  template <class F>
  Result or_else(F&& next) const& {
    return detail::or_else(*this, std::forward<F>(next));
  }
  template <class F>
  Result or_else(F&& next) && {
    return detail::or_else(std::move(*this), std::forward<F>(next));
  }
  /// The value, or the Error that next(error) returns.
  template <class F>
  Result transform_error(F&& next) const& {
    return detail::or_else(*this, std::forward<F>(next));
  }
  template <class F>
  Result transform_error(F&& next) && {
    return detail::or_else(std::move(*this), std::forward<F>(next));
  }

  /// Whether both have equal values, or both have errors that are equal.
  friend bool operator==(const Result& a, const Result& b) requires requires(const T& value) {
    value == value;
  }
  {
    if (a.has_value() != b.has_value()) return false;
    return a.has_value() ? *a == *b : a.error() == b.error();
  }
  /// Whether there is a value that is equal to that one.
  friend bool operator==(const Result& a, const T& b) requires requires(const T& value) {
    value == value;
  }
  { return a.has_value() && *a == b; }

 private:
  void checked() const {
    if (!has_value_) detail::bad_result_access(error_);
  }

  /// Of one that holds nothing, but for what has_value_ says.
  template <class Other>
  void make(Other&& other) {
    if (has_value_) {
      ::new (static_cast<void*>(&value_)) T(std::forward<Other>(other).value_);
    } else {
      ::new (static_cast<void*>(&error_)) Error(std::forward<Other>(other).error_);
    }
  }
  void end() {
    if (has_value_) {
      value_.~T();
    } else {
      error_.~Error();
    }
  }
  /// Sees to it that a Result holds something.
  struct Emptied {
    Result* result;
    ~Emptied() {
      if (!result) return;
      result->has_value_ = false;
      ::new (static_cast<void*>(&result->error_)) Error(ErrorKind::host, std::string());
    }
  };

  bool has_value_;
  union {
    T value_;
    Error error_;
  };
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;
  using error_type = Error;
  template <class U>
  using rebind = Result<U>;
  /// Success, or an error.
  Result() = default;
  /// An error.
  Result(Error error) : error_(std::move(error)) {}
  /// Whether it is success.
  bool has_value() const { return !error_; }
  /// The same as has_value().
  explicit operator bool() const { return has_value(); }
  /// Nothing. Without success it throws, or ends the process where there are no exceptions.
  void value() const {
    if (error_) detail::bad_result_access(*error_);
  }
  /// The error, which must be there.
  Error& error() & { return *error_; }
  const Error& error() const& { return *error_; }
  Error&& error() && { return std::move(*error_); }
  /// next(), a Result, or the error.
  template <class F>
  auto and_then(F&& next) & {
    return detail::and_then(*this, std::forward<F>(next));
  }
  template <class F>
  auto and_then(F&& next) const& {
    return detail::and_then(*this, std::forward<F>(next));
  }
  template <class F>
  auto and_then(F&& next) && {
    return detail::and_then(std::move(*this), std::forward<F>(next));
  }
  /// A Result of what next() returns, or the error.
  template <class F>
  auto transform(F&& next) & {
    return detail::transform(*this, std::forward<F>(next));
  }
  template <class F>
  auto transform(F&& next) const& {
    return detail::transform(*this, std::forward<F>(next));
  }
  template <class F>
  auto transform(F&& next) && {
    return detail::transform(std::move(*this), std::forward<F>(next));
  }
  /// Success, or next(error), a Result of the same type.
  template <class F>
  Result or_else(F&& next) const& {
    return detail::or_else(*this, std::forward<F>(next));
  }
  template <class F>
  Result or_else(F&& next) && {
    return detail::or_else(std::move(*this), std::forward<F>(next));
  }
  /// Success, or the Error that next(error) returns.
  template <class F>
  Result transform_error(F&& next) const& {
    return detail::or_else(*this, std::forward<F>(next));
  }
  template <class F>
  Result transform_error(F&& next) && {
    return detail::or_else(std::move(*this), std::forward<F>(next));
  }

  /// Whether both are successes, or both have errors that are equal.
  friend bool operator==(const Result& a, const Result& b) {
    return a.has_value() ? b.has_value() : !b.has_value() && a.error() == b.error();
  }

 private:
  detail::MaybeError error_;
};

}  // namespace v0
}  // namespace wrun
