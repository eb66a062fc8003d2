#pragma once

// Resumable: a call into WebAssembly that may be set aside while it waits for a result of the
// host's (pausable.hpp), and continued later, on any thread. It owns the frames of the call;
// destroying it frees them, and runs no more of the guest.
//
//   auto call = read.start(7).value();
//   while (call.is_paused()) call.resume(wait_for_data()).value();
//   use(call.result().value());

#include <initializer_list>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <wrun/detail/resume.hpp>
#include <wrun/export.hpp>
#include <wrun/func.hpp>
#include <wrun/result.hpp>

namespace wrun {
inline namespace v0 {

/// The result R of a started call, at last. One for each call; a store may have many, paused and
/// nested in each other. Movable; not to be moved or destroyed by what it runs. One that was moved
/// from is empty: neither paused nor finished.
///
/// Used by one thread at a time, like its store; it may change threads while paused. Destroyed
/// while another thread is inside the store, its frames are freed when that one leaves, or at the
/// next use of the store.
template <class R>
class Resumable {
  static constexpr bool is_untyped = std::is_same_v<R, std::vector<Val>>;

 public:
  /// Takes the call over. A call that was here before is destroyed.
  Resumable(Resumable&& other) noexcept
      : call_(std::move(other.call_)),
        progress_(std::exchange(other.progress_, detail::Progress::refused)),
        value_(std::move(other.value_)) {}
  Resumable& operator=(Resumable&& other) noexcept {
    call_ = std::move(other.call_);
    progress_ = std::exchange(other.progress_, detail::Progress::refused);
    value_ = std::move(other.value_);
    return *this;
  }

  /// Waits for a result of the host's.
  bool is_paused() const { return progress_ == detail::Progress::paused; }
  /// Has ended and has a result.
  bool is_finished() const { return progress_ == detail::Progress::finished; }

  /// Goes on, with the result of the host function that paused it: none, one value, or several for
  /// a tuple. Runs until the call ends or is paused again. Errors: usage (not paused; values of
  /// other types; the store is gone, or another thread inside), after which it is still paused; and
  /// those of Func::call, after which it has ended. Exceptions of host functions come out, too.
  template <class... V>
  WRUN_INLINE Result<void> resume(const V&... values) requires(!is_untyped) {
    using In = detail::Types<V...>;
    const detail::StoreUse use(call_.store());
    detail::Slot slots[In::slots + 1];
    if (!is_paused()) return detail::not_paused(progress_);
    if (!In::store_all(call_.store(), slots, values...)) return detail::foreign_handle_error();
    return go_on([&](auto* results, detail::CallFailure& failure) {
      return call_.resume(In::types, slots, results, failure);
    });
  }
  /// The same with values whose types are known at run time only; of an untyped call.
  WRUN_INLINE Result<void> resume(std::initializer_list<Val> values = {}) requires(is_untyped) {
    return resume(std::span<const Val>(values.begin(), values.size()));
  }
  WRUN_INLINE Result<void> resume(std::span<const Val> values) requires(is_untyped) {
    if (!is_paused()) return detail::not_paused(progress_);
    detail::CallFailure failure;
    return take(call_.resume(values, value_, failure), failure);
  }
  /// Goes on as if the host function had returned that error.
  WRUN_INLINE Result<void> fail(Error error) {
    const detail::StoreUse use(call_.store());
    if (!is_paused()) return detail::not_paused(progress_);
    return go_on([&](auto* results, detail::CallFailure& failure) {
      return call_.fail(std::move(error), results, failure);
    });
  }

  /// Takes the call's result. Errors: usage (not finished, or taken before).
  Result<R> result() {
    if (!is_finished()) return detail::no_result(progress_);
    progress_ = detail::Progress::taken;
    if constexpr (std::is_void_v<R>) {
      return {};
    } else {
      if constexpr (is_untyped)
        return std::move(value_);
      else
        return std::move(*value_);
    }
  }

 private:
  friend class Func;
  template <class Signature>
  friend class TypedFunc;
  using Stored = std::conditional_t<is_untyped, R,
                                    std::optional<std::conditional_t<std::is_void_v<R>, bool, R>>>;
  Resumable() = default;

  /// Runs step(results, failure) with room for results of the right kind.
  template <class Step>
  WRUN_INLINE Result<void> go_on(const Step& step) {
    detail::CallFailure failure;
    if constexpr (is_untyped) {
      return take(step(&value_, failure), failure);
    } else {
      using Out = typename detail::Results<R>::List;
      detail::Slot results[Out::slots + 1];
      const detail::Progress progress = step(&results[0], failure);
      if (progress == detail::Progress::finished) load(results);
      return take(progress, failure);
    }
  }
  WRUN_INLINE Result<void> take(detail::Progress progress, detail::CallFailure& failure) {
    if (progress != detail::Progress::refused) progress_ = progress;
    if (progress == detail::Progress::paused || progress == detail::Progress::finished) return {};
    return detail::take_error<detail::has_exceptions>(failure);
  }
  void load(const detail::Slot* slots) {
    if constexpr (!std::is_void_v<R>) value_ = detail::Results<R>::load(call_.store(), slots);
  }

  detail::Started call_;
  detail::Progress progress_ = detail::Progress::refused;
  Stored value_{};
};

/// What a start gives: an error, or a call that has finished or is paused.
template <class R, class... A>
Result<Resumable<R>> TypedFunc<R(A...)>::start(const A&... args) const {
  using Params = detail::Types<A...>;
  using Out = typename detail::Results<R>::List;
  constexpr std::uint32_t room = Params::slots > Out::slots ? Params::slots : Out::slots;
  detail::Slot slots[room == 0 ? 1 : room];
  const detail::Handle handle = detail::Access::get(func_);
  const detail::StoreUse use(handle.store);
  if (!Params::store_all(handle.store, slots, args...)) return detail::foreign_handle_error();
  Resumable<R> made;
  detail::CallFailure failure;
  made.progress_ = made.call_.start(handle, slots, failure);
  if (made.is_finished()) made.load(slots);
  if (!made.is_finished() && !made.is_paused())
    return detail::take_error<detail::has_exceptions>(failure);
  return made;
}

template <class Values>
Result<Resumable<Values>> Func::start(std::span<const Val> args) const {
  Resumable<Values> made;
  detail::CallFailure failure;
  made.progress_ = made.call_.start(detail::Access::get(*this), args, made.value_, failure);
  if (!made.is_finished() && !made.is_paused())
    return detail::take_error<detail::has_exceptions>(failure);
  return made;
}
template <class Values>
Result<Resumable<Values>> Func::start(std::initializer_list<Val> args) const {
  return start<Values>(std::span<const Val>(args.begin(), args.size()));
}

}  // namespace v0
}  // namespace wrun
