#pragma once

// Store: the objects of running modules (instances, functions, memories, tables, globals), and the
// stack that they run on. The handles to them are good while it lives.
//
// One that was moved from is empty: every use fails with ErrorKind::usage.
//
// One thread at a time: any use while another thread is inside is ErrorKind::usage. It may move
// from thread to thread between uses. interrupt() alone may be called from anywhere at any time.
// docs/threads-and-reentrancy.md says what a host function may do to the store that called it.

#include <cstdint>

#include <wrun/budget.hpp>
#include <wrun/engine.hpp>
#include <wrun/export.hpp>
#include <wrun/limits.hpp>
#include <wrun/result.hpp>

namespace wrun {
inline namespace v0 {

namespace api {
struct StoreState;
}

class Store {
 public:
  /// Reserves nothing but a little memory. If there's none, it is empty.
  WRUN_API explicit Store(const Engine& engine) noexcept;
  /// A store that draws on an account shared with others.
  WRUN_API Store(const Engine& engine, const Budget& budget) noexcept;
  WRUN_API Store(Store&& other) noexcept;
  WRUN_API Store& operator=(Store&& other) noexcept;
  /// Frees all objects. While a call is running in the store, its end is what frees them; handles
  /// are stale at once.
  WRUN_API ~Store();

  /// Replaces all limits. Errors: usage (fuel that the engine doesn't count, more stack than the
  /// engine's, another thread inside), limit (no timer thread could be started).
  WRUN_API Result<void> limits(const Limits& limits);

  /// Stops the running call, or else the next one, with ErrorKind::interrupted. Takes effect within
  /// microseconds in running WebAssembly; a host function runs on to its end. Any thread, also a
  /// signal handler, but not while the Store itself is moved or destroyed.
  WRUN_API void interrupt() noexcept;
  /// Forgets an interrupt() that hasn't struck yet. The store's thread.
  WRUN_API void clear_interrupt() noexcept;
  /// For host functions that sleep: whether the running call is to be stopped, by interrupt() or
  /// its deadline. Return then; the call ends as soon as WebAssembly runs on.
  WRUN_API bool interrupt_pending() const noexcept;
  /// A descriptor that is readable (as poll(2) says) while interrupt_pending(); -1 if the system
  /// has none left. The store's thread; it stays the store's.
  WRUN_API int interrupt_fd() noexcept;

  /// Instructions left; exact, in a host function too. Errors: usage (the engine doesn't count
  /// fuel). A store whose engine counts fuel starts with none limited: UINT64_MAX >> 1.
  WRUN_API Result<std::uint64_t> fuel() const;
  /// Sets what is left, in instructions. Errors: as fuel().
  WRUN_API Result<void> set_fuel(std::uint64_t instructions);

  /// What its instances and calls used. The store's thread, in host functions too. Errors: usage,
  /// limit (no memory for the names of functions).
  WRUN_API Result<Usage> usage() const;
  /// Frees what neither the host nor a live instance reaches. Errors: usage.
  WRUN_API Result<void> collect();
  /// The one it was made with; empty if this was moved from.
  WRUN_API Engine engine() const;

 private:
  friend struct StoreAccess;
  Store(api::StoreState* state, std::uint64_t id) : state_(state), id_(id) {}
  api::StoreState* state_ = nullptr;
  std::uint64_t id_ = 0;
};

}  // namespace v0
}  // namespace wrun
