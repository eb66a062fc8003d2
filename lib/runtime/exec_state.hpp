#pragma once

// What running code shares with its store: the stack limit, fuel, the pending failure, and the
// records of crossings between host and WebAssembly.

#include <atomic>
#include <cstdint>
#include <exception>
#include <optional>
#include <vector>

#include <wrun/error.hpp>

#include "lib/os/parker.hpp"
#include "lib/os/wake.hpp"
#include "lib/runtime/native.hpp"
#include "lib/runtime/objects.hpp"
#include "lib/runtime/slot.hpp"

namespace wrun::inline v0::runtime {

class Heap;
struct Activation;

/// A crossing between the host and WebAssembly, or between tiers; linked, innermost first.
/// Backtraces, exceptions and the collector walk these.
struct Record {
  enum class Kind : std::uint8_t {
    enter,      ///< the host called WebAssembly, or a function of its own
    host_call,  ///< WebAssembly called the host at pc in the frame at fp of `instance`
  };
  Kind kind = Kind::enter;
  Record* outer = nullptr;
  const void* pc = nullptr;  ///< of a host_call, as fp
  Slot* fp = nullptr;
  Instance* instance = nullptr;
  const HostFunction* host = nullptr;  ///< that runs: whoever it was called through may be gone
  Slot* top =
      nullptr;  ///< first slot above what the record's frame uses: the next entry starts there
  Activation* activation = nullptr;  ///< of an entry that may be paused
};

struct CallContext {
  ExecState* state = nullptr;
  Instance* caller = nullptr;  ///< the calling instance; null if the host calls its own function
};

/// What machine code needs to call host functions by itself: what is the same in all such calls of
/// an entry. It fills in the rest, and links the record.
struct HostGate {
  Record record;
  CallContext context;
  /// A call is made in this way only while ExecState::host_calls is less.
  const std::uint64_t* calls_due = nullptr;
};

/// A call from the host into WebAssembly, while it runs.
struct Entry {
  Record record;
  HostGate gate;
  std::uint8_t* native_sp = nullptr;  ///< what NativeState::sp is without it
  std::int64_t stack_left = 0;        ///< what ExecState::stack_left is without it
};

/// Why running code stopped, for whoever called it.
struct Failure {
  std::optional<Error> error;
  std::exception_ptr exception;  ///< a host function threw; rethrown by the API's inline code
  explicit operator bool() const { return error || exception; }
};

/// Whatever is taken of it, enough is left.
inline constexpr std::int64_t unlimited_stack = std::int64_t{1} << 62;

/// One per store; the store's thread runs one activation at a time.
struct ExecState {
  /// No frame may end above this slot. interrupt() replaces it by null, which every comparison
  /// fails against; whoever notices looks at `stop` and puts stack_end back.
  std::atomic<Slot*> limit{nullptr};
  /// Fuel left, where the engine counts it.
  std::int64_t fuel = 0;
  NativeState native;
  /// Calls into the host so far; whoever calls a host function counts it here.
  std::uint64_t host_calls = 0;
  /// Times that memory.atomic.wait slept, or tried to.
  std::uint64_t waits = 0;
  bool may_wait = true;  ///< whether memory.atomic.wait may sleep

  Slot* stack_end = nullptr;  ///< what limit is when nobody interrupts
  Slot* stack_top = nullptr;  ///< first free slot: where the next entry's frame starts
  Record* records = nullptr;  ///< innermost
  Entry outermost;            ///< the entry that no other one is around: most are
  /// The instruction that left the fast path, and what a call that did so was about to do.
  const std::uint32_t* pc = nullptr;
  std::uint64_t address = 0;  ///< of the memory access that failed
  const FuncRef* callee = nullptr;
  Slot* callee_fp = nullptr;
  std::size_t call_words = 0;
  Store* store = nullptr;
  Heap* heap = nullptr;  ///< the store's
  /// What an allocation that found no room asks for: of that type and size, with live values
  /// below `wanted_top`.
  std::uint64_t wanted_bytes = 0;
  wasm::TypeId wanted_type;
  Slot* wanted_top = nullptr;
  Failure failure;
  /// False: no call has failed, no collection is due and no garbage waits, so that nobody needs to
  /// look for them after a host function (left_work()).
  bool may_have_work = false;

  /// Bits: an interruption and a deadline may both be waiting.
  enum class Stop : std::uint32_t { none = 0, interrupted = 1, deadline = 2 };
  std::atomic<Stop> stop{Stop::none};
  os::Wake wake;      ///< readable while there is a request, for host functions that sleep
  os::Parker parker;  ///< where memory.atomic.wait sleeps; a request wakes it

  /// Bytes that calls may still take (wasm::frame_cost()), where stacks are limited alike in every
  /// tier; else more than can be taken. Negative after a call that took too much, until the host's
  /// entry puts back what was there.
  std::int64_t stack_left = unlimited_stack;
  /// How many more entries there may be inside of what runs, the same way.
  std::int64_t entries_left = unlimited_stack;

  /// Asks running code to stop at its next check. Any thread, also a signal handler.
  void request(Stop why) noexcept {
    Stop before = stop.load();
    while (!stop.compare_exchange_weak(before, with(before, why))) {
    }
    limit.store(nullptr);
    native.limit.store(no_native_limit);
    wake.set();
    parker.unpark();
  }
  /// Whether a request of that kind waits.
  bool requested(Stop why) const noexcept { return without(why, stop.load()) == Stop::none; }
  /// Undoes all requests, whoever made them.
  void rearm() noexcept {
    stop.store(Stop::none, std::memory_order_relaxed);
    restore_limits();
    wake.clear();
  }
  /// Undoes requests of that kind; others stay, also those that come at the same time.
  void rearm_after(Stop handled) noexcept {
    Stop before = stop.load();
    while (!stop.compare_exchange_weak(before, without(before, handled))) {
    }
    wake.clear();
    restore_limits();
    if (const Stop why = stop.load(); why != Stop::none) request(why);
  }
  /// Puts the limits back that a request has taken away, but never over a new one.
  void restore_limits() noexcept {
    limit.store(stack_end);
    native.limit.store(native.stack_limit);
    if (stop.load() == Stop::none) return;
    limit.store(nullptr);
    native.limit.store(no_native_limit);
  }
  bool should_stop() const noexcept { return limit.load(std::memory_order_relaxed) == nullptr; }

 private:
  static Stop with(Stop set, Stop why) {
    return Stop(static_cast<std::uint32_t>(set) | static_cast<std::uint32_t>(why));
  }
  static Stop without(Stop set, Stop why) {
    return Stop(static_cast<std::uint32_t>(set) & ~static_cast<std::uint32_t>(why));
  }
};

}  // namespace wrun::inline v0::runtime
