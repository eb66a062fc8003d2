#pragma once

// Accesses that rely on guard pages: a fault of one is the trap that a check would have been.

#include "jit/arena.hpp"
#include "lib/os/faults.hpp"
#include "lib/runtime/exec_state.hpp"

namespace wrun::inline v0::jit {

/// While machine code runs on this thread. Of other faults than at its accesses of memory, outside
/// of the memories of the instance that runs, it wants to know nothing.
class CatchingFaults {
 public:
  /// `leave`: where to go on, see Stubs::leave.
  CatchingFaults(const CodeArena& arena, const void* leave, runtime::ExecState& state) noexcept
      : arena_(arena),
        leave_(leave),
        state_(state),
        catcher_{resolve, this},
        outer_(os::fault_catcher) {
    os::fault_catcher = &catcher_;
  }
  ~CatchingFaults() { os::fault_catcher = outer_; }
  CatchingFaults(const CatchingFaults&) = delete;
  CatchingFaults& operator=(const CatchingFaults&) = delete;

 private:
  static bool resolve(void* self, os::Fault& fault) noexcept;
  bool may_repeat(const os::Fault& fault) noexcept;

  const CodeArena& arena_;
  const void* leave_;
  runtime::ExecState& state_;
  os::FaultCatcher catcher_;
  os::FaultCatcher* outer_;
  // What was repeated last, as another thread had let the memory grow in between.
  const std::uint8_t* repeated_pc_ = nullptr;
  const std::uint8_t* repeated_address_ = nullptr;
};

}  // namespace wrun::inline v0::jit
