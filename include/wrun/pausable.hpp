#pragma once

// Pausable<T>: what a host function returns that may not have its result yet.
//
//   linker.func("host", "read", [&](int32_t id) -> Pausable<int32_t> {
//     if (loop.has_data(id)) return loop.take(id);
//     return pending;
//   });
//
// `pending` sets the running call aside and returns to whoever started it (Func::start,
// TypedFunc::start), as a Resumable, which is continued with the result. No thread is blocked. In
// a call that wasn't started so, or below one of the host's ordinary calls, `pending` is
// Error{usage}.

#include <optional>
#include <utility>

namespace wrun {
inline namespace v0 {

struct Pending {};
inline constexpr Pending pending{};

/// A T, or pending. T is what Linker::func allows as a result. A Result<Pausable<T>> may fail, too.
template <class T>
class Pausable {
 public:
  /// `pending`, or a value.
  Pausable(Pending) {}
  Pausable(T value) : value_(std::move(value)) {}

  /// Whether there is no value yet.
  bool is_pending() const { return !value_; }
  /// If it isn't pending.
  const T& operator*() const { return *value_; }

 private:
  std::optional<T> value_;
};

template <>
class Pausable<void> {
 public:
  /// `pending`, or done.
  Pausable(Pending) : pending_(true) {}
  Pausable() = default;

  /// Whether it isn't done yet.
  bool is_pending() const { return pending_; }

 private:
  bool pending_ = false;
};

}  // namespace v0
}  // namespace wrun
