#pragma once

// A call from the host that may be paused. All its frames are on a stack of its own, so that
// setting it aside is to leave them there, and going on is to enter them again, on whichever thread
// the store is then. The store owns the stack; the host and the store share the rest, because the
// host may let go of it while another thread is inside the store.

#include <atomic>
#include <cstdint>
#include <memory>

#include "lib/os/stack.hpp"
#include "lib/runtime/exec_state.hpp"
#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::runtime {

struct Activation {
  enum class Phase : std::uint8_t {
    running,
    pausing,  ///< a host function said so; its frames are being left
    paused,
    ended
  };

  Phase phase = Phase::ended;
  Store* store = nullptr;  ///< null once the store is gone
  os::Stack stack;
  os::Stack native_stack;   ///< machine code's; reserved when the first is entered
  std::uint32_t index = 0;  ///< in the store's list

  const FuncRef* function = nullptr;  ///< that the host called; kept alive by the owner below
  Cell* owner = nullptr;
  wasm::TypeId type;
  Slot* base = nullptr;  ///< where its outermost frame, and its results, begin

  // Of a paused one: where it goes on, and what it waits for.

  const void* pc = nullptr;
  Slot* fp = nullptr;
  Instance* instance = nullptr;        ///< null if the host called a host function
  const void* tail_call = nullptr;     ///< in the frame at fp, if that is what it waits for
  Slot* results = nullptr;             ///< where the host function's results belong
  const HostFunction* host = nullptr;  ///< that paused it
  wasm::TypeId awaited;
  Slot* top = nullptr;                ///< first slot above what its frames use
  std::uint8_t* native_sp = nullptr;  ///< the lowest of machine code's frames; null: none
  std::int64_t stack_left = 0;        ///< as ExecState's

  /// The host let go of it.
  std::atomic<bool> is_dropped{false};
  std::shared_ptr<std::atomic<bool>> any_dropped;  ///< of the store's

  bool is_paused() const { return phase == Phase::paused; }
  bool has_ended() const { return phase == Phase::ended; }
};

/// The activation that running code would pause; null if the host didn't start its call as one.
Activation* current_activation(const ExecState& state);
/// Whether the host function that has just returned asked to pause.
bool is_pausing(const ExecState& state);
/// Called by a host function at its end: its results come later. False, with a failure in the
/// state, where the call can't be paused.
bool request_pause(ExecState& state) noexcept;

/// Where machine code's frames on a stack begin. What is above is a Segment, for the outermost
/// entry of the host's, that needn't be written anew each time.
inline std::uint8_t* native_end(const os::Stack& stack) noexcept {
  static_assert(sizeof(Segment) % 16 == 0);
  return stack.end() - sizeof(Segment);
}

/// Runs on an activation's stack while it lives.
class OnStackOf {
 public:
  OnStackOf(ExecState& state, Activation& activation, Slot* top) noexcept;
  ~OnStackOf();
  OnStackOf(const OnStackOf&) = delete;
  OnStackOf& operator=(const OnStackOf&) = delete;

 private:
  static void set_end(ExecState& state, Slot* end) noexcept;

  ExecState& state_;
  Slot* end_;
  Slot* top_;
  std::int64_t left_;
  NativeStackUse native_;
};

}  // namespace wrun::inline v0::runtime
