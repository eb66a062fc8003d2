#pragma once

// Accesses that rely on guard pages: a fault of one is the trap that a check would have been.

#include "jit/arena.hpp"
#include "lib/os/faults.hpp"
#include "lib/runtime/exec_state.hpp"

namespace wrun::inline v0::jit {

/// For threads that run machine code of the arena. Of other faults than at its accesses of memory,
/// outside of the memories of the instance that runs, it wants to know nothing.
class AccessFaults {
 public:
  /// `fuel`: whether code counts it. `leave`: where to go on, see Stubs::leave.
  AccessFaults(const CodeArena& arena, bool fuel, const void* leave) noexcept
      : arena_(arena), fuel_(fuel), leave_(leave) {}
  AccessFaults(const AccessFaults&) = delete;
  AccessFaults& operator=(const AccessFaults&) = delete;

  os::FaultCatcher* catcher() { return &catcher_; }

 private:
  static bool resolve(void* self, os::Fault& fault) noexcept;

  const CodeArena& arena_;
  bool fuel_;
  const void* leave_;
  os::FaultCatcher catcher_{resolve, this};
};

}  // namespace wrun::inline v0::jit
