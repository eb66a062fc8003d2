#pragma once

// Callback<R(A...)>: what a host gives the library to call, as std::function<R(A...)> but that
// copies call the same object, and that it is quick to compile. Takes lambdas, functions and
// function objects; from an empty std::function, or null, it is empty.

#include <type_traits>
#include <utility>

#include <wrun/detail/shared.hpp>

namespace wrun {
inline namespace v0 {
namespace detail {

template <class Signature>
class Callback;

template <class R, class... A>
class Callback<R(A...)> {
 public:
  Callback() = default;
  Callback(decltype(nullptr)) {}
  /// Throws std::bad_alloc.
  template <class F>
  Callback(F&& callable) requires(!std::is_same_v<std::remove_cvref_t<F>, Callback> &&
                                  std::is_invocable_r_v<R, std::decay_t<F>&, A...>) {
    using Function = std::decay_t<F>;
    if constexpr (requires(const Function& function) { function == nullptr; }) {
      const Function& function = callable;
      if (function == nullptr) return;
    }
    object_ = make_shared_object<Function>(std::forward<F>(callable));
    call_ = [](void* object, A... args) -> R {
      return (*static_cast<Function*>(object))(std::forward<A>(args)...);
    };
  }

  /// Whether there is something to call.
  explicit operator bool() const noexcept { return call_ != nullptr; }
  R operator()(A... args) const { return call_(object_.get(), std::forward<A>(args)...); }

 private:
  Shared<void> object_;
  R (*call_)(void* object, A... args) = nullptr;
};

}  // namespace detail
}  // namespace v0
}  // namespace wrun
