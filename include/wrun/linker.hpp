#pragma once

// Linker: definitions by module and name, from which a module's imports are taken. Copyable; one
// thread at a time. Prepared: a module whose imports were looked up and checked; immutable, shared
// by threads. Those that were moved from are empty: prepare() and instantiate() fail with
// ErrorKind::usage.
//
// https://webassembly.github.io/spec/core/exec/modules.html#instantiation

#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <wrun/caller.hpp>
#include <wrun/detail/call.hpp>
#include <wrun/detail/shared.hpp>
#include <wrun/detail/thunk.hpp>
#include <wrun/engine.hpp>
#include <wrun/export.hpp>
#include <wrun/extern.hpp>
#include <wrun/instance.hpp>
#include <wrun/module.hpp>
#include <wrun/native.hpp>
#include <wrun/result.hpp>
#include <wrun/shared_memory.hpp>
#include <wrun/store.hpp>

namespace wrun {
inline namespace v0 {

namespace api {
struct LinkerState;
struct PreparedState;
}  // namespace api

namespace detail {
WRUN_API bool instantiate(const api::PreparedState* prepared, Store& store, Instance& made,
                          CallFailure& failure) noexcept;
}  // namespace detail

class Prepared {
 public:
  /// A new instance; runs the start function. No name or type is looked at again. Errors: limit,
  /// trap (a segment out of bounds, the start function), usage (another engine; a definition of
  /// another store), and whatever the start function's calls return. Exceptions of host functions
  /// come out unchanged.
  WRUN_INLINE Result<Instance> instantiate(Store& store) const {
    detail::CallFailure failure;
    Instance instance;
    if (!detail::instantiate(state_.get(), store, instance, failure))
      return detail::take_error<detail::has_exceptions>(failure);
    return instance;
  }
  /// What it was prepared from. Any thread.
  WRUN_API Module module() const;

 private:
  friend class Linker;
  friend struct PreparedAccess;
  explicit Prepared(detail::Shared<const api::PreparedState> state) : state_(std::move(state)) {}
  detail::Shared<const api::PreparedState> state_;
};

class Linker {
 public:
  /// If there's no memory for it, it is empty.
  WRUN_API explicit Linker(const Engine& engine) noexcept;
  WRUN_API Linker(const Linker& other);
  WRUN_API Linker& operator=(const Linker& other);
  WRUN_API Linker(Linker&& other) noexcept;
  WRUN_API Linker& operator=(Linker&& other) noexcept;
  WRUN_API ~Linker();

  // Definitions. A later one of the same module and name replaces an earlier one. A mistake (a
  // stale handle, another engine) is kept and returned by prepare().

  /// A host function: a lambda, function or function object, [Caller&,] parameters -> result.
  /// Parameters and results are integers of 4 (i32) or 8 bytes (i64), float, double, V128,
  /// std::optional<Func> (funcref), std::optional<ExternRef> or Rooted<ExternRef>
  /// (externref), std::optional<AnyRef> or Rooted<AnyRef> (anyref), std::optional<Exception>
  /// (exnref). The result may be void, a std::tuple for several, a Pausable of any of these
  /// (pausable.hpp), and a Result of any of these,
  /// whose error ends the WebAssembly call and comes out of the host's call unchanged (but that a
  /// trap gets a backtrace). So does what it throws. An error that is a WebAssembly exception is
  /// thrown on in the caller, which may catch it: see exception.hpp. The callable is kept by the
  /// linker and by whatever was instantiated with it; all calls, from all stores and their threads,
  /// are calls of one object.
  template <class F>
  Linker& func(std::string_view module, std::string_view name, F&& callable) {
    return add(module, name, detail::make_host_func(std::forward<F>(callable)));
  }
  /// The same with a type given at run time; for an import that names types of its module, that
  /// import's (Module::imports), as long as the module lives. Mistakes: usage (a type that isn't
  /// there any more).
  WRUN_API Linker& func(std::string_view module, std::string_view name, FuncType type,
                        UntypedFunc callable);
  /// A function of a C library, called through libffi: native("env", "cbrt", "f64(f64)", cbrt). The
  /// signature has the result, and in parentheses the parameters:
  ///
  ///   i32 u32 i64 u64 f32 f64   numbers, the same on both sides
  ///   i8 u8 i16 u16             i32 in WebAssembly, cut to their size and extended back
  ///   usize                     size_t; i32 in WebAssembly
  ///   ptr:SIZE                  an i32, an address in memory 0 of the calling instance; as many
  ///                             bytes from there on must be in the memory
  ///                             SIZE is a product such as 8, $1 or $1*$2, where $N is parameter
  ///                             N, from 0
  ///   ptr:len                   two parameters: ptr:SIZE, and as a usize the SIZE
  ///   ptr?:SIZE, ptr?:len       the same, but 0 is the null pointer
  ///   cstr                      like ptr, with a zero byte before the memory's end
  ///   ptr                       as a result: null is 0, others must point into the memory
  ///   void                      no result
  ///
  /// A pointer that isn't good is a trap. The memory may move when it grows: while a native
  /// function uses a pointer, a callback mustn't let it. What the function does is beyond any
  /// sandbox. Mistakes: usage (the signature, no libffi), io (no such library or symbol).
  WRUN_API Linker& native(std::string_view module, std::string_view name,
                          std::string_view signature, const NativeFunction& function);
  /// An object of a store: what is prepared with it is instantiated in that store only.
  WRUN_API Linker& define(std::string_view module, std::string_view name, const Extern& object);
  /// A shared memory: good for all stores.
  WRUN_API Linker& define(std::string_view module, std::string_view name,
                          const SharedMemory& memory);
  /// All exports of an instance, under `module`.
  WRUN_API Linker& instance(std::string_view module, const Instance& instance);
  /// All that is defined under `module` now, also under `alias`.
  WRUN_API Linker& alias_module(std::string_view module, std::string_view alias);

  /// Whether there is a definition.
  WRUN_API bool defines(std::string_view module, std::string_view name) const;

  /// Looks up and checks all imports of a module. Errors: unlinkable (names the import, what it
  /// needs and what it got), usage (another engine, or a mistake in a definition), limit.
  WRUN_API Result<Prepared> prepare(const Module& module) const;

  /// prepare() and Prepared::instantiate() in one.
  WRUN_INLINE Result<Instance> instantiate(Store& store, const Module& module) const {
    auto prepared = prepare(module);
    if (!prepared) return std::move(prepared).error();
    return prepared->instantiate(store);
  }

 private:
  friend struct LinkerAccess;
  WRUN_API Linker& add(std::string_view module, std::string_view name, detail::HostFunc&& function);
  api::LinkerState* state_ = nullptr;
};

template <class F>
Result<Func> Func::make(Store& store, F&& callable) {
  return make_host(store, detail::make_host_func(std::forward<F>(callable)));
}

}  // namespace v0
}  // namespace wrun
