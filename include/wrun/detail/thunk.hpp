#pragma once

// What makes a WebAssembly function of a C++ callable: its type, derived from its signature, and
// the two functions that call it, one from slots and one from registers.

#include <cstdint>
#include <exception>
#include <type_traits>
#include <utility>

#include <wrun/caller.hpp>
#include <wrun/detail/call.hpp>
#include <wrun/detail/shared.hpp>
#include <wrun/detail/slot.hpp>
#include <wrun/export.hpp>
#include <wrun/pausable.hpp>
#include <wrun/result.hpp>
#include <wrun/types.hpp>

namespace wrun {
inline namespace v0 {
namespace detail {

/// Leaves a failure in the context of a call into the host.
WRUN_API void fail_call(runtime::CallContext* context, Error error) noexcept;
WRUN_API void fail_call(runtime::CallContext* context, std::exception_ptr exception) noexcept;
/// Sets the running call aside, until the host has the function's result.
WRUN_API void pause_call(runtime::CallContext* context) noexcept;
/// The id of the store that the call is from, for references.
WRUN_API std::uint64_t store_of(runtime::CallContext* context) noexcept;

using SlotThunk = void (*)(void* env, runtime::CallContext* context, runtime::Slot* args) noexcept;
using AnyThunk = void (*)();

/// A callable as the library keeps it. Its calls come from whichever thread runs the store.
template <class Type>
struct HostFuncOf {
  Type type;
  SlotThunk call = nullptr;
  /// Raw (*)(void* env, CallContext*, Raw...) noexcept; several results go to a last Slot*.
  AnyThunk typed = nullptr;
  Shared<void> env;
};
using HostFunc = HostFuncOf<FuncType>;

template <bool takes_caller, class R, class... A>
struct Signature {
  static constexpr bool caller = takes_caller;
  using Result = R;
  using Params = Types<A...>;
};
template <class R, class... A>
struct SignatureOf {
  using type = Signature<false, R, std::remove_cvref_t<A>...>;
};
template <class R, class... A>
struct SignatureOf<R, Caller&, A...> {
  using type = Signature<true, R, std::remove_cvref_t<A>...>;
};

template <class F>
struct CallableTraits : CallableTraits<decltype(&F::operator())> {};
template <class R, class... A>
struct CallableTraits<R(A...)> : SignatureOf<R, A...> {};
template <class R, class... A>
struct CallableTraits<R (*)(A...)> : SignatureOf<R, A...> {};
template <class R, class... A>
struct CallableTraits<R (*)(A...) noexcept> : SignatureOf<R, A...> {};
template <class F, class R, class... A>
struct CallableTraits<R (F::*)(A...)> : SignatureOf<R, A...> {};
template <class F, class R, class... A>
struct CallableTraits<R (F::*)(A...) const> : SignatureOf<R, A...> {};
template <class F, class R, class... A>
struct CallableTraits<R (F::*)(A...) noexcept> : SignatureOf<R, A...> {};
template <class F, class R, class... A>
struct CallableTraits<R (F::*)(A...) const noexcept> : SignatureOf<R, A...> {};

/// R, or the T of a Result<T>, Pausable<T> or Result<Pausable<T>>.
template <class R>
struct Unwrapped {
  using type = R;
  static constexpr bool can_fail = false;
  static constexpr bool can_pause = false;
};
template <class T>
struct Unwrapped<Pausable<T>> {
  using type = T;
  static constexpr bool can_fail = false;
  static constexpr bool can_pause = true;
};
template <class T>
struct Unwrapped<Result<T>> {
  using type = typename Unwrapped<T>::type;
  static constexpr bool can_fail = true;
  static constexpr bool can_pause = Unwrapped<T>::can_pause;
};

/// Runs body; an exception becomes the call's failure.
template <bool exceptions, class Body>
void guarded([[maybe_unused]] runtime::CallContext* context, Body&& body) noexcept {
#if defined(__cpp_exceptions)
  try {
    body();
  } catch (...) {
    fail_call(context, std::current_exception());
  }
#else
  body();
#endif
}

template <class F, bool exceptions, class R, class Params>
struct Thunk;

template <class F, bool exceptions, class R, class... A>
struct Thunk<F, exceptions, R, Types<A...>> {
  using Traits = typename CallableTraits<F>::type;
  using Value = typename Unwrapped<R>::type;
  using Out = typename Results<Value>::List;
  static constexpr bool needs_store = ((Passed<A>::type.is_ref() || ...)) || [] {
    for (const ValType& type : Out::types) {
      if (type.is_ref()) return true;
    }
    return false;
  }();

  /// Calls the callable and hands its value, if it gave one, to `done`.
  template <class Done>
  static void run(void* env, runtime::CallContext* context, const Done& done, A&&... args) {
    F& function = *static_cast<F*>(env);
    const auto call = [&]() -> R {
      if constexpr (Traits::caller) {
        Caller caller(context);
        return function(caller, std::forward<A>(args)...);
      } else {
        return function(std::forward<A>(args)...);
      }
    };
    if constexpr (std::is_void_v<R>) {
      call();
    } else if constexpr (Unwrapped<R>::can_fail) {
      R result = call();
      if (!result.has_value()) return fail_call(context, std::move(result).error());
      if constexpr (Unwrapped<R>::can_pause) {
        give(context, done, *result);
      } else if constexpr (!std::is_void_v<Value>) {
        done(*result);
      }
    } else if constexpr (Unwrapped<R>::can_pause) {
      give(context, done, call());
    } else {
      done(call());
    }
  }

  template <class Done>
  static void give(runtime::CallContext* context, const Done& done, const Pausable<Value>& value) {
    if (value.is_pending()) return pause_call(context);
    if constexpr (!std::is_void_v<Value>) done(*value);
  }

  static std::uint64_t store_id(runtime::CallContext* context) {
    return needs_store ? store_of(context) : 0;
  }

  static void slots(void* env, runtime::CallContext* context, runtime::Slot* args) noexcept {
    guarded<exceptions>(context, [&] {
      Slot* at = reinterpret_cast<Slot*>(args);
      const std::uint64_t store = store_id(context);
      const auto done = [&](const auto&... value) {
        if (!Results<Value>::store_at(store, at, value...))
          fail_call(context, foreign_handle_error());
      };
      Types<A...>::load_all(store, at,
                            [&](A&&... each) { run(env, context, done, std::move(each)...); });
    });
  }

  // The form for compiled callers: one result is returned.
  template <class Single>
  struct Registers {
    using Raw = typename Passed<Single>::Raw;
    static Raw call(void* env, runtime::CallContext* context,
                    typename Passed<A>::Raw... raw) noexcept {
      Raw out{};
      guarded<exceptions>(context, [&] {
        const std::uint64_t store = store_id(context);
        const auto done = [&](const Single& value) {
          if (!Passed<Single>::to_raw(store, value, out))
            fail_call(context, foreign_handle_error());
        };
        run(env, context, done, Passed<A>::from_raw(store, raw)...);
      });
      return out;
    }
  };
  static void none(void* env, runtime::CallContext* context,
                   typename Passed<A>::Raw... raw) noexcept {
    guarded<exceptions>(context, [&] {
      [[maybe_unused]] const std::uint64_t store = store_id(context);
      run(
          env, context, [](const auto&) {}, Passed<A>::from_raw(store, raw)...);
    });
  }
  static void several(void* env, runtime::CallContext* context, typename Passed<A>::Raw... raw,
                      runtime::Slot* results) noexcept {
    guarded<exceptions>(context, [&] {
      const std::uint64_t store = store_id(context);
      const auto done = [&](const auto& value) {
        if (!Results<Value>::store_at(store, reinterpret_cast<Slot*>(results), value))
          fail_call(context, foreign_handle_error());
      };
      run(env, context, done, Passed<A>::from_raw(store, raw)...);
    });
  }

  static AnyThunk typed() {
    if constexpr (Out::count == 0) {
      return reinterpret_cast<AnyThunk>(&none);
    } else if constexpr (Passable<Value>) {
      return reinterpret_cast<AnyThunk>(&Registers<Value>::call);
    } else {
      return reinterpret_cast<AnyThunk>(&several);
    }
  }
};

template <class... A>
constexpr bool all_passable(Types<A...>*) {
  return (Passable<A> && ...);
}

/// Takes a lambda, a function or a function object. Throws std::bad_alloc.
template <class F, class Made = HostFunc>
Made make_host_func(F&& callable) {
  using Function = std::decay_t<F>;
  using Traits = typename CallableTraits<Function>::type;
  using R = typename Traits::Result;
  using Value = typename Unwrapped<R>::type;
  using Params = typename Traits::Params;
  static_assert(all_passable(static_cast<Params*>(nullptr)),
                "a parameter's type stands for no WebAssembly type: use integers of 4 or 8 bytes, "
                "float, double, V128, std::optional<Func>, std::optional or Rooted of ExternRef or "
                "AnyRef, std::optional<Exception>");
  static_assert(passable_result<Value>,
                "the result's type stands for no WebAssembly type: use void, a parameter's type, a "
                "std::tuple of them, or a Result of one of these");
  using Code = Thunk<Function, has_exceptions, R, Params>;
  return Made{{Params::list(), Results<Value>::List::list(), {}},
              &Code::slots,
              Code::typed(),
              make_shared_object<Function>(std::forward<F>(callable))};
}

}  // namespace detail
}  // namespace v0
}  // namespace wrun
