#pragma once

// Func: a function of a store, WebAssembly's or the host's; TypedFunc: one whose type was checked
// against a C++ signature. Handles: two words, trivially copyable, good while the store lives and
// the instance that they came from isn't released.
//
// Exceptions that host functions throw come out of the outermost call unchanged.

#include <initializer_list>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <wrun/detail/call.hpp>
#include <wrun/detail/callback.hpp>
#include <wrun/detail/handle.hpp>
#include <wrun/detail/slot.hpp>
#include <wrun/export.hpp>
#include <wrun/result.hpp>
#include <wrun/types.hpp>
#include <wrun/value.hpp>

namespace wrun {
inline namespace v0 {

class Caller;
class Memory;
class Store;
template <class Signature>
class NativeCallback;
template <class R>
class Resumable;
template <class Signature>
class TypedFunc;

namespace detail {
template <class Type>
struct HostFuncOf;
using HostFunc = HostFuncOf<FuncType>;
/// StoreUse, for calls that pass references.
struct NoUse {
  explicit NoUse(std::uint64_t) {}
};
template <bool needed>
using UseFor = std::conditional_t<needed, StoreUse, NoUse>;
WRUN_API bool call_values(Handle function, const Val* args, std::size_t count,
                          std::vector<Val>& results, CallFailure& failure) noexcept;
}  // namespace detail

/// A host function whose type is known at run time only. `results` has one entry for each result,
/// with its default value; each must get a value of its type.
using UntypedFunc = detail::Callback<Result<void>(Caller& caller, std::span<const Val> args,
                                                  std::span<Val> results)>;

// Its functions for values whose types are known at run time only are templates, whose argument is
// always the default: so they take no time to compile where they aren't used.
class Func : public detail::HandleBase {
 public:
  Func() = default;

  /// A host function of this store; what `callable` may be is written at Linker::func. Defined in
  /// linker.hpp. Errors: usage, limit.
  template <class F>
  static Result<Func> make(Store& store, F&& callable);
  /// The same with a type given at run time. Errors: usage (a type that isn't there any more, an
  /// empty callable), limit.
  WRUN_API static Result<Func> make(Store& store, FuncType type, UntypedFunc callable);

  /// Errors: usage.
  WRUN_API Result<FuncType> type() const;
  /// Drops the host's hold; the handle is stale from then on. What WebAssembly reaches stays alive.
  /// Errors: usage.
  WRUN_API Result<void> release() const;

  /// Calls it. Errors: usage (stale, arguments of wrong number or types, another thread inside),
  /// trap, exhaustion, exception, limit, interrupted, exit, and whatever a host function returned.
  template <class Values = std::vector<Val>>
  WRUN_INLINE Result<Values> call(std::span<const Val> args) const {
    return call<Values>(args.data(), args.size());
  }
  template <class Values = std::vector<Val>>
  WRUN_INLINE Result<Values> call(std::initializer_list<Val> args = {}) const {
    return call<Values>(args.begin(), args.size());
  }

  /// Starts a call that host functions may pause. The result is finished or paused. Defined in
  /// resumable.hpp. Errors: as call(), and limit (no address space for its stack).
  template <class Values = std::vector<Val>>
  Result<Resumable<Values>> start(std::span<const Val> args) const;
  template <class Values = std::vector<Val>>
  Result<Resumable<Values>> start(std::initializer_list<Val> args = {}) const;

  /// func.typed<int32_t(int32_t, double)>(). The signature is made of the types that Linker::func
  /// lists. Errors: usage (the function has another type, stale).
  template <class Signature>
  Result<TypedFunc<Signature>> typed() const;

  /// A C function pointer: func.as_native<int(int)>(). Integers of up to 4 bytes stand for i32,
  /// those of 8 for i64. Pointers stand for addresses in `memory` (i32, or i64 if its addresses
  /// are), null for 0; a call with one that points elsewhere fails. Defined in native.hpp. Errors:
  /// usage (another type, pointers without a memory, a shared memory, no libffi), limit (the system
  /// gives no executable memory).
  template <class Signature>
  Result<NativeCallback<Signature>> as_native(const Memory& memory) const;
  template <class Signature>
  Result<NativeCallback<Signature>> as_native() const;

 private:
  friend struct detail::Access;
  WRUN_API static Result<Func> make_host(Store& store, detail::HostFunc&& function) noexcept;
  template <class Values>
  WRUN_INLINE Result<Values> call(const Val* args, std::size_t count) const {
    detail::CallFailure failure;
    Values results;
    if (!detail::call_values(detail::Access::get(*this), args, count, results, failure))
      return detail::take_error<detail::has_exceptions>(failure);
    return results;
  }
  using detail::HandleBase::HandleBase;
};

inline Val::Val(const Func& function)
    : Val(ValAccess::make(HeapKind::func, detail::Access::get(function))) {}

/// Calls without boxing or allocation. Trivially copyable.
template <class R, class... A>
class TypedFunc<R(A...)> {
  static_assert((detail::Passable<A> && ...) && detail::passable_result<R>,
                "not a signature that WebAssembly has: see Linker::func");

 public:
  /// A call of this one is ErrorKind::usage.
  TypedFunc() = default;

  /// Errors: as Func::call.
  WRUN_INLINE Result<R> operator()(const A&... args) const {
    using Params = detail::Types<A...>;
    using Out = typename detail::Results<R>::List;
    constexpr std::uint32_t most = Params::slots > Out::slots ? Params::slots : Out::slots;
    detail::Slot slots[most == 0 ? 1 : most];
    const detail::Handle handle = detail::Access::get(func_);
    [[maybe_unused]] const detail::UseFor<Params::has_refs || Out::has_refs> use(handle.store);
    if (!Params::store_all(handle.store, slots, args...)) return detail::foreign_handle_error();
    detail::FailureRoom room;
    if (!detail::call_slots(handle, slots, room))
      return detail::take_error<detail::has_exceptions>(room);
    if constexpr (std::is_void_v<R>) {
      return {};
    } else {
      return detail::Results<R>::load(handle.store, slots);
    }
  }

  /// Func::start.
  WRUN_INLINE Result<Resumable<R>> start(const A&... args) const;

  /// The same function, without its signature.
  Func func() const { return func_; }

 private:
  friend class Func;
  explicit TypedFunc(Func func) : func_(func) {}
  Func func_;
};

namespace detail {
template <class Signature>
struct Wanted;
template <class R, class... A>
struct Wanted<R(A...)> {
  using Params = Types<A...>;
  using Out = typename Results<R>::List;
};
}  // namespace detail

template <class Signature>
Result<TypedFunc<Signature>> Func::typed() const {
  using Want = detail::Wanted<Signature>;
  auto error =
      detail::check_signature(detail::Access::get(*this), Want::Params::types, Want::Out::types);
  if (error) return std::move(*error);
  return TypedFunc<Signature>(*this);
}

}  // namespace v0
}  // namespace wrun
